import { describe, expect, it } from '@jest/globals';
import { toPlaces } from '../platform/decimal.ts';
import { assertCurrency } from './amounts.ts';
import { shippingPaidBack } from './shipping-paid-back.ts';
import { documentOf } from './testing/document.ts';

/** As a real shop has them: 49.50 of which a coupon took 0.52, and 34.65 shown as 37.55. */
const discounted = {
  base_currency_code: 'EUR',
  order_currency_code: 'EUR',
  shipping_amount: '49.5',
  base_shipping_amount: '49.5',
  base_shipping_incl_tax: '49.5',
  shipping_discount_amount: '0.52',
  base_shipping_discount_amount: '0.52',
  shipping_discount_tax_compensation_amount: '0',
  base_shipping_discount_tax_compensation_amnt: '0',
};
const inDollars = {
  ...discounted,
  order_currency_code: 'USD',
  shipping_amount: '37.55',
  base_shipping_amount: '34.65',
  base_shipping_incl_tax: '34.65',
  shipping_discount_amount: '0',
  base_shipping_discount_amount: '0',
};
/** 5.00, 5.95 with tax; the discount of 1.19 was of the price with tax. */
const ofGross = {
  ...discounted,
  base_shipping_amount: '5',
  base_shipping_incl_tax: '5.95',
  base_shipping_discount_amount: '1.19',
  base_shipping_discount_tax_compensation_amnt: '0.19',
};
const amounts = { totalMinor: null, adjustmentRefundMinor: null, adjustmentFeeMinor: null };
const told = (currency: string, shippingMinor: number | null) =>
  documentOf({ kind: 'creditmemo', amounts: { ...amounts, currency, shippingMinor } });

describe('shipping that is paid back', () => {
  it.each([
    ['as the customer paid it', discounted, 'EUR', 4898, '49.50'],
    ['a part of that', discounted, 'EUR', 2449, '24.75'],
    ['as it was before the discount', discounted, 'EUR', 4950, '49.50'],
    ['in the currency of the order', inDollars, 'USD', 3755, '34.65'],
    ['a part in it', inDollars, 'USD', 1000, '9.23'],
    ['without a discount', { ...discounted, base_shipping_discount_amount: null }, 'EUR', 4898, '48.98'],
    ['less a discount of the price with tax', ofGross, 'EUR', 400, '5.00'],
    ['with tax', ofGross, 'EUR', 595, '5.95'],
    ['free', { ...discounted, base_shipping_discount_amount: '49.5' }, 'EUR', 100, '1.00'],
    ['not told', discounted, 'EUR', null, '0.00'],
  ])('is asked of the shop in its own terms: %s', (_, order, currency, minor, asked) => {
    expect(toPlaces(shippingPaidBack(told(currency, minor), order as never), 2)).toBe(asked);
  });

  it('may be told in the currency of the order, adjustments may not', () => {
    const order = inDollars as never;
    expect(() => assertCurrency(told('USD', 3755), order)).not.toThrow();
    expect(() => assertCurrency(told('CHF', 3755), order)).toThrow();
    const adjusted = { ...amounts, currency: 'USD', shippingMinor: 3755, adjustmentFeeMinor: 100 };
    expect(() => assertCurrency(documentOf({ kind: 'creditmemo', amounts: adjusted }), order)).toThrow();
  });
});
