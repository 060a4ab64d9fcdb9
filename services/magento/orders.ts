import { nullIfAbsent } from './rest/answers.ts';
import { searchAll, searchPage } from './rest/list.ts';
import { magentoOrder, magentoOrderSummary } from './order-shape.ts';
import type { MagentoOrder, MagentoOrderSummary } from './order-shape.ts';
import type { Rest } from './rest/rest.ts';
import { anyOf, inChunks } from './rest/search.ts';
import type { Filter } from './rest/search.ts';
import { sweepSearch } from './sweep.ts';
import type { SweepPage } from './sweep.ts';
import { checkedTime } from './rest/time.ts';

export interface OrdersPage extends SweepPage {
  storeIds?: readonly number[];
  /** `orders.since`: older orders are never listed. */
  createdFrom?: string;
}

export interface Orders {
  /** One page of a sweep, oldest change first. `totalCount` counts what is left from this page on. */
  page(page: OrdersPage): Promise<{ orders: MagentoOrderSummary[]; totalCount: number }>;
  byId(entityId: number): Promise<MagentoOrder | null>;
  /** In no particular order; those that do not exist are left out. increment_id is unique per store only. */
  byIncrementIds(storeId: number, incrementIds: readonly string[]): Promise<MagentoOrder[]>;
}

const summaryFields = 'items[entity_id,increment_id,store_id,state,status,created_at,updated_at],total_count';
/** 30 whole orders took 229 ms (FACTS section 11); a page of more holds up too much memory on both sides. */
const wholeOrdersPerPage = 30;

export function createOrders(rest: Rest): Orders {
  return {
    async page(page) {
      const filters: Filter[][] = [];
      if (page.storeIds !== undefined) {
        filters.push([{ field: 'store_id', condition: 'in', value: page.storeIds.join(',') }]);
      }
      if (page.createdFrom !== undefined) {
        filters.push([{ field: 'created_at', condition: 'gteq', value: checkedTime(page.createdFrom) }]);
      }
      const search = sweepSearch(page, filters, summaryFields);
      const found = await searchPage(rest, { path: ['orders'], search, item: magentoOrderSummary });
      return { orders: found.items, totalCount: found.totalCount };
    },

    byId: (entityId) =>
      nullIfAbsent(
        rest.call({
          method: 'GET',
          path: ['orders', String(entityId)],
          shape: magentoOrder,
          route: 'GET orders/:id',
        }),
      ),

    async byIncrementIds(storeId, incrementIds) {
      const orders: MagentoOrder[] = [];
      for (const chunk of inChunks(incrementIds)) {
        const search = {
          groups: [anyOf('increment_id', chunk), [{ field: 'store_id', value: String(storeId) }]],
          sort: [{ field: 'entity_id', direction: 'ASC' as const }],
          pageSize: wholeOrdersPerPage,
        };
        orders.push(...(await searchAll(rest, { path: ['orders'], search, item: magentoOrder })));
      }
      return orders;
    },
  };
}
