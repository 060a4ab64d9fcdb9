import type { MagentoOrder } from '../../magento/order-shape.ts';
import { decimalOf, magnitude, minus, sum, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { hundredth } from './row-amounts.ts';
import type { Prefix } from './row-amounts.ts';

/** A total that a module added to an order, in both currencies. */
export interface ModuleTotal {
  code: string;
  own: Decimal;
  base: Decimal;
}

/** Of Adobe Commerce: what of the grand total is paid otherwise. */
const payments = {
  giftCard: ['gift_cards_amount', 'base_gift_cards_amount'],
  storeCredit: ['customer_balance_amount', 'base_customer_balance_amount'],
  rewardPoints: ['reward_currency_amount', 'base_reward_currency_amount'],
} as const;

/** Of Adobe Commerce: wrapping of the order, of its items, and the printed card. Its tax is in the order's tax. */
const giftWrapping = [
  ['gw_price', 'gw_base_price'],
  ['gw_items_price', 'gw_items_base_price'],
  ['gw_card_price', 'gw_card_base_price'],
] as const;

export interface KnownTotals extends Record<keyof typeof payments, Decimal> {
  giftWrapping: Decimal;
}

export function knownTotals(order: MagentoOrder, prefix: Prefix): KnownTotals {
  const read = ([own, base]: readonly [string, string]) =>
    magnitude(memberOf(order, prefix === '' ? own : base) ?? zero);
  return {
    giftCard: read(payments.giftCard),
    storeCredit: read(payments.storeCredit),
    rewardPoints: read(payments.rewardPoints),
    giftWrapping: sum(giftWrapping.map(read)),
  };
}

/** Amounts that other modules (payment fees, surcharges) put into `extension_attributes`: `x` with `base_x`. */
export function unknownTotals(order: MagentoOrder): ModuleTotal[] {
  const known = new Set<string>([...Object.values(payments), ...giftWrapping].flat());
  return Object.keys(order.extension_attributes).flatMap((code) => {
    const own = memberOf(order, code);
    const base = memberOf(order, `base_${code}`);
    return own === null || base === null || own === zero || known.has(code) ? [] : [{ code, own, base }];
  });
}

/**
 * The one total that is exactly what the equations of both currencies lack, with the sign that it has there. Of equal
 * ones (a fee with and without a tax of nothing) the one with the shortest name.
 */
export function explanationOf(order: MagentoOrder, own: Decimal, base: Decimal): ModuleTotal | null {
  const same = (left: Decimal, right: Decimal) =>
    magnitude(minus(magnitude(left), magnitude(right))) < hundredth;
  const [found] = unknownTotals(order)
    .filter((total) => same(total.own, own) && same(total.base, base))
    .toSorted((one, other) => one.code.length - other.code.length);
  return found ? { code: found.code, own, base } : null;
}

function memberOf(order: MagentoOrder, name: string): Decimal | null {
  const value = order.extension_attributes[name];
  return typeof value === 'string' && /^-?\d{1,15}(\.\d+)?$/.test(value) ? decimalOf(value) : null;
}
