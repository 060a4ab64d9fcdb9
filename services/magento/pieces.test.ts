import { expect, it } from '@jest/globals';
import type { MagentoOrderItem } from './order-item-shape.ts';
import { piecesOf } from './pieces.ts';

const item = (item_id: number, sku: string, change: Partial<MagentoOrderItem> = {}, options = 0) =>
  ({
    item_id,
    sku,
    parent_item_id: null,
    product_id: item_id * 10,
    qty_ordered: '2',
    is_virtual: false,
    product_option: { extension_attributes: { custom_options: Array.from({ length: options }, () => ({})) } },
    ...change,
  }) as MagentoOrderItem;

it('the pieces of a line are its children, or itself, under the SKU of the product', async () => {
  const asked: number[][] = [];
  const products = {
    skusOf: async (ids: readonly number[]) => {
      asked.push([...ids]);
      await Promise.resolve();
      return new Map([[50, 'MUG']]);
    },
  };
  const items = [
    item(1, 'SET', { qty_ordered: '2' }),
    item(2, 'A', { parent_item_id: 1, qty_ordered: '6' }),
    item(3, 'B', { parent_item_id: 1, is_virtual: true }),
    item(4, 'C'),
    item(5, 'MUG-red', {}, 1),
    item(6, 'GONE-red', {}, 2),
    item(7, 'OLD-red', { product_id: null, qty_ordered: '0' }, 1),
  ];
  const pieces = await piecesOf({ items }, products);
  const shown = [...pieces].map(([id, parts]) => [
    id,
    parts.map(
      ({ sku, perUnit, isVirtual }) =>
        `${sku} ${Number(perUnit) / Number(pieces.get(4)![0]!.perUnit)} ${isVirtual}`,
    ),
  ]);
  expect(shown).toEqual([
    [1, ['A 3 false', 'B 1 true']],
    [2, ['A 1 false']],
    [3, ['B 1 true']],
    [4, ['C 1 false']],
    [5, ['MUG 1 false']],
    [6, ['GONE-red 1 false']],
    [7, ['OLD-red 1 false']],
  ]);
  expect(asked).toEqual([[50, 60]]);
  await piecesOf({ items: [item(4, 'C')] }, products);
  expect(asked).toHaveLength(1);
});
