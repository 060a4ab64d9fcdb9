import { isAnyMarker } from '../magento/marker.ts';
import { decimalOf } from '../platform/decimal.ts';
import type { WantedItem } from './lines.ts';
import type { OrderUnits } from './units.ts';

/** A document of the shop. */
interface Made {
  items: readonly { order_item_id: number; qty: string }[];
  comments: readonly { comment: string | null }[];
}

/** Of exactly these items, and no document of ours: a person has made it, or the shop itself. */
export function madeByHand<Document extends Made>(
  made: readonly Document[],
  wanted: readonly WantedItem[],
  { units, instance }: { units: Pick<OrderUnits, 'named'>; instance: string },
): Document[] {
  return made.filter(
    (one) =>
      !one.comments.some(({ comment }) => isAnyMarker(comment, instance)) &&
      isOfThese(one, wanted, units.named),
  );
}

function isOfThese({ items }: Made, wanted: readonly WantedItem[], named: ReadonlySet<number>): boolean {
  const own = items.filter(({ order_item_id, qty }) => named.has(order_item_id) && decimalOf(qty) > 0n);
  const quantities = new Map(own.map(({ order_item_id, qty }) => [order_item_id, decimalOf(qty)]));
  return (
    quantities.size === wanted.length &&
    wanted.every(({ item, quantity }) => quantities.get(item.item_id) === quantity)
  );
}
