import { decimalOf, dividedBy, times, toPlaces, zero } from '../platform/decimal.ts';

interface Canceled {
  item_id: number;
  parent_item_id: number | null;
  qty_ordered: string | null;
  qty_canceled: string | null;
}

/**
 * The items with what is canceled of each line. Of a bundle that has the prices of its parts Magento counts the parts alone, and
 * the line itself says 0 however much is canceled (FACTS section 13).
 */
export function withCanceledOfParts<Item extends Canceled>(items: readonly Item[]): Item[] {
  const parts = Map.groupBy(items, (item) => item.parent_item_id);
  return items.map((item) => {
    const ordered = decimalOf(item.qty_ordered);
    const canceled = (parts.get(item.item_id) ?? [])
      .filter((part) => decimalOf(part.qty_ordered) > zero)
      .map((part) => dividedBy(times(decimalOf(part.qty_canceled), ordered), decimalOf(part.qty_ordered)))
      .reduce((least, one) => (least === null || one < least ? one : least), null as typeof ordered | null);
    const isCounted = canceled === null || canceled <= decimalOf(item.qty_canceled);
    return isCounted ? item : { ...item, qty_canceled: toPlaces(canceled, 4) };
  });
}
