import type { FixedProductTax, Tax } from '../../../schemas/types.ts';
import type { MagentoAppliedTax } from '../../magento/order-extension-shape.ts';
import { appliedFixedProductTaxes } from '../../magento/order-item-shape.ts';
import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import {
  contractDecimal,
  decimalOf,
  dividedBy,
  magnitude,
  minus,
  rounded,
  sum,
  times,
  toMinor,
  zero,
} from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { currencyDigits } from '../../platform/currency.ts';
import { fourthPlace } from './row-amounts.ts';
import type { Prefix } from './row-amounts.ts';
import type { Rate } from './tax-rounding.ts';

/**
 * Taxes by rate. They are taken from `applied_taxes` and `item_applied_taxes`, whose amounts add up to the tax of the
 * order and of each item. (`itemized_taxes` repeats the whole tax for each of several rates of one priority, FACTS
 * section 12.)
 */
export function taxesOf(order: MagentoOrder, items: readonly MagentoOrderItem[]): Tax[] {
  const ids = new Set(items.map((item) => item.item_id));
  return byRate(
    order,
    appliedOf(order, ({ type, item_id }) => type === 'product' && item_id !== null && ids.has(item_id)),
  );
}

export const shippingTaxesOf = (order: MagentoOrder): Tax[] =>
  byRate(
    order,
    appliedOf(order, ({ type }) => type === 'shipping'),
  );

export const wholeTaxesOf = (order: MagentoOrder): Tax[] =>
  byRate(order, order.extension_attributes.applied_taxes);

/**
 * The rates by which each item's tax was computed, likelier ones first. Rates of one priority are computed as one, and
 * their amounts are shares of it; others are computed apart, and small amounts of them may look like shares.
 */
export function ratesOf(order: MagentoOrder, items: readonly MagentoOrderItem[]): PossibleRates[] {
  const products = order.extension_attributes.item_applied_taxes.filter(({ type }) => type === 'product');
  const ofItem = new Map(products.map(({ item_id, applied_taxes }) => [item_id, applied_taxes]));
  const sameRates = Map.groupBy(products, ({ applied_taxes }) => codesOf(applied_taxes));
  const areShares = new Map(
    [...sameRates].map(([codes, same]) => [codes, same.every((one) => isSharedOut(one.applied_taxes))]),
  );
  return items.map((item) => {
    const applied = ofItem.get(item.item_id) ?? [];
    const codes = codesOf(applied);
    const apart = applied.map(({ code, percent }) => ({ code, percent: decimalOf(percent) }));
    const asOne = [{ code: codes, percent: decimalOf(item.tax_percent) }];
    // A tax that came to nothing is not listed.
    const areRatesTold = sum(apart.map(({ percent }) => percent)) === decimalOf(item.tax_percent);
    if (!areRatesTold || apart.length < 2) return { areRatesTold, rates: [asOne] };
    // Taxes of whole pieces that are computed apart are hundredths.
    const areFine = isRounded(item.qty_ordered, 0) && applied.some(({ amount }) => !isRounded(amount));
    if (!areShares.get(codes)) return { areRatesTold, rates: [apart] };
    return { areRatesTold, rates: areFine ? [asOne] : [asOne, apart] };
  });
}

export interface PossibleRates {
  rates: readonly [likely: Rate[], other?: Rate[]];
  /** False where the shop does not say whether its percentage is of one rate or of several. */
  areRatesTold: boolean;
}

const codesOf = (applied: readonly MagentoAppliedTax[]): string => applied.map(({ code }) => code).join();

function isRounded(text: string | null, places = 2): boolean {
  return rounded(decimalOf(text), places) === decimalOf(text);
}

function isSharedOut(applied: readonly MagentoAppliedTax[]): boolean {
  const whole = sum(applied.map(({ amount }) => decimalOf(amount)));
  const percents = sum(applied.map(({ percent }) => decimalOf(percent)));
  return applied.every(({ amount, percent }) => {
    const share = dividedBy(times(whole, decimalOf(percent)), percents);
    return magnitude(minus(share, decimalOf(amount))) <= fourthPlace;
  });
}

/** Tax on the fixed product tax of items: in the order's tax, in no item's. */
export function fixedProductTaxTaxOf(
  order: MagentoOrder,
  items: readonly MagentoOrderItem[],
  prefix: Prefix,
): Decimal {
  const ids = new Set(items.map((item) => item.item_id));
  const applied = appliedOf(
    order,
    ({ type, associated_item_id: id }) => type === 'weee' && id !== null && ids.has(id),
  );
  return sum(applied.map((tax) => decimalOf(tax[`${prefix}amount`])));
}

/** Tax on neither products nor shipping: on fixed product taxes, gift wrapping, fees. */
export function otherTaxOf(order: MagentoOrder, prefix: Prefix): Decimal {
  const applied = appliedOf(order, ({ type }) => type !== 'product' && type !== 'shipping');
  return sum(applied.map((tax) => decimalOf(tax[`${prefix}amount`])));
}

type ItemAppliedTaxes = MagentoOrder['extension_attributes']['item_applied_taxes'][number];

function appliedOf(order: MagentoOrder, isWanted: (of: ItemAppliedTaxes) => boolean): MagentoAppliedTax[] {
  return order.extension_attributes.item_applied_taxes
    .filter(isWanted)
    .flatMap(({ applied_taxes }) => applied_taxes);
}

function byRate(order: MagentoOrder, applied: readonly MagentoAppliedTax[]): Tax[] {
  const rates = [...Map.groupBy(applied, ({ code, percent }) => `${code} ${percent}`).values()];
  const amounts = (prefix: Prefix) =>
    sharesOf(
      rates.map((rate) => sum(rate.map((tax) => decimalOf(tax[`${prefix}amount`])))),
      currencyDigits(order[prefix === '' ? 'order_currency_code' : 'base_currency_code']),
    );
  const [own, base] = [amounts(''), amounts('base_')];
  return rates.map(([first], index) => ({
    code: first!.code,
    title: first!.title,
    percent: contractDecimal(first!.percent ?? '0'),
    amountMinor: own[index]!,
    baseAmountMinor: base[index]!,
  }));
}

/** Minor units that add up to the whole, rounded: rates of one priority share a tax in fractions of a cent. */
function sharesOf(parts: readonly Decimal[], digits: number): number[] {
  let exact = zero;
  return parts.map((part) => {
    const before = toMinor(exact, digits);
    exact = sum([exact, part]);
    return toMinor(exact, digits) - before;
  });
}

export function fixedProductTaxesOf(
  order: MagentoOrder,
  items: readonly MagentoOrderItem[],
): FixedProductTax[] {
  const digits = currencyDigits(order.order_currency_code);
  const baseDigits = currencyDigits(order.base_currency_code);
  const applied = items.flatMap(appliedFixedProductTaxes);
  return [...Map.groupBy(applied, ({ title }) => title)].map(([title, taxes]) => ({
    title,
    amountMinor: toMinor(sum(taxes.map((tax) => decimalOf(tax.row_amount))), digits),
    baseAmountMinor: toMinor(sum(taxes.map((tax) => decimalOf(tax.base_row_amount))), baseDigits),
  }));
}
