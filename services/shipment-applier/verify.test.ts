import { expect, it } from '@jest/globals';
import type { MagentoOrderItem } from '../magento/order-item-shape.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { decimalOf, one } from '../platform/decimal.ts';
import { heldAt, lackingAt } from './source-top-up.ts';
import { documentOf, lineOf } from './testing/document.ts';
import type { OrderUnits } from './units.ts';
import { verifyShipment } from './verify.ts';

const document = documentOf({
  lines: [lineOf('pot', '2'), lineOf('?', '1', { orderLineId: '2' })],
});
/** A pot, a bundle of a lid and a pot, and another pot. */
const [pot, bundle, other] = [
  { item_id: 1, sku: 'POT', parent_item_id: null },
  { item_id: 2, sku: 'SET', parent_item_id: null },
  { item_id: 9, sku: 'POT', parent_item_id: null },
] as MagentoOrderItem[];
const piece = (sku: string) => ({ item: pot!, sku, perUnit: one, isVirtual: false });
const units: OrderUnits = {
  items: [pot!, bundle!, other!],
  named: new Set([1, 2, 9]),
  pieces: new Map([
    [1, [piece('POT')]],
    [2, [piece('LID'), piece('POT')]],
    [9, [piece('POT')]],
  ]),
};
const items = [
  { order_item_id: 1, qty: '2.0000' },
  { order_item_id: 2, qty: '1' },
];
const verify =
  (changed: readonly object[], source: string | null = 'main') =>
  () =>
    verifyShipment(
      { increment_id: '1', items: changed, extension_attributes: { source_code: source } } as MagentoShipment,
      document,
      units,
      'main',
    );

it.each([
  ['as it was asked for', items, 'main'],
  ['by a shop that does not say from where', items, null],
  ['of another line with the same goods', items.with(0, { ...items[0]!, order_item_id: 9 }), 'main'],
  ['that lists parts beside it', [...items, { order_item_id: 3, qty: '1' }], 'main'],
])('a shipment %s passes', (_name, shipped, source) => {
  expect(verify(shipped, source)).not.toThrow();
});

it.each([
  ['less of a line', items.with(0, { ...items[0]!, qty: '1' }), 'main', 'POT: 2.0000 instead of 3.0000'],
  ['nothing of a bundle', items.slice(0, 1), 'main', 'POT: 2.0000 instead of 3.0000; LID: 0.0000 instead'],
  ['from another source', items, 'other', 'source other instead of main'],
])('a shipment of %s is rejected', (_name, shipped, source, what) => {
  expect(verify(shipped, source)).toThrow(what);
  expect(verify(shipped, source)).toThrow('shipment.differs');
});

it('a source is raised to what is needed of a SKU, and where it holds none of it', async () => {
  const stored = [
    { sku: 'a', sourceCode: 'main', quantity: '2.9999', status: 1 as const },
    { sku: 'B', sourceCode: 'main', quantity: '1.0000', status: 1 as const },
  ];
  const goods = new Map(
    [
      ['A', '3'],
      ['B', '1'],
      ['C', '1'],
    ].map(([sku, quantity]) => [sku!, decimalOf(quantity!)]),
  );
  const held = await heldAt({ read: () => Promise.resolve(stored) }, 'main', goods.keys());
  expect(lackingAt('main', held, goods)).toEqual([
    { sku: 'A', sourceCode: 'main', quantity: '3.0000', status: 1 },
    { sku: 'C', sourceCode: 'main', quantity: '1.0000', status: 1 },
  ]);
});
