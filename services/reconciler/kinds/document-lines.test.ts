import { expect, it } from '@jest/globals';
import type { OrderedLine } from '../../magento/orders.ts';
import { unlikeLines } from './document-lines.ts';
import type { WantedLine } from './document-lines.ts';

const line = (item_id: number, sku: string, changes: Partial<OrderedLine> = {}): OrderedLine => ({
  item_id,
  sku,
  product_id: item_id,
  product_type: 'simple',
  parent_item_id: null,
  is_virtual: false,
  ...changes,
});
/** A mug, the same with an engraving; a variant, and the same product by itself; a cup only engraved; a plate; a voucher. */
const ordered = [
  line(1, 'MUG'),
  line(2, 'MUG-ENG', { product_id: 1 }),
  line(3, 'SHIRT-M', { product_type: 'configurable' }),
  line(4, 'SHIRT-M', { parent_item_id: 3 }),
  line(5, 'SHIRT-M', { product_id: 4 }),
  line(6, 'CUP-ENG'),
  line(7, 'PLATE'),
  line(8, 'VOUCHER', { is_virtual: true }),
];
const made = [1, 2, 3, 5, 6, 7].map((order_item_id) => ({ order_item_id, qty: '1' }));
const said = (...wanted: WantedLine[]) =>
  unlikeLines('shipments', wanted, ordered, made).map((one) => `${one.field} ${one.wanted}/${one.found}`);
const rest: WantedLine[] = [
  ['3', 'SHIRT-M', '1'],
  ['5', 'SHIRT-M', '1'],
  ['6', 'CUP', '1'],
  ['7', 'PLATE', '1'],
];

it.each<[string, WantedLine[], string[]]>([
  ['by the SKU of the product, with options and without', [[null, 'mug', '2'], ...rest], []],
  ['by the SKU of one of its lines', [[null, 'MUG-ENG', '2'], ...rest], []],
  ['by its lines', [['1', 'MUG', '1'], ['2', 'MUG', '1'], ...rest], []],
  ['by too few of them', [['2', 'MUG', '1'], ...rest], ['lines.MUG 1.0000/2.0000']],
  [
    'beside what options have renamed, what is virtual and what is unknown',
    [
      [null, 'MUG', '1'],
      [null, 'SHIRT-M', '2'],
      [null, 'CUP', '2'],
      [null, 'VOUCHER', '1'],
      [null, 'NONE', '1'],
    ],
    ['lines.MUG 1.0000/2.0000', 'lines.PLATE null/1.0000'],
  ],
])('lines of one product are compared together: %s', (_name, wanted, differences) => {
  expect(said(...wanted)).toEqual(differences);
});
