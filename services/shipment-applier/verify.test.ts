import { describe, expect, it } from '@jest/globals';
import type { MagentoCreditMemo } from '../magento/credit-memos.ts';
import type { OrderItemInBrief } from '../magento/order-shape.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { decimalOf, fromMinor, minorUnit, one, zero } from '../platform/decimal.ts';
import { heldAt, lackingAt } from './source-top-up.ts';
import { documentOf, lineOf } from './testing/document.ts';
import type { OrderUnits } from './units.ts';
import { verifyCreditMemo, verifyShipment } from './verify.ts';

const document = documentOf({
  lines: [lineOf('pot', '2'), lineOf('?', '1', { orderLineId: '2' })],
});
/** A pot, a bundle of a lid and a pot, and another pot. */
const [pot, bundle, other] = [
  { item_id: 1, sku: 'POT', parent_item_id: null },
  { item_id: 2, sku: 'SET', parent_item_id: null },
  { item_id: 9, sku: 'POT', parent_item_id: null },
] as OrderItemInBrief[];
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

describe('a credit memo', () => {
  const amounts = {
    currency: 'USD',
    totalMinor: 1_230,
    shippingMinor: 357,
    adjustmentRefundMinor: null,
    adjustmentFeeMinor: 25,
  };
  const memo = {
    increment_id: '1',
    items: [...items, { order_item_id: 3, qty: '1' }],
    base_currency_code: 'USD',
    base_grand_total: '12.30',
    grand_total: '11.00',
    base_shipping_amount: '3',
    base_shipping_incl_tax: '3.57',
    base_adjustment_positive: null,
    base_adjustment_negative: '0.25',
  };
  const compare = (changes: object, ofErp: Partial<typeof amounts> = {}, within = zero) =>
    verifyCreditMemo(
      { ...memo, ...changes } as unknown as MagentoCreditMemo,
      { ...document, kind: 'creditmemo', amounts: { ...amounts, ...ofErp } },
      units,
      [
        { amount: fromMinor(amounts.shippingMinor, 2), within },
        { amount: fromMinor(714, 2), within: zero },
      ],
    );

  it('passes as it was asked for, its shipping with tax or without, its total in either currency', () => {
    compare({});
    compare({ base_shipping_amount: '3.57', base_shipping_incl_tax: null });
    compare({}, { currency: 'EUR', totalMinor: 1_100 });
    compare({ base_shipping_incl_tax: '3.56' }, {}, minorUnit(2));
    compare({ base_shipping_amount: '7.14', base_shipping_incl_tax: '8.50' });
  });

  it.each([
    ['a total of 12.31 instead of 12.30 USD', { base_grand_total: '12.31' }],
    ['shipping of 3.0000 instead of 3.5700', { base_shipping_incl_tax: '3.5' }],
    ['shipping of 3.0000 instead of 3.5700', { base_shipping_incl_tax: '3.56' }],
    ['adjustment refund of 1.0000 instead of 0.0000', { base_adjustment_positive: '1' }],
    ['adjustment fee of 0.0000 instead of 0.2500', { base_adjustment_negative: null }],
    ['LID: 0.0000 instead of 1.0000', { items: items.slice(0, 1) }],
  ])('is told to differ: %s', (what, changes) => {
    expect(() => compare(changes)).toThrow(what);
  });

  it('that has all that was asked for and another total says that the document lacks something', () => {
    const withFix = (words: string) =>
      expect.objectContaining({ fault: expect.objectContaining({ fix: expect.stringContaining(words) }) });
    expect(() => compare({ base_grand_total: '12.31' })).toThrow(withFix('`amounts`'));
    expect(() => compare({ base_grand_total: '12.31', items: items.slice(0, 1) })).toThrow(
      withFix('something else has made it'),
    );
  });
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
