import { expect, it } from '@jest/globals';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { linesOf, payingItems } from './line-items.ts';

const item = (item_id: number, parent_item_id: number | null = null, more: object = {}) => ({
  item_id,
  parent_item_id,
  product_type: 'simple',
  base_price: '0.0000',
  ...more,
});
const shown = (...items: object[]) =>
  linesOf({ items } as unknown as MagentoOrder).map((line) => [
    line.item.item_id,
    ...line.children.map((child) => child.item_id),
    payingItems(line).map((paying) => paying.item_id),
  ]);

it('a line is an item without a parent, and one whose parent is not told', () => {
  expect(shown(item(1), item(2, 1), item(3, 9), item(4))).toEqual([
    [1, 2, [1]],
    [3, [3]],
    [4, [4]],
  ]);
});

it('the parts of a bundle pay where they have prices of their own', () => {
  const bundle = { product_type: 'bundle', base_price: '5.0000' };
  const priced = { base_price: '5.0000' };
  expect(shown(item(1, null, bundle), item(2, 1, priced), item(3, 1))).toEqual([[1, 2, 3, [2, 3]]]);
  expect(shown(item(1, null, bundle), item(2, 1))).toEqual([[1, 2, [1]]]);
  expect(shown(item(1, null, { product_type: 'configurable' }), item(2, 1, priced))).toEqual([[1, 2, [1]]]);
});
