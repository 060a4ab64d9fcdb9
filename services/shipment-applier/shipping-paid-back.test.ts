import { describe, expect, it } from '@jest/globals';
import { toPlaces } from '../platform/decimal.ts';
import { assertCurrency } from './amounts.ts';
import { roundedToLeft, shippingLeft, shippingOnceAsked, shippingPaidBack } from './shipping-paid-back.ts';
import { documentOf } from './testing/document.ts';

/** As a real shop has them: 49.50 of which a coupon took 0.52, and 34.65 shown as 37.55. */
const discounted = {
  base_currency_code: 'EUR',
  order_currency_code: 'EUR',
  shipping_amount: '49.5',
  base_shipping_amount: '49.5',
  shipping_incl_tax: '49.5',
  base_shipping_incl_tax: '49.5',
  shipping_tax_amount: '0',
  base_shipping_tax_amount: '0',
  shipping_discount_amount: '0.52',
  base_shipping_discount_amount: '0.52',
  shipping_discount_tax_compensation_amount: '0',
  base_shipping_discount_tax_compensation_amnt: '0',
  base_shipping_refunded: null as string | null,
};
const undiscounted = { shipping_discount_amount: null, base_shipping_discount_amount: null };
const inDollars = {
  ...discounted,
  ...undiscounted,
  order_currency_code: 'USD',
  shipping_amount: '37.55',
  shipping_incl_tax: '37.55',
  base_shipping_amount: '34.65',
  base_shipping_incl_tax: '34.65',
};
const ofBase = (amount: string, inclTax: string, tax: string, discount: string, compensation = '0') => ({
  ...discounted,
  base_shipping_amount: amount,
  base_shipping_incl_tax: inclTax,
  base_shipping_tax_amount: tax,
  base_shipping_discount_amount: discount,
  base_shipping_discount_tax_compensation_amnt: compensation,
});
const half = ofBase('5', '5', '0', '2.5');
const halfInDollars = {
  ...half,
  order_currency_code: 'USD',
  shipping_amount: '10',
  shipping_incl_tax: '10',
  shipping_discount_amount: '5',
};
/** The discount was of the price with tax, the tax of what was left. */
const ofGross = ofBase('5', '5.95', '0.76', '1.19', '0.19');
/** The tax was of all of it: 7 were paid with it, 5 without. */
const taxedBefore = ofBase('10', '12', '2', '5');
const amounts = { totalMinor: null, adjustmentRefundMinor: null, adjustmentFeeMinor: null };
const told = (currency: string, shippingMinor: number | null) =>
  documentOf({ kind: 'creditmemo', amounts: { ...amounts, currency, shippingMinor } });
const asked = (order: object, currency: string, minor: number | null, shipping: 'paid' | 'listed' = 'paid') =>
  shippingPaidBack(told(currency, minor), order as never, { shipping });

describe('shipping that is paid back', () => {
  it.each([
    ['as the customer paid it', discounted, 'EUR', 4898, '49.50'],
    ['a part of that', discounted, 'EUR', 2449, '24.75'],
    ['half of what a coupon had halved', half, 'EUR', 125, '2.50'],
    ['that in the currency of the order', halfInDollars, 'USD', 250, '2.50'],
    ['in the currency of the order', inDollars, 'USD', 3755, '34.65'],
    ['a part in it', inDollars, 'USD', 1000, '9.23'],
    ['without a discount', { ...discounted, ...undiscounted }, 'EUR', 4898, '48.98'],
    ['less a discount of the price with tax', ofGross, 'EUR', 400, '5.00'],
    ['that with tax', ofGross, 'EUR', 476, '5.95'],
    ['all that was paid without the tax of the whole', taxedBefore, 'EUR', 500, '10.00'],
    ['all that was paid with it', taxedBefore, 'EUR', 700, '12.00'],
    ['free', ofBase('49.5', '49.5', '0', '49.5'), 'EUR', 100, '1.00'],
    ['none of any', ofBase('0', '0', '0', '0'), 'EUR', 100, '1.00'],
    ['not told', discounted, 'EUR', null, '0.00'],
  ])('is asked of the shop in its own terms: %s', (_, order, currency, minor, amount) => {
    expect(toPlaces(asked(order, currency, minor).amount, 2)).toBe(amount);
  });

  it.each([
    ['all of it', half, 'EUR', 500, '5.00'],
    ['half of it', half, 'EUR', 250, '2.50'],
    ['half of it in the currency of the order', halfInDollars, 'USD', 500, '2.50'],
    ['all in it', halfInDollars, 'USD', 1000, '5.00'],
    ['a part of what was taxed as a whole', taxedBefore, 'EUR', 250, '2.50'],
  ])('is asked as it is listed by an ERP that tells it so: %s', (_, order, currency, minor, amount) => {
    expect(toPlaces(asked(order, currency, minor, 'listed').amount, 2)).toBe(amount);
  });

  it('is refused where a part may be with the tax of the whole, or without', () => {
    expect(() => asked(taxedBefore, 'EUR', 250)).toThrow('creditmemo.shipping_tax');
  });

  it.each([
    ['today as it was paid', half, 'paid', ['2.50', '1.25']],
    ['today as it is listed', half, 'listed', ['1.25', '2.50']],
    ['as it is listed alone, where what was paid is unclear', taxedBefore, 'paid', ['1.25']],
  ] as const)('of a credit memo that is there was asked either way: %s', (_, order, shipping, either) => {
    const once = shippingOnceAsked(told('EUR', 125), order as never, { shipping });
    expect([...new Set(once.map(({ amount }) => toPlaces(amount, 2)))]).toEqual(either);
  });

  it('comes in two halves to the whole, though each is rounded up', () => {
    const order = ofBase('4.99', '5.94', '0.48', '2.49');
    const shown = (refunded: string | null) => {
      const now = { ...order, base_shipping_refunded: refunded } as never;
      return [roundedToLeft(asked(order, 'EUR', 125), now).amount, ...shippingLeft(now)].map((one) =>
        toPlaces(one, 2),
      );
    };
    expect(shown(null)).toEqual(['2.50', '4.99', '5.94']);
    expect(shown('2.5')).toEqual(['2.49', '2.49', '2.96']);
    expect(shown('4.99')).toEqual(['2.50', '0.00', '0.00']);
    const exact = roundedToLeft(asked(half, 'EUR', 499, 'listed'), half as never);
    expect(toPlaces(exact.amount, 2)).toBe('4.99');
  });

  it('may be told in the currency of the order, adjustments may not', () => {
    const order = inDollars as never;
    expect(() => assertCurrency(told('USD', 3755), order)).not.toThrow();
    expect(() => assertCurrency(told('CHF', 3755), order)).toThrow();
    const adjusted = { ...amounts, currency: 'USD', shippingMinor: 3755, adjustmentFeeMinor: 100 };
    expect(() => assertCurrency(documentOf({ kind: 'creditmemo', amounts: adjusted }), order)).toThrow();
  });
});
