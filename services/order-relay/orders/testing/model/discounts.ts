/**
 * Magento's discounts by cart rules, written after its source (magento/magento2, app/code/Magento/SalesRule/Model:
 * Rule/Action/Discount/ByPercent, ByFixed, CartFixed; Utility::minFix and deltaRoundingFix; Validator for shipping).
 */
import { DeltaRounding, round, sumOf } from './round.ts';

export interface CartRule {
  kind: 'percent' | 'fixed per item' | 'fixed per cart';
  /** Percent, or an amount in the base currency. */
  amount: number;
  ofShipping: boolean;
}

export interface DiscountedRow {
  quantity: number;
  /** What the rule is applied to, in the currency of the order and in base. */
  price: number;
  basePrice: number;
  rowTotalInclTax: number;
}

export interface Discounts {
  rows: number[];
  shipping: number;
}

/** @param rate Of the base currency to the one that is asked for. @param base Prices of which a rule's share is taken. */
export function discountsOf(
  rule: CartRule | null,
  rows: readonly DiscountedRow[],
  shipping: { amount: number; base: number },
  rate: number,
): Discounts {
  if (rule === null) return { rows: rows.map(() => 0), shipping: 0 };
  if (rule.kind === 'percent') return byPercent(rule, rows, shipping.amount);
  if (rule.kind === 'fixed per item')
    return {
      rows: rows.map(({ quantity, price }) =>
        round(Math.min(quantity * round(rule.amount * rate), price * quantity)),
      ),
      shipping: rule.ofShipping ? Math.min(round(rule.amount * rate), shipping.amount) : 0,
    };
  return perCart(rule, rows, shipping, rate);
}

function byPercent(rule: CartRule, rows: readonly DiscountedRow[], shipping: number): Discounts {
  const percent = Math.min(100, rule.amount) / 100;
  const deltas = new DeltaRounding();
  return {
    rows: rows.map(({ quantity, price, rowTotalInclTax }) => {
      const amount = deltas.round(quantity * price * percent, 'percent', 0);
      return round(Math.min(amount, percent === 1 ? rowTotalInclTax : Infinity, price * quantity));
    }),
    shipping: rule.ofShipping ? round(shipping * percent) : 0,
  };
}

function perCart(
  rule: CartRule,
  rows: readonly DiscountedRow[],
  shipping: { amount: number; base: number },
  rate: number,
): Discounts {
  const whole = sumOf(rows.map(({ basePrice, quantity }) => basePrice * quantity));
  const shared = whole + (rule.ofShipping ? shipping.base : 0);
  const available = Math.min(rule.amount, shared);
  const deltas = new DeltaRounding();
  const base = rows.map(({ basePrice, quantity }) =>
    round(Math.min(basePrice * quantity, deltas.round((available * basePrice * quantity) / shared, 'cart'))),
  );
  return {
    rows: rows.map(({ price, quantity }, index) =>
      round(Math.min(price * quantity, round(base[index]! * rate))),
    ),
    shipping: rule.ofShipping ? Math.min(shipping.amount, round((available - sumOf(base)) * rate)) : 0,
  };
}
