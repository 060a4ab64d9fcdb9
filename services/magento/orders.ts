import { z } from 'zod';
import { nullIfAbsent } from './rest/answers.ts';
import { allReadable, readRows, searchAll, searchPage, searchValues } from './rest/list.ts';
import type { List, Rows } from './rest/list.ts';
import { magentoOrderItem } from './order-item-shape.ts';
import { briefFields, magentoOrder, orderInBrief } from './order-shape.ts';
import type { MagentoOrder, OrderInBrief } from './order-shape.ts';
import type { Rest } from './rest/rest.ts';
import type { Filter } from './rest/search.ts';
import { checkedTime } from './rest/time.ts';
import {
  integer,
  listOf,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
  textOrEmpty,
  time,
} from './shapes.ts';
import { idSearch, sweepSearch } from './sweep.ts';
import type { PageLimits, SweepPage } from './sweep.ts';

/**
 * What a sweep needs to know of an order. Number and store view may be missing: Magento's table allows it, and a store
 * view that is deleted leaves its orders behind.
 */
const orderSummary = z.object({
  entity_id: integer,
  increment_id: optionalText,
  store_id: optionalInteger,
  updated_at: time,
});
export type MagentoOrderSummary = z.infer<typeof orderSummary>;

export interface OrdersPage extends SweepPage {
  /** `orders.since`: older orders are never listed. */
  createdFrom?: string;
}

export interface WholeOrdersPage extends PageLimits {
  afterEntityId: number;
  createdFrom: string;
}

/** What the shop still owes to whom; nothing of the customer. */
const openOrder = z.object({
  entity_id: integer,
  increment_id: textOrEmpty,
  store_id: optionalInteger,
  items: listOf(magentoOrderItem),
});
export type MagentoOpenOrder = z.infer<typeof openOrder>;

export interface Orders {
  /** One page of a sweep, oldest change first. `totalCount` counts what is left from this page on. */
  page(page: OrdersPage): Promise<List<MagentoOrderSummary>>;
  /** One page of whole orders by entity_id. */
  wholePage(page: WholeOrdersPage): Promise<List<MagentoOrder>>;
  /** One page, by entity_id, of the orders of which something may still have to leave. */
  openPage(page: PageLimits & { afterEntityId: number }): Promise<List<MagentoOpenOrder>>;
  /** @throws Rejected when the order is there and cannot be read. */
  byId(entityId: number): Promise<MagentoOrder | null>;
  /** In no particular order, rows named by increment_id, which is unique per store only; what does not exist is left out. */
  byIncrementIds(storeId: number, incrementIds: readonly string[]): Promise<Rows<MagentoOrder>>;
  /** The same of what documents are made from: a tenth of a whole order. */
  inBrief(storeId: number, incrementIds: readonly string[]): Promise<Rows<OrderInBrief>>;
  /** Their entity ids, and what their lines are: what documents of theirs are looked for by, and compared with. */
  linesOf(
    storeId: number,
    incrementIds: readonly string[],
  ): Promise<Map<string, { id: number; lines: readonly OrderedLine[] }>>;
  /** Cancels all that is neither invoiced nor shipped. Harmless a second time. @returns false where it cannot. */
  cancel(entityId: number): Promise<boolean>;
  /** Those of the number, in whatever store. @throws Rejected when one of them cannot be read. */
  numbered(incrementId: string): Promise<MagentoOrder[]>;
}

const summaryFields = 'items[entity_id,increment_id,store_id,updated_at],total_count';
const openStates: Filter[] = [
  { field: 'state', condition: 'in', value: 'new,pending_payment,payment_review,processing,holded' },
];
const itemFields =
  'item_id,parent_item_id,product_id,product_type,sku,is_virtual,qty_ordered,qty_shipped,qty_invoiced,qty_canceled,qty_refunded,product_option';
const openFields = `items[entity_id,increment_id,store_id,items[${itemFields}]],total_count`;
/** 30 whole orders took 229 ms (FACTS section 11); a page of more holds up too much memory on both sides. */
export const wholeOrdersPerPage = 30;
const orderLines = z.object({
  entity_id: integer,
  increment_id: text,
  items: listOf(
    z.object({
      item_id: integer,
      parent_item_id: optionalInteger,
      product_id: optionalInteger,
      product_type: optionalText,
      sku: textOrEmpty,
      is_virtual: optionalFlag,
    }),
  ),
});
/** What a document of an order may be of. */
export type OrderedLine = z.infer<typeof orderLines>['items'][number];
const lineFields = 'items[item_id,parent_item_id,product_id,product_type,sku,is_virtual]';
const linesPerPage = 200;
const path = ['orders'];

export function createOrders(rest: Rest): Orders {
  return {
    page(page) {
      const filters = page.createdFrom === undefined ? [] : [createdSince(page.createdFrom)];
      const search = sweepSearch(page, filters, summaryFields);
      return searchPage(rest, { path, search, item: orderSummary, id: 'entity_id' });
    },

    wholePage(page) {
      const search = idSearch(page, [createdSince(page.createdFrom)]);
      return searchPage(rest, { path, search, item: magentoOrder, id: 'entity_id' });
    },

    openPage(page) {
      const search = { ...idSearch(page, [openStates]), fields: openFields };
      return searchPage(rest, { path, search, item: openOrder, id: 'entity_id' });
    },

    async byId(entityId) {
      const order = await nullIfAbsent(
        rest.call({
          method: 'GET',
          path: ['orders', String(entityId)],
          shape: z.looseObject({ entity_id: text }),
          route: 'GET orders/:id',
        }),
      );
      return order && allReadable(readRows([order], magentoOrder, 'entity_id'), 'the order of id')[0]!;
    },

    byIncrementIds(storeId, incrementIds) {
      const call = { path, search: ofStore(storeId), item: magentoOrder, id: 'increment_id' };
      return searchValues(rest, call, 'increment_id', incrementIds);
    },

    inBrief(storeId, incrementIds) {
      const search = { ...ofStore(storeId), fields: briefFields };
      const call = { path, search, item: orderInBrief, id: 'increment_id' };
      return searchValues(rest, call, 'increment_id', incrementIds);
    },

    async linesOf(storeId, incrementIds) {
      const fields = `items[entity_id,increment_id,${lineFields}],total_count`;
      const search = { ...ofStore(storeId), pageSize: linesPerPage, fields };
      const call = { path, search, item: orderLines, id: 'increment_id' };
      const { items } = await searchValues(rest, call, 'increment_id', incrementIds);
      return new Map(
        items.map(({ increment_id, entity_id: id, items: lines }) => [increment_id, { id, lines }]),
      );
    },

    cancel(entityId) {
      return rest.call({
        method: 'POST',
        path: ['orders', String(entityId), 'cancel'],
        shape: z.boolean(),
        route: 'POST orders/:id/cancel',
      });
    },

    numbered: (incrementId) => ordersNumbered(rest, incrementId),
  };
}

const ofStore = (storeId: number) => ({
  groups: [[{ field: 'store_id', value: String(storeId) }]],
  sort: [{ field: 'entity_id', direction: 'ASC' as const }],
  pageSize: wholeOrdersPerPage,
});

function createdSince(time: string): Filter[] {
  return [{ field: 'created_at', condition: 'gteq', value: checkedTime(time) }];
}

async function ordersNumbered(rest: Rest, incrementId: string): Promise<MagentoOrder[]> {
  const search = {
    groups: [[{ field: 'increment_id', value: incrementId }]],
    sort: [{ field: 'entity_id', direction: 'ASC' as const }],
    pageSize: wholeOrdersPerPage,
  };
  const found = await searchAll(rest, { path, search, item: magentoOrder, id: 'entity_id' });
  return allReadable(found, 'the order of id');
}
