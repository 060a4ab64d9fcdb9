import { expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { decimalOf } from '../platform/decimal.ts';
import { heldAt, lackingAt } from './source-top-up.ts';
import { verifyShipment } from './verify.ts';

const document = {
  kind: 'shipment',
  documentId: 'D1',
  lines: [
    { sku: 'A', orderLineId: '1', quantity: '2' },
    { sku: 'b', orderLineId: null, quantity: '1' },
    { sku: 'B', orderLineId: null, quantity: '1.0000' },
  ],
} as unknown as Fulfilment;
const items = [
  { order_item_id: 1, sku: 'A-RED', qty: '2.0000' },
  { order_item_id: 2, sku: 'B', qty: '1' },
  { order_item_id: 3, sku: 'B', qty: '1' },
];
const verify =
  (changed: readonly object[], source: string | null = 'main') =>
  () =>
    verifyShipment(
      { increment_id: '1', items: changed, extension_attributes: { source_code: source } } as MagentoShipment,
      document,
      'main',
    );

it.each([
  ['as it was asked for', items, 'main'],
  ['by a shop that does not say from where', items, null],
])('a shipment %s passes', (_name, shipped, source) => {
  expect(verify(shipped, source)).not.toThrow();
});

it.each([
  ['less of a line', items.with(0, { ...items[0]!, qty: '1' }), 'main', 'line 1: 1.0000 instead of 2.0000'],
  ['less of a SKU', items.slice(0, 2), 'main', 'b: 1.0000 instead of 2.0000'],
  ['nothing of a SKU', items.slice(0, 1), 'main', 'b: 0.0000 instead of 2.0000'],
  ['another line of no SKU', items.with(1, { ...items[1]!, sku: null as never }), 'main', 'b: 1.0000'],
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
