import { decimal, number, over, sum, times } from '../decimal.ts';
import { hasSourceItems, reserve, sourceItem, stockOfWebsite } from '../inventory/stock.ts';
import { storeOfOrder } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import type { OrderItemRow, OrderRow } from '../state/sales-rows.ts';

/** A line of a credit memo, before its order counts it. */
export interface Returned {
  item: OrderItemRow;
  qty: number;
  /** As `return_to_stock_items` has it: order item ids. */
  returnToStock: readonly number[];
}

/**
 * What a credit memo does to stock in the real shop (FACTS section 14): what is not shipped is refunded first and its
 * reservation dissolved; without a return it is taken from the first source as well. What was shipped is given back to the
 * source it left, or to the first one where it left from several.
 */
export function moveStock(shop: Shop, order: OrderRow, { item, qty, returnToStock }: Returned): void {
  const parent = order.items.find(({ order_item_id }) => order_item_id === item.parent_order_item_id);
  const shippedBy = parent?.ship_separately === false ? parent : item;
  const shipped = number(
    over(times(decimal(shippedBy.qty_shipped), decimal(item.qty_ordered)), decimal(shippedBy.qty_ordered)),
  );
  const unshipped = number(decimal(item.qty_ordered) - decimal(shipped) - decimal(item.qty_refunded));
  const open = Math.max(0, Math.min(qty, unshipped));
  const children = order.items.filter((child) => child.parent_order_item_id === item.order_item_id);
  for (const part of children.length === 0 ? [item] : children) {
    if (!hasSourceItems(part.product_type) || part.is_virtual) continue;
    const perUnit = over(decimal(part.qty_ordered), decimal(item.qty_ordered));
    const of = (units: number) => number(times(perUnit, decimal(units)));
    const returnsStock = [item.order_item_id, part.order_item_id].some((id) => returnToStock.includes(id));
    movePart(shop, order, { sku: part.sku, open: of(open), shipped: of(qty - open), returnsStock });
  }
}

interface PartMove {
  sku: string;
  open: number;
  shipped: number;
  returnsStock: boolean;
}

function movePart(shop: Shop, order: OrderRow, { sku, open, shipped, returnsStock }: PartMove): void {
  const stockId = stockOfWebsite(shop.db, storeOfOrder(order.store_id).websiteCode)?.stock_id ?? 1;
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
    reserve(shop.db, { stock_id: stockId, sku, quantity: open, metadata });
    if (!returnsStock) move(shop, first, sku, -open);
  }
  const shippedFrom = new Set(
    shop.db.shipments.lookup(String(order.entity_id)).map(({ source_code }) => source_code),
  );
  const [only] = shippedFrom.size === 1 ? shippedFrom : [];
  if (returnsStock && shipped > 0) move(shop, only ?? first, sku, shipped);
}

function move(shop: Shop, sourceCode: string, sku: string, by: number): void {
  const row = sourceItem(shop.db, sourceCode, sku);
  if (row === undefined) return;
  row.quantity = sum([row.quantity, by]);
  shop.db.sourceItems.save(row);
}
