import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { decimalOf, zero } from '../../platform/decimal.ts';

/** One line as the customer sees it: an item without a parent, and the children that stand behind it. */
export interface Line {
  item: MagentoOrderItem;
  children: MagentoOrderItem[];
}

/** Each product once. A child whose parent is not in the answer is better shown than lost. */
export function linesOf(order: MagentoOrder): Line[] {
  const ids = new Set(order.items.map((item) => item.item_id));
  const children = Map.groupBy(order.items, (item) => item.parent_item_id);
  return order.items
    .filter((item) => item.parent_item_id === null || !ids.has(item.parent_item_id))
    .map((item) => ({ item, children: children.get(item.item_id) ?? [] }));
}

/**
 * The items that bear the amounts of a line. A configurable and its child carry the same SKU, and the child costs
 * nothing. A bundle with a dynamic price has it on the parent and once more on the children, and only there the
 * discount: its children count, else all would be counted twice (FACTS section 3).
 */
export function payingItems({ item, children }: Line): MagentoOrderItem[] {
  const childrenPay =
    item.product_type === 'bundle' && children.some((child) => decimalOf(child.base_price) !== zero);
  return childrenPay ? children : [item];
}
