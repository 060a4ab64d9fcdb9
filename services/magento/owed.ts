import type { Decimal } from '../platform/decimal.ts';
import { decimalOf, minus, sum, times, zero } from '../platform/decimal.ts';
import type { OrderInBrief, OrderItemInBrief } from './order-shape.ts';
import { piecesOf } from './pieces.ts';
import type { Products } from './products.ts';

/**
 * What an order is still to get of each product, by the SKU that its stock is kept under: ordered, and not yet shipped
 * (invoiced, where nothing is shipped), canceled or refunded.
 */
export async function owedOf(
  order: Pick<OrderInBrief, 'items'>,
  products: Pick<Products, 'skusOf'>,
): Promise<Map<string, Decimal>> {
  const pieces = await piecesOf(order, products);
  const owed = new Map<string, Decimal>();
  for (const line of order.items.filter(({ parent_item_id }) => parent_item_id === null))
    for (const { item, sku, perUnit } of pieces.get(line.item_id) ?? []) {
      // Shipped by the line or, of a bundle that ships separately, by the part.
      const left = smaller(times(perUnit, leftOf(line)), leftOf(item));
      if (left > 0n) owed.set(sku, sum([owed.get(sku) ?? zero, left]));
    }
  return owed;
}

function leftOf(item: OrderItemInBrief): Decimal {
  const gone = [item.is_virtual ? item.qty_invoiced : item.qty_shipped, item.qty_canceled, item.qty_refunded];
  return minus(decimalOf(item.qty_ordered), sum(gone.map(decimalOf)));
}

function smaller(left: Decimal, right: Decimal): Decimal {
  return left < right ? left : right;
}
