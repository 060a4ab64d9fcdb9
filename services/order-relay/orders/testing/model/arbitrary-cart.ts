/** Carts by chance, in shops of every setting. */
import { array, boolean, constantFrom, integer, option, record, tuple } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { CartRule } from './discounts.ts';
import type { Placed } from './order.ts';
import type { Rate } from './taxes.ts';

const rate = (code: string, percent: number): Rate => ({ percent, parts: [{ code, percent }] });

/** None, one, a compound, a second one of the subtotal alone, two of one priority. */
const rates: Rate[][] = [
  [],
  [rate('A', 19)],
  [rate('B', 7)],
  [rate('C', 8.25)],
  [rate('D', 8.25), rate('E', 7.5775)],
  [rate('F', 5), rate('G', 9.975)],
  [{ percent: 25, parts: [rate('H', 20), rate('I', 5)].flatMap(({ parts }) => parts) }],
];

const amount = (maxCents: number): Arbitrary<number> =>
  integer({ min: 1, max: maxCents }).map((cents) => cents / 100);

const rule: Arbitrary<CartRule> = record({
  kind: constantFrom('percent' as const, 'fixed per item' as const, 'fixed per cart' as const),
  amount: amount(11_000),
  ofShipping: boolean(),
});

/** From base to order. Yen and won have no digits, dinars three; all are counted in hundredths. */
const currencies = [
  { currency: 'EUR', baseCurrency: 'EUR', currencyRate: 1 },
  { currency: 'EUR', baseCurrency: 'USD', currencyRate: 0.9177 },
  { currency: 'JPY', baseCurrency: 'USD', currencyRate: 149.37 },
  { currency: 'KWD', baseCurrency: 'USD', currencyRate: 0.3071 },
  { currency: 'KRW', baseCurrency: 'JPY', currencyRate: 9.3 },
];

export const placedCart: Arbitrary<Placed> = record({
  items: array(
    record({
      price: amount(30_000),
      pieces: integer({ min: 1, max: 30 }),
      thousandths: integer({ min: 1, max: 999 }),
      rates: constantFrom(...rates),
      hasFee: integer({ min: 0, max: 9 }).map((chance) => chance === 0),
    }),
    { minLength: 1, maxLength: 7 },
  ),
  shipping: record({
    price: tuple(amount(3_000), boolean()).map(([some, free]) => (free ? 0 : some)),
    rates: constantFrom(...rates),
  }),
  rule: option(rule),
  hasFractions: integer({ min: 0, max: 3 }).map((chance) => chance === 0),
  shop: record({
    rounding: constantFrom('row' as const, 'unit' as const, 'total' as const),
    afterDiscount: boolean(),
    pricesIncludeTax: boolean(),
    shippingIncludesTax: boolean(),
    discountOnGross: boolean(),
    crossBorder: boolean(),
    fixedProductTax: record({ isTaxed: boolean(), inSubtotal: boolean() }),
  }),
  currencies: constantFrom(...currencies),
}).map(({ items, shipping, rule: cartRule, hasFractions, shop, currencies: money }) => ({
  ...money,
  shop,
  cart: {
    items: items.map(({ price, pieces, thousandths, rates: itemRates, hasFee }, index) => ({
      sku: `SKU-${index}`,
      price,
      quantity: hasFractions ? pieces + thousandths / 1000 : pieces,
      rates: itemRates,
      storePercent: 19,
      fixedProductTax: hasFee && !hasFractions ? 1.5 : 0,
    })),
    shipping: { ...shipping, storePercent: 19 },
    // Of fractions that cost nothing in the end, parts of a cent are lost where nothing tells of them any more.
    rule:
      hasFractions && cartRule ? { ...cartRule, kind: 'percent', amount: cartRule.amount % 90 } : cartRule,
  },
}));
