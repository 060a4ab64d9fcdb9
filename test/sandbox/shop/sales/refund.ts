import { decimal, number, sum } from '../decimal.ts';
import { reserve, sourceItem, stockOfWebsite } from '../inventory/stock.ts';
import { storeOfOrder } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import { now } from '../shop.ts';
import type { OrderItemRow, OrderRow } from '../state/sales-rows.ts';
import { saveChanged } from './order-state.ts';

export interface Refunded {
  item: OrderItemRow;
  qty: number;
  /** As `return_to_stock_items` has it. */
  returnsStock: boolean;
}

/**
 * A credit memo over one simple line, with what it does to stock in the real shop (FACTS section 14): what is not shipped is
 * refunded first and its reservation dissolved; without a return it is taken from the first source as well. What was
 * shipped is given back to the source it left, or to the first one where it left from several.
 */
export function refund(shop: Shop, order: OrderRow, { item, qty, returnsStock }: Refunded): void {
  const unshipped = number(
    decimal(item.qty_ordered) - decimal(item.qty_shipped) - decimal(item.qty_refunded),
  );
  const open = Math.max(0, Math.min(qty, unshipped));
  const stock = stockOfWebsite(shop.db, storeOfOrder(order.store_id).websiteCode);
  const stockId = stock?.stock_id ?? 1;
  const first = shop.db.stockSourceLinks
    .all()
    .filter((link) => link.stock_id === stockId)
    .toSorted((one, other) => one.priority - other.priority)[0]!.source_code;
  if (open > 0) {
    const metadata = {
      event_type: 'creditmemo_created',
      object_id: String(order.entity_id),
      object_increment_id: order.increment_id,
    };
    reserve(shop.db, { stock_id: stockId, sku: item.sku, quantity: open, metadata });
    if (!returnsStock) move(shop, first, item.sku, -open);
  }
  const shippedFrom = new Set(
    shop.db.shipments.lookup(String(order.entity_id)).map(({ source_code }) => source_code),
  );
  const [only] = shippedFrom.size === 1 ? shippedFrom : [];
  if (returnsStock && qty > open) move(shop, only ?? first, item.sku, qty - open);
  item.qty_refunded = sum([item.qty_refunded, qty]);
  item.updated_at = now(shop);
  const entityId = shop.db.next('creditmemo');
  shop.db.creditMemos.save({
    entity_id: entityId,
    increment_id: String(entityId).padStart(9, '0'),
    order_id: order.entity_id,
    store_id: order.store_id ?? 1,
    state: 2,
    grand_total: 0,
    created_at: now(shop),
    updated_at: now(shop),
  });
  saveChanged(shop, order);
  shop.db.commit();
}

function move(shop: Shop, sourceCode: string, sku: string, by: number): void {
  const row = sourceItem(shop.db, sourceCode, sku);
  if (row === undefined) return;
  row.quantity = sum([row.quantity, by]);
  shop.db.sourceItems.save(row);
}
