import { decimal, number } from '../decimal.ts';
import { reserve, stockOfWebsite } from '../inventory/stock.ts';
import { badRequest, noSuchEntity } from '../rest/errors.ts';
import { storeOfOrder } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import { now } from '../shop.ts';
import type { OrderItemRow, OrderRow } from '../state/sales-rows.ts';

/** @throws RestError 404 */
export function getOrder(shop: Shop, entityId: number): OrderRow {
  const order = shop.db.orders.get(entityId);
  if (order === undefined) throw noSuchEntity();
  return order;
}

/** Saves a change that moves `updated_at` and that the webhook tells of. */
export function saveChanged(shop: Shop, order: OrderRow): void {
  order.updated_at = now(shop);
  shop.db.orders.save(order);
  shop.orderChanged(order);
}

export function hold(shop: Shop, order: OrderRow): void {
  if (['canceled', 'complete', 'closed', 'holded', 'payment_review'].includes(order.state)) {
    throw badRequest('A hold action is not available.');
  }
  order.hold_before_state = order.state;
  order.hold_before_status = order.status;
  order.state = 'holded';
  order.status = 'holded';
  saveChanged(shop, order);
}

export function unhold(shop: Shop, order: OrderRow): void {
  if (order.state !== 'holded') throw badRequest('You cannot remove the hold.');
  order.state = order.hold_before_state ?? 'new';
  order.status = order.hold_before_status ?? 'pending';
  order.hold_before_state = null;
  order.hold_before_status = null;
  saveChanged(shop, order);
}

/**
 * Cancels what is neither invoiced nor shipped; what is invoiced stays, and the order with it (FACTS section 13). Returns
 * false, with status 200, when nothing can be canceled (FACTS section 3).
 */
export function cancel(shop: Shop, order: OrderRow): boolean {
  const openOf = (item: OrderItemRow) => number(decimal(item.qty_ordered) - decimal(item.qty_invoiced));
  const isOpen = order.items.some((item) => openOf(item) - item.qty_canceled > 0);
  if (['holded', 'canceled', 'complete', 'closed'].includes(order.state) || !isOpen) return false;
  const isInvoiced = order.items.some((item) => item.qty_invoiced > item.qty_refunded);
  for (const item of order.items) cancelItem(shop, order, item, Math.max(0, openOf(item)));
  const isShippable = order.items.some((item) => shippableQty(order, item) > 0);
  order.state = !isInvoiced ? 'canceled' : isShippable ? 'processing' : 'complete';
  order.status = order.state;
  order.is_canceled = true;
  saveChanged(shop, order);
  return true;
}

function cancelItem(shop: Shop, order: OrderRow, item: OrderItemRow, open: number): void {
  const stock = stockOfWebsite(shop.db, storeOfOrder(order.store_id).websiteCode);
  const gone = Math.max(item.qty_shipped, item.qty_refunded);
  const unshipped = number(decimal(item.qty_ordered) - decimal(gone));
  const quantity = number(decimal(Math.min(open, unshipped)) - decimal(item.qty_canceled));
  item.qty_canceled = number(decimal(item.qty_canceled) + decimal(quantity));
  item.tax_canceled = number(decimal(item.tax_amount) - decimal(item.tax_invoiced));
  item.updated_at = now(shop);
  if (!takesStock(order, item) || quantity === 0) return;
  const metadata = {
    event_type: 'order_canceled',
    object_id: `${order.entity_id}`,
    object_increment_id: order.increment_id,
  };
  reserve(shop.db, { stock_id: stock?.stock_id ?? 1, sku: item.sku, quantity, metadata });
}

/** The lines that hold stock: simple products, whether sold alone or as a part. */
export function takesStock(order: OrderRow, item: OrderItemRow): boolean {
  return !order.items.some((child) => child.parent_order_item_id === item.order_item_id);
}

/** `processing` once something was shipped or invoiced, `complete` once all of both is done. */
export function advanceState(shop: Shop, order: OrderRow, isInvoice: boolean): void {
  const before = order.state;
  const tops = order.items.filter((item) => item.parent_order_item_id === null);
  const isInvoiced = tops.every((item) => item.qty_invoiced >= item.qty_ordered);
  const isShipped = order.items.every((item) => item.is_virtual || shippableQty(order, item) === 0);
  const state = isInvoiced && isShipped ? 'complete' : 'processing';
  order.state = state;
  order.status = state;
  if (isInvoice || before !== state) saveChanged(shop, order);
  else shop.db.orders.save(order);
}

/** `closed` once all the money is back and nothing is left to ship, else `complete` once nothing is. */
export function stateAfterRefund(order: OrderRow): void {
  if (order.items.some((item) => shippableQty(order, item) > 0)) return;
  const isPaidBack = (order.refunds?.total ?? 0) >= (order.total_paid ?? 0);
  order.state = isPaidBack ? 'closed' : 'complete';
  order.status = order.state;
}

/**
 * What a shipment may still take of a line: a configurable and a bundle that ships together are shipped by
 * their parent, a bundle that ships separately by its parts (FACTS section 4).
 */
export function shippableQty(order: OrderRow, item: OrderItemRow): number {
  if (item.is_virtual) return 0;
  const parent = order.items.find(({ order_item_id }) => order_item_id === item.parent_order_item_id);
  const isShippedByOther = parent === undefined ? item.ship_separately : !parent.ship_separately;
  if (isShippedByOther) return 0;
  const gone = Math.max(item.qty_shipped, item.qty_refunded);
  const open = decimal(item.qty_ordered) - decimal(gone) - decimal(item.qty_canceled);
  return Math.max(0, number(open));
}
