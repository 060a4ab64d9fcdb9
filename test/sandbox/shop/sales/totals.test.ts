import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { cents, sum } from '../decimal.ts';
import type { AddressRow, CartItemRow } from '../state/sales-rows.ts';
import { computeTotals } from './totals.ts';

const illinois = { region_code: 'IL' } as AddressRow;
const line = (item_id: number, price: number, qty: number): CartItemRow => ({
  item_id,
  product_id: item_id,
  sku: `S${item_id}`,
  name: `S${item_id}`,
  product_type: 'simple',
  qty,
  price,
  original_price: price,
  weight: 1,
  is_virtual: false,
  is_qty_decimal: false,
  parent_item_id: null,
  product_option: null,
  options: [],
  children_calculated: false,
  ship_separately: false,
});

describe('totals', () => {
  it('carries the remainder of each rounding over to the next line', () => {
    // Order 7 of the recordings: 25.00 alone would carry 2.06 tax, after 21.98 it carries 2.07.
    const totals = computeTotals([line(1, 10.99, 2), line(2, 25, 1)], {
      coupon: 'ERP10',
      taxAddress: illinois,
      hasShipping: true,
    });
    expect(totals.lines.get(1)).toMatchObject({
      row_total: 21.98,
      discount_amount: 2.2,
      tax_amount: 1.63,
      price_incl_tax: 11.9,
    });
    expect(totals.lines.get(2)).toMatchObject({
      discount_amount: 2.5,
      tax_amount: 1.86,
      row_total_incl_tax: 27.07,
    });
    expect(totals.shipping_amount).toBe(15);
  });

  it('does not round a decimal quantity to cents and asks no tax outside Illinois', () => {
    const totals = computeTotals([line(1, 34.75, 1.75)], {
      coupon: null,
      taxAddress: null,
      hasShipping: true,
    });
    expect(totals).toMatchObject({
      subtotal: 60.8125,
      tax_amount: 0,
      shipping_amount: 8.75,
      grand_total: 69.5625,
    });
  });

  it('adds up exactly for any cart', () => {
    const item = fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 12 }), fc.boolean(), (items, hasCoupon) => {
        const lines = items.map(([price, qty], index) => line(index + 1, price / 100, qty));
        const totals = computeTotals(lines, {
          coupon: hasCoupon ? 'ERP10' : null,
          taxAddress: illinois,
          hasShipping: true,
        });
        const { subtotal, discount_amount, tax_amount, shipping_amount, grand_total } = totals;
        expect(grand_total).toBe(sum([subtotal, -discount_amount, tax_amount, shipping_amount]));
        expect(grand_total).toBe(cents(grand_total));
        expect(sum([...totals.lines.values()].map((one) => one.tax_amount))).toBe(tax_amount);
        expect(Math.abs(tax_amount - (subtotal - discount_amount) * 0.0825)).toBeLessThanOrEqual(0.01);
      }),
      { seed: 21 },
    );
  });
});
