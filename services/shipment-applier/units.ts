import type { OrderInBrief, OrderItemInBrief } from '../magento/order-shape.ts';
import type { Products } from '../magento/products.ts';
import { decimalOf, dividedBy, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { piecesOf } from '../magento/pieces.ts';
import type { Piece } from '../magento/pieces.ts';
import type { Deed } from './lines.ts';

/**
 * An order as documents of one kind see it: which of its items Magento wants them to name. A variant and most parts of
 * bundles go with their line, other parts by themselves (FACTS sections 4, 5).
 */
export interface OrderUnits {
  items: readonly OrderItemInBrief[];
  /** Item ids that documents of the kind may name. */
  named: ReadonlySet<number>;
  /** What leaves the sources with each item, by item id. */
  pieces: ReadonlyMap<number, readonly Piece[]>;
}

/** Only where the order has bundles, or SKUs that options have changed, something is asked for. */
export async function unitsOf(
  order: Pick<OrderInBrief, 'items'>,
  deed: Pick<Deed, 'byParts'>,
  products: Pick<Products, 'skusOf' | 'shippedInParts'>,
): Promise<OrderUnits> {
  const { items } = order;
  const bundles = items.flatMap(({ product_type, product_id }) =>
    product_type === 'bundle' && product_id !== null ? [product_id] : [],
  );
  const [pieces, inParts] = await Promise.all([
    piecesOf(order, products),
    deed.byParts === 'as shipped' && bundles.length > 0
      ? products.shippedInParts(bundles)
      : new Set<number>(),
  ]);
  const goesByParts = (line: OrderItemInBrief) => {
    if (line.product_type !== 'bundle' || partsOf(line, items).length === 0) return false;
    if (deed.byParts === 'as shipped') return inParts.has(line.product_id!);
    return deed.byParts === 'as priced' && partsOf(line, items).some(isPriced);
  };
  const lines = items.filter(({ parent_item_id }) => parent_item_id === null);
  const named = lines.flatMap((line) => (goesByParts(line) ? partsOf(line, items) : [line]));
  return { items, named: new Set(named.map(({ item_id }) => item_id)), pieces };
}

const isPriced = ({ base_price }: OrderItemInBrief) => decimalOf(base_price) !== zero;

export function partsOf(line: OrderItemInBrief, items: readonly OrderItemInBrief[]): OrderItemInBrief[] {
  return items.filter(({ parent_item_id }) => parent_item_id === line.item_id);
}

/** How many of the part one unit of its line holds. */
export const perUnit = (part: OrderItemInBrief, line: OrderItemInBrief): Decimal =>
  dividedBy(decimalOf(part.qty_ordered), decimalOf(line.qty_ordered));
