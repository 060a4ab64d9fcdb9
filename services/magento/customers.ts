import { z } from 'zod';
import { magentoCustomer, magentoCustomerGroup, magentoCustomerSummary } from './customer-shape.ts';
import type { MagentoCustomer, MagentoCustomerSummary } from './customer-shape.ts';
import { nullIfAbsent } from './rest/answers.ts';
import { allReadable, readRows, searchAll, searchPage, searchValues } from './rest/list.ts';
import type { List, Rows } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { text } from './shapes.ts';
import { idSearch, sweepSearch } from './sweep.ts';
import type { PageLimits, SweepPage } from './sweep.ts';

export interface WholeCustomersPage extends PageLimits {
  afterEntityId: number;
}

export interface Customers {
  /** One page of a sweep, oldest change first. `totalCount` counts what is left from this page on. */
  page(page: SweepPage): Promise<List<MagentoCustomerSummary>>;
  /** One page of whole customers by their ids. */
  wholePage(page: WholeCustomersPage): Promise<List<MagentoCustomer>>;
  /** In no particular order; those that the list does not show are left out. */
  byIds(ids: readonly number[]): Promise<Rows<MagentoCustomer>>;
  /** Null only when the shop says that it has no such customer. @throws Rejected when it cannot be read. */
  byId(id: number): Promise<MagentoCustomer | null>;
  groups(): Promise<{ id: number; code: string }[]>;
}

const summaryFields = 'items[id,website_id,updated_at],total_count';
/** A customer is about a tenth of an order. */
export const wholeCustomersPerPage = 100;
const groupsPerPage = 200;

const path = ['customers', 'search'];

/** The id is `id` in the answer and `entity_id` in a search (FACTS section 9). */
export function createCustomers(rest: Rest): Customers {
  return {
    page(page) {
      const search = sweepSearch(page, [], summaryFields);
      return searchPage(rest, { path, search, item: magentoCustomerSummary, id: 'id' });
    },

    wholePage: (page) =>
      searchPage(rest, { path, search: idSearch(page, []), item: magentoCustomer, id: 'id' }),

    byIds(ids) {
      const search = {
        sort: [{ field: 'entity_id', direction: 'ASC' as const }],
        pageSize: wholeCustomersPerPage,
      };
      const call = { path, search, item: magentoCustomer, id: 'id' };
      return searchValues(rest, call, 'entity_id', ids.map(String));
    },

    async byId(id) {
      const customer = await nullIfAbsent(
        rest.call({
          method: 'GET',
          path: ['customers', String(id)],
          shape: z.looseObject({ id: text }),
          route: 'GET customers/:id',
        }),
      );
      return customer && allReadable(readRows([customer], magentoCustomer, 'id'), 'the customer of id')[0]!;
    },

    async groups() {
      const search = { sort: [{ field: 'id', direction: 'ASC' as const }], pageSize: groupsPerPage };
      const call = { path: ['customerGroups', 'search'], search, item: magentoCustomerGroup, id: 'id' };
      return allReadable(await searchAll(rest, call), 'the customer group');
    },
  };
}
