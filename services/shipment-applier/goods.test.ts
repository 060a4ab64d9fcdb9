import { expect, it } from '@jest/globals';
import type { OrderInBrief } from '../magento/order-shape.ts';
import { piecesOf } from '../magento/pieces.ts';
import { toPlaces } from '../platform/decimal.ts';
import { goodsOf } from './goods.ts';

const item = (item_id: number, sku: string, qty_ordered: string, more: object = {}) => ({
  item_id,
  parent_item_id: null,
  product_id: item_id,
  sku,
  qty_ordered,
  is_virtual: false,
  product_option: { extension_attributes: { custom_options: [] } },
  ...more,
});
const order = {
  items: [
    item(1, 'A', '3'),
    item(2, 'A', '1'),
    item(3, 'SET', '2'),
    item(4, 'A', '4', { parent_item_id: 3 }),
    item(5, 'B', '2', { parent_item_id: 3 }),
    item(6, 'LICENCE', '1', { is_virtual: true }),
  ],
} as unknown as OrderInBrief;

it('are what all lines of a shipment need of a product together, parts by their share; nothing virtual', async () => {
  const skusOf = () => Promise.reject(new Error('no SKU is another'));
  const shipped = [1, 2, 3, 6].map((orderItemId) => ({ orderItemId, quantity: '1.0000' }));
  const goods = goodsOf(shipped, await piecesOf(order, { skusOf }));
  expect([...goods].map(([sku, quantity]) => `${toPlaces(quantity, 2)} ${sku}`)).toEqual([
    '4.00 A',
    '1.00 B',
  ]);
});
