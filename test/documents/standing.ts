import type { Shop } from '../sandbox/shop/shop.ts';
import type { OrderRow } from '../sandbox/shop/state/sales-rows.ts';

/** A document of the shop, in the words of its order. */
export interface Standing {
  kind: string;
  marker: string | null;
  /** How many of which line of the order, counted from 0. */
  items: string[];
  tracks: string[];
  amounts: number[];
}

/** All that stands in the shop of an order: comparable with that of another order of the same lines. */
export function standingOf(shop: Shop, order: OrderRow) {
  const indexes = new Map(order.items.map(({ order_item_id }, index) => [order_item_id, index]));
  const own = <Row extends { order_id: number }>(rows: Iterable<Row>) =>
    [...rows].filter(({ order_id }) => order_id === order.entity_id);
  const itemsOf = (items: readonly { order_item_id: number; qty: number }[]) =>
    items.map(({ order_item_id, qty }) => `${qty} of ${indexes.get(order_item_id)}`);
  const markerOf = (comments: readonly { comment: string | null }[]) =>
    comments.map(({ comment }) => comment).join(' | ') || null;
  const documents: Standing[] = [
    ...own(shop.db.shipments.all()).map(({ items, tracks, comments }) => ({
      kind: 'shipment',
      marker: markerOf(comments),
      items: itemsOf(items),
      tracks: tracks.map(({ track_number }) => track_number).toSorted(),
      amounts: [],
    })),
    ...own(shop.db.invoices.all()).map(({ items, comments, grand_total }) => ({
      kind: 'invoice',
      marker: markerOf(comments),
      items: itemsOf(items),
      tracks: [],
      amounts: [grand_total],
    })),
    ...own(shop.db.creditMemos.all()).map(({ items, comments, grand_total, shipping_amount }) => ({
      kind: 'creditmemo',
      marker: markerOf(comments),
      items: itemsOf(items),
      tracks: [],
      amounts: [grand_total, shipping_amount],
    })),
  ];
  return {
    state: order.state,
    items: order.items.map((item) => [
      item.qty_shipped,
      item.qty_invoiced,
      item.qty_refunded,
      item.qty_canceled,
    ]),
    comments: order.status_histories.map(({ comment }) => comment),
    documents,
  };
}
