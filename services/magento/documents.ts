import { z } from 'zod';
import { allReadable, searchPage, searchValues } from './rest/list.ts';
import type { List } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { integer, listOf, optionalDecimal, optionalText, text, time } from './shapes.ts';
import { sweepSearch } from './sweep.ts';
import type { SweepPage } from './sweep.ts';

/** The documents of an order that have lists of their own, by their paths. */
export const documentKinds = ['shipments', 'invoices', 'creditmemos'] as const;
export type DocumentKind = (typeof documentKinds)[number];

const document = z.object({ entity_id: integer, order_id: integer, updated_at: time });
export type MagentoDocument = z.infer<typeof document>;

/** What tells one of them apart, and whether it is the one that is meant. */
const marked = z.object({
  entity_id: integer,
  order_id: integer,
  comments: listOf(z.object({ comment: optionalText })),
  tracks: listOf(z.object({ track_number: text })),
  items: listOf(
    z.object({ order_item_id: integer, qty: optionalDecimal.transform((units) => units ?? '0') }),
  ),
  // Shipments have none.
  base_currency_code: optionalText,
  base_grand_total: optionalDecimal,
  grand_total: optionalDecimal,
});
export type MarkedDocument = z.infer<typeof marked>;

export interface Documents {
  /** Of many orders, by their ids: with their comments, items and totals, and the tracking numbers that shipments have. */
  ofOrders(kind: DocumentKind, orderIds: readonly number[]): Promise<MarkedDocument[]>;
  /** One page of a sweep, oldest change first. A track added later does not move `updated_at` (FACTS section 3). */
  page(kind: DocumentKind, page: SweepPage): Promise<List<MagentoDocument>>;
}

const fields = 'items[entity_id,order_id,updated_at],total_count';
const markedPerPage = 100;

export function createDocuments(rest: Rest): Documents {
  return {
    async ofOrders(kind, orderIds) {
      const search = {
        sort: [{ field: 'entity_id', direction: 'ASC' as const }],
        pageSize: markedPerPage,
        fields:
          'items[entity_id,order_id,comments[comment],tracks[track_number],items[order_item_id,qty],base_currency_code,base_grand_total,grand_total],total_count',
      };
      const call = { path: [kind], search, item: marked, id: 'entity_id' };
      return allReadable(
        await searchValues(rest, call, 'order_id', orderIds.map(String)),
        `one of the ${kind}`,
      );
    },

    page: (kind, page) =>
      searchPage(rest, {
        path: [kind],
        search: sweepSearch(page, [], fields),
        item: document,
        id: 'entity_id',
      }),
  };
}
