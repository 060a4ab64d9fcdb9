import type { OtherTotal, Totals } from '../../../schemas/types.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { decimalOf, magnitude, minus, sum, toMinor, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { currencyDigits } from '../../platform/currency.ts';
import { knownTotals } from './extension-totals.ts';
import type { KnownTotals, ModuleTotal } from './extension-totals.ts';
import { hundredth } from './row-amounts.ts';
import type { Prefix, RowAmounts } from './row-amounts.ts';

/** The totals of an order in one currency, exact, as the shop says them; discounts positive. */
export interface ExactTotals extends KnownTotals {
  subtotal: Decimal;
  shipping: Decimal;
  shippingTax: Decimal;
  shippingDiscountShown: Decimal;
  /** Tax that stood in the discount on shipping: taken off with it, and given back. */
  shippingCompensation: Decimal;
  discountShown: Decimal;
  /** The same of the lines. */
  compensation: Decimal;
  /** What the discounts take off without tax. */
  discount: Decimal;
  tax: Decimal;
  /** Fixed product taxes beside the subtotal: a shop may count them into it. */
  fixedProductTax: Decimal;
  grandTotal: Decimal;
}

export function exactTotals(order: MagentoOrder, rows: RowAmounts, prefix: Prefix): ExactTotals {
  const subtotal = decimalOf(order[`${prefix}subtotal`]);
  const discountShown = magnitude(decimalOf(order[`${prefix}discount_amount`]));
  const compensation = decimalOf(order[`${prefix}discount_tax_compensation_amount`]);
  const shippingCompensation = decimalOf(
    prefix === ''
      ? order.shipping_discount_tax_compensation_amount
      : order.base_shipping_discount_tax_compensation_amnt,
  );
  const inSubtotal = magnitude(minus(subtotal, sum([rows.subtotal, rows.fixedProductTax]))) < hundredth;
  return {
    ...knownTotals(order, prefix),
    subtotal,
    shipping: decimalOf(order[`${prefix}shipping_amount`]),
    shippingTax: decimalOf(order[`${prefix}shipping_tax_amount`]),
    shippingDiscountShown: decimalOf(order[`${prefix}shipping_discount_amount`]),
    shippingCompensation,
    discountShown,
    compensation,
    discount: minus(discountShown, sum([compensation, shippingCompensation])),
    tax: decimalOf(order[`${prefix}tax_amount`]),
    fixedProductTax: inSubtotal ? zero : rows.fixedProductTax,
    grandTotal: decimalOf(order[`${prefix}grand_total`]),
  };
}

/** What the parts of the grand total come to. */
export function workedGrandTotal(totals: ExactTotals): Decimal {
  const added = sum([
    totals.subtotal,
    totals.shipping,
    totals.tax,
    totals.fixedProductTax,
    totals.giftWrapping,
  ]);
  return minus(added, sum([totals.discount, totals.giftCard, totals.storeCredit, totals.rewardPoints]));
}

/** @param other A total without a field of its own that is part of the grand total. */
export function totalsOf(
  order: MagentoOrder,
  exact: ExactTotals,
  other: ModuleTotal | null,
  prefix: Prefix,
): Totals {
  const currency = currencyOf(order, prefix);
  const digits = currencyDigits(currency);
  const minor = (value: Decimal) => toMinor(value, digits);
  const said = (text: string | null) => minor(decimalOf(text));
  const shippingDiscount = minus(exact.shippingDiscountShown, exact.shippingCompensation);
  const others: OtherTotal[] = [];
  if (exact.giftWrapping !== zero)
    others.push({ code: 'gift_wrapping', amountMinor: minor(exact.giftWrapping) });
  if (other) others.push({ code: other.code, amountMinor: minor(prefix === '' ? other.own : other.base) });
  return withRounding({
    currency,
    digits,
    subtotalMinor: minor(exact.subtotal),
    subtotalInclTaxMinor: said(order[`${prefix}subtotal_incl_tax`]),
    discountMinor: minor(exact.discount),
    discountShownMinor: minor(exact.discountShown),
    shippingMinor: minor(exact.shipping),
    shippingInclTaxMinor: said(order[`${prefix}shipping_incl_tax`]),
    shippingTaxMinor: minor(exact.shippingTax),
    shippingDiscountMinor: minor(shippingDiscount),
    shippingDiscountShownMinor: minor(exact.shippingDiscountShown),
    shippingTotalInclTaxMinor: minor(minus(sum([exact.shipping, exact.shippingTax]), shippingDiscount)),
    taxMinor: minor(exact.tax),
    fixedProductTaxMinor: minor(exact.fixedProductTax),
    others,
    giftCardMinor: minor(exact.giftCard),
    storeCreditMinor: minor(exact.storeCredit),
    rewardPointsMinor: minor(exact.rewardPoints),
    grandTotalMinor: minor(exact.grandTotal),
    paidMinor: said(order[`${prefix}total_paid`]),
    dueMinor: said(order[`${prefix}total_due`]),
    invoicedMinor: said(order[`${prefix}total_invoiced`]),
    refundedMinor: said(order[`${prefix}total_refunded`]),
    canceledMinor: said(order[`${prefix}total_canceled`]),
  });
}

export function currencyOf(order: MagentoOrder, prefix: Prefix): string {
  return prefix === '' ? order.order_currency_code : order.base_currency_code;
}

/** Rounded parts need not make the rounded whole where the shop counts finer than the currency has digits. */
function withRounding(totals: Omit<Totals, 'roundingMinor'>): Totals {
  const part = (minor: number | null) => minor ?? 0;
  const added =
    totals.subtotalMinor +
    totals.shippingMinor +
    totals.taxMinor +
    part(totals.fixedProductTaxMinor) +
    totals.others.reduce((whole, { amountMinor }) => whole + amountMinor, 0);
  const taken =
    totals.discountMinor +
    part(totals.giftCardMinor) +
    part(totals.storeCreditMinor) +
    part(totals.rewardPointsMinor);
  return { ...totals, roundingMinor: totals.grandTotalMinor - (added - taken) };
}
