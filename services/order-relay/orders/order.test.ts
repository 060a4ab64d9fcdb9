import { describe, expect, it } from '@jest/globals';
import type { Order } from '../../../schemas/types.ts';
import { orderOf } from './order.ts';
import { recordedOrder } from './testing/recorded-orders.ts';

const place = { instance: 'us', store: 'default', website: 'base' };
const read = (name: Parameters<typeof recordedOrder>[0]): Order => orderOf(recordedOrder(name), place);
const codes = (order: Order) => order.problems.map(({ code }) => code);

describe('a recorded order becomes the contract', () => {
  it('simple, guest', () => {
    const order = read('simple');
    expect(order).toMatchObject({
      instance: 'us',
      store: 'default',
      incrementId: '000000001',
      entityId: 1,
      state: 'new',
      paymentMethod: 'checkmo',
      shippingMethod: 'flatrate_flatrate',
      isVirtual: false,
      createdAt: Date.UTC(2026, 10, 23, 8, 7, 6),
      updatedAt: Date.UTC(2026, 10, 23, 8, 7, 7),
      occurredAt: Date.UTC(2026, 10, 23, 8, 7, 7),
      version: { epoch: 1, number: Date.UTC(2026, 10, 23, 8, 7, 7) },
      customer: { customerId: null, isGuest: true, groupId: 0, email: 'guest@example.com' },
      totals: {
        currency: 'USD',
        digits: 2,
        subtotalMinor: 2198,
        shippingMinor: 1000,
        discountMinor: 0,
        taxMinor: 181,
        grandTotalMinor: 3379,
      },
      problems: [],
    });
    expect(order.baseTotals).toEqual(order.totals);
    expect(order.lines).toEqual([
      expect.objectContaining({ lineId: '1', sku: 'SKU-001', quantity: '2.0000', unitPrice: '10.9900' }),
    ]);
    expect(order.lines[0]).toMatchObject({
      subtotalMinor: 2198,
      discountMinor: 0,
      taxMinor: 181,
      rowTotalMinor: 2198,
    });
    expect(order.billingAddress).toMatchObject({ city: 'Chicago', countryCode: 'US', region: 'IL' });
    expect(order.shippingAddress).not.toBeNull();
  });

  it('configurable with coupon: one line, the discount read from a row total after discount', () => {
    const order = read('configurable');
    expect(order.lines).toHaveLength(1);
    expect(order.lines[0]).toMatchObject({
      sku: 'CFG-1-RED',
      productType: 'configurable',
      subtotalMinor: 2500,
      discountMinor: 250,
      rowTotalMinor: 2250,
      taxMinor: 186,
    });
    expect(order.customer.isGuest).toBe(false);
    expect(order.couponCode).toBe('ERP10');
    expect(order.totals).toMatchObject({ discountMinor: 250, grandTotalMinor: 2936 });
    expect(order.problems).toEqual([]);
  });

  it('bundles: children are not counted again', () => {
    const order = read('bundles');
    expect(order.lines.map(({ sku, subtotalMinor, taxMinor }) => [sku, subtotalMinor, taxMinor])).toEqual([
      ['BND-1', 3693, 305],
      ['BND-2', 10200, 841],
    ]);
    expect(order.problems).toEqual([]);
  });

  it('mixed with coupon: discount and tax of a dynamic bundle come from its children', () => {
    const order = read('mixed');
    expect(
      order.lines.map(({ sku, subtotalMinor, discountMinor }) => [sku, subtotalMinor, discountMinor]),
    ).toEqual([
      ['SKU-001', 2198, 220],
      ['CFG-1-GREEN', 2500, 250],
      ['BND-1', 3693, 369],
      ['VIRT-1', 1999, 200],
    ]);
    expect(order.problems).toEqual([]);
  });

  it('virtual: nothing to ship', () => {
    const order = read('virtual');
    expect(order).toMatchObject({
      isVirtual: true,
      shippingMethod: null,
      shippingAddress: null,
      problems: [],
    });
  });

  it('decimal quantity: money rounded to the cent once, quantity kept', () => {
    const order = read('decimalQuantity');
    expect(order.lines[0]).toMatchObject({ quantity: '1.7500', unitPrice: '34.7500', subtotalMinor: 6081 });
    expect(order.totals).toMatchObject({ subtotalMinor: 6081, shippingMinor: 875, grandTotalMinor: 6956 });
    expect(order.problems).toEqual([]);
  });

  it.each(['otherWebsite', 'canceled'] as const)('%s adds up', (name) => {
    expect(read(name).problems).toEqual([]);
  });
});

describe('what cannot be said exactly is a problem of the order', () => {
  it('a grand total two cents off, with both figures', () => {
    const source = recordedOrder('simple');
    source.grand_total = '33.81';
    expect(orderOf(source, place).problems).toEqual([
      {
        code: 'order.totals_differ',
        detail:
          'grand_total: subtotal - discount + shipping + tax + known other totals come to 33.7900 USD, the shop says 33.8100 (0.0200 is not explained)',
      },
    ]);
  });

  it('one cent is rounding', () => {
    const source = recordedOrder('simple');
    source.grand_total = '33.80';
    expect(orderOf(source, place).problems).toEqual([]);
  });

  it('tax that is not on the lines', () => {
    const source = recordedOrder('simple');
    source.tax_amount = '2.81';
    source.grand_total = '34.79';
    expect(codes(orderOf(source, place))).toEqual(['order.totals_differ']);
  });

  it('a row total that no reading explains', () => {
    const source = recordedOrder('simple');
    source.items[0]!.row_total = '10.99';
    source.subtotal = '10.99';
    source.grand_total = '22.80';
    expect(orderOf(source, place).problems[0]?.detail).toContain('price x quantity is 21.9800');
  });

  it('a row total before discount is read as such', () => {
    const source = recordedOrder('configurable');
    source.items[0]!.row_total = '25';
    expect(orderOf(source, place).lines[0]).toMatchObject({ subtotalMinor: 2500, rowTotalMinor: 2250 });
  });

  it('prices with tax: the discount is given without the tax that stood in it', () => {
    const source = recordedOrder('simple');
    Object.assign(source.items[0]!, {
      price: '10',
      qty_ordered: '1',
      row_total: '10',
      discount_amount: '1.2',
      discount_tax_compensation_amount: '0.2',
      tax_amount: '1.8',
    });
    const own = {
      subtotal: '10',
      discount_amount: '-1.2',
      discount_tax_compensation_amount: '0.2',
      tax_amount: '1.8',
      shipping_amount: '0',
      grand_total: '10.8',
    };
    Object.assign(source, own);
    const order = orderOf(source, place);
    expect(order.lines[0]).toMatchObject({ discountMinor: 100, rowTotalMinor: 900, taxMinor: 180 });
    expect(order.totals).toMatchObject({ discountMinor: 100, grandTotalMinor: 1080 });
    expect(order.problems.filter(({ detail }) => !detail.startsWith('base_'))).toEqual([]);
  });
});

describe('the digest', () => {
  it('is the same for the same order, whatever the order of its members', () => {
    expect(read('mixed').digest).toBe(read('mixed').digest);
  });

  it('tells a change of any part', () => {
    const source = recordedOrder('simple');
    source.items[0]!.qty_shipped = '1';
    expect(orderOf(source, place).digest).not.toBe(read('simple').digest);
  });
});

it.each<[object[], string | null]>([
  [
    [
      { key: 'instructions', value: 'x' },
      { key: 'method_title', value: 'Check' },
    ],
    'Check',
  ],
  [[{ key: 'instructions', value: 'x' }], null],
  [[], null],
])('the title of the payment is what the shop tells of it: %j', (told, title) => {
  const source = recordedOrder('simple');
  const extension_attributes = { ...source.extension_attributes, payment_additional_info: told as never };
  expect(orderOf({ ...source, extension_attributes }, place).payment!.title).toBe(title);
});
