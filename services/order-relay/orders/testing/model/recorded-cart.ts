/** The carts of the recorded orders, for the model: the catalogue, rates and coupons of the shop that was recorded. */
import type { RecordedTaxes } from '../recorded-sets.ts';
import type { CartItem } from './cart.ts';
import type { CartRule } from './discounts.ts';
import type { Placed } from './order.ts';
import type { Rate } from './taxes.ts';

const prices: Record<string, number> = {
  'T-999': 9.99,
  'T-1995': 19.95,
  'T-033': 0.33,
  'T-10410': 104.1,
  'R-1995': 19.95,
  'R-033': 0.33,
  'N-1995': 19.95,
  'FPT-1': 49.9,
};

const rate = (code: string, percent: number): Rate => ({ percent, parts: [{ code, percent }] });

/** Of one priority: computed as one. */
const french: Rate = { percent: 25, parts: [rate('FR20', 20), rate('FR5', 5)].flatMap(({ parts }) => parts) };

/** By tax class and the customer's country. */
const rates: Record<string, Record<string, Rate[]>> = {
  19: {
    DE: [rate('DE19', 19)],
    US: [rate('TX825', 8.25)],
    JP: [rate('JP825', 8.25), rate('JP7', 7.5775)],
    PL: [rate('PL19', 19), rate('PL7', 7)],
    GB: [rate('GB19', 19)],
    CH: [rate('CH77', 7.7)],
    FR: [french],
  },
  7: { DE: [rate('DE7', 7)] },
  0: {},
};

const coupons: Record<string, CartRule> = {
  TEN: { kind: 'percent', amount: 10, ofShipping: false },
  ODD333: { kind: 'percent', amount: 3.33, ofShipping: false },
  TENSHIP: { kind: 'percent', amount: 10, ofShipping: true },
  ALL: { kind: 'percent', amount: 100, ofShipping: true },
  FIX7: { kind: 'fixed per cart', amount: 7, ofShipping: false },
  FIX30: { kind: 'fixed per cart', amount: 30, ofShipping: false },
  FIX30SHIP: { kind: 'fixed per cart', amount: 30, ofShipping: true },
  FIXITEM: { kind: 'fixed per item', amount: 1.11, ofShipping: false },
};

/** Buying three for two and discounts of some pieces are not modelled. */
export function isModelled({ coupon }: RecordedTaxes): boolean {
  return coupon === null || coupon === 'SHIPFREE' || coupon in coupons;
}

/** What was put into the cart of a recorded order, and how the shop was set up then. */
export function recordedCart({ basket, config, country, coupon, order }: RecordedTaxes): Placed {
  const ratesOf = (taxClass: string) => rates[taxClass]![country] ?? [];
  const items = basket.map(([sku, quantity]): CartItem => {
    const taxClass = { N: '0', R: '7' }[sku.slice(0, 1)] ?? '19';
    return {
      sku,
      quantity: Number(quantity),
      price: prices[sku]!,
      rates: ratesOf(taxClass),
      storePercent: Number(taxClass),
      fixedProductTax: sku === 'FPT-1' && config.fixedProductTax ? 1.5 : 0,
    };
  });
  return {
    cart: {
      items,
      shipping: {
        price: 5.95,
        rates: ratesOf(config.shippingTax),
        storePercent: Number(config.shippingTax),
      },
      rule: coupons[coupon ?? ''] ?? null,
    },
    shop: { ...config, fixedProductTax: config.fixedProductTax ?? { isTaxed: false, inSubtotal: false } },
    currency: order.order_currency_code,
    baseCurrency: order.base_currency_code,
    currencyRate: Number(order.base_to_order_rate),
  };
}
