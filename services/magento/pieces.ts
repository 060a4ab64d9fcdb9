import { decimalOf, dividedBy, one, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import type { OrderInBrief, OrderItemInBrief } from './order-shape.ts';
import type { Products } from './products.ts';

/** A product that leaves the sources with a line of an order. */
export interface Piece {
  item: OrderItemInBrief;
  /** That its stock is kept under. */
  sku: string;
  /** How many there are in one unit of the line. */
  perUnit: Decimal;
  /** It leaves with the invoice: nothing is shipped. */
  isVirtual: boolean;
}

/**
 * What stands behind each item of an order, by its item_id: a part of another is itself alone; behind a line stand the variant of a configurable, the selections of
 * a bundle, else the product itself. Custom options change the SKU of a line, and the stock is the product's all the same
 * (FACTS section 13): its SKU is asked for then, one call for all.
 */
export async function piecesOf(
  { items }: Pick<OrderInBrief, 'items'>,
  products: Pick<Products, 'skusOf'>,
): Promise<Map<number, Piece[]>> {
  const renamed = items.filter(hasOtherSku).map(({ product_id }) => product_id!);
  const skus = renamed.length === 0 ? new Map<number, string>() : await products.skusOf(renamed);
  const children = Map.groupBy(items, (item) => item.parent_item_id);
  const pieceOf = (item: OrderItemInBrief, line: OrderItemInBrief): Piece => ({
    item,
    sku: (hasOtherSku(item) ? skus.get(item.product_id!) : undefined) ?? item.sku,
    perUnit: ratio(decimalOf(item.qty_ordered), decimalOf(line.qty_ordered)),
    isVirtual: item.is_virtual,
  });
  return new Map(
    items.map((line) => [
      line.item_id,
      (children.get(line.item_id) ?? [line]).map((item) => pieceOf(item, line)),
    ]),
  );
}

function hasOtherSku({ product_id, product_option }: OrderItemInBrief): boolean {
  return product_id !== null && product_option.extension_attributes.custom_options.length > 0;
}

function ratio(part: Decimal, whole: Decimal): Decimal {
  return whole === zero ? one : dividedBy(part, whole);
}
