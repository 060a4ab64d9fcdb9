import { isAnyMarker } from '../magento/marker.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { decimalOf } from '../platform/decimal.ts';
import type { WantedItem } from './lines.ts';

/** A document of the shop. */
interface Made {
  items: readonly { order_item_id: number; qty: string }[];
  comments: readonly { comment: string | null }[];
}

/** What is part of another item is listed with it, and counts for nothing by itself. */
export function topsOf({ items }: Pick<MagentoOrder, 'items'>): ReadonlySet<number> {
  return new Set(items.filter(({ parent_item_id }) => parent_item_id === null).map(({ item_id }) => item_id));
}

/**
 * Of exactly these items, and no document of ours: a person has made it, or the shop itself.
 * @param counted The items of the order that such documents are of.
 */
export function madeByHand<Document extends Made>(
  made: readonly Document[],
  wanted: readonly WantedItem[],
  { counted, instance }: { counted: ReadonlySet<number>; instance: string },
): Document[] {
  return made.filter(
    (one) =>
      !one.comments.some(({ comment }) => isAnyMarker(comment, instance)) && isOfThese(one, wanted, counted),
  );
}

function isOfThese({ items }: Made, wanted: readonly WantedItem[], counted: ReadonlySet<number>): boolean {
  const own = items.filter(({ order_item_id, qty }) => counted.has(order_item_id) && decimalOf(qty) > 0n);
  const quantities = new Map(own.map(({ order_item_id, qty }) => [order_item_id, decimalOf(qty)]));
  return (
    quantities.size === wanted.length &&
    wanted.every(({ item, quantity }) => quantities.get(item.item_id) === quantity)
  );
}
