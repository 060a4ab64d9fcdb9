import type { Problem, Totals } from '../../../schemas/types.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { currencyDigits } from './currency.ts';
import { decimalOf, magnitude, minorUnit, minus, sum, toMinor, toPlaces } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { amountsOf } from './lines.ts';
import type { Line, Prefix } from './lines.ts';

/** The totals of an order in one currency, exact, discounts positive and without the tax that stood in them. */
interface ExactTotals {
  subtotal: Decimal;
  shipping: Decimal;
  shippingTax: Decimal;
  shippingDiscount: Decimal;
  discount: Decimal;
  tax: Decimal;
  grandTotal: Decimal;
}

/**
 * As the shop says them. Where prices include tax, Magento takes the discount with its tax and gives that tax back as
 * `discount_tax_compensation_amount`: the discount here is the one without tax, so that the parts add up.
 */
function exactTotals(order: MagentoOrder, prefix: Prefix): ExactTotals {
  const shippingCompensation = decimalOf(
    prefix === ''
      ? order.shipping_discount_tax_compensation_amount
      : order.base_shipping_discount_tax_compensation_amnt,
  );
  const compensation = decimalOf(order[`${prefix}discount_tax_compensation_amount`]);
  return {
    subtotal: decimalOf(order[`${prefix}subtotal`]),
    shipping: decimalOf(order[`${prefix}shipping_amount`]),
    shippingTax: decimalOf(order[`${prefix}shipping_tax_amount`]),
    shippingDiscount: minus(decimalOf(order[`${prefix}shipping_discount_amount`]), shippingCompensation),
    discount: minus(
      magnitude(decimalOf(order[`${prefix}discount_amount`])),
      sum([compensation, shippingCompensation]),
    ),
    tax: decimalOf(order[`${prefix}tax_amount`]),
    grandTotal: decimalOf(order[`${prefix}grand_total`]),
  };
}

export function totalsOf(order: MagentoOrder, prefix: Prefix): Totals {
  const currency = prefix === '' ? order.order_currency_code : order.base_currency_code;
  const digits = currencyDigits(currency);
  const exact = exactTotals(order, prefix);
  return {
    currency,
    digits,
    subtotalMinor: toMinor(exact.subtotal, digits),
    shippingMinor: toMinor(exact.shipping, digits),
    shippingTaxMinor: toMinor(exact.shippingTax, digits),
    shippingDiscountMinor: toMinor(exact.shippingDiscount, digits),
    discountMinor: toMinor(exact.discount, digits),
    taxMinor: toMinor(exact.tax, digits),
    grandTotalMinor: toMinor(exact.grandTotal, digits),
  };
}

/** The base totals of an order in one currency are the same figures: they are not complained of twice. */
export function totalProblems(order: MagentoOrder, lines: readonly Line[]): Problem[] {
  const own = differences(order, lines, '');
  if (own.length > 0 && order.order_currency_code === order.base_currency_code) return own;
  return [...own, ...differences(order, lines, 'base_')];
}

/**
 * Works the totals out from the lines and compares them with what the shop says, before anything is rounded. More
 * than one minor unit of difference stops the order, with both figures.
 */
function differences(order: MagentoOrder, lines: readonly Line[], prefix: Prefix): Problem[] {
  const said = exactTotals(order, prefix);
  const amounts = lines.map((line) => amountsOf(line, prefix));
  const parts: [name: string, worked: Decimal, said: Decimal][] = [
    ['subtotal', sum(amounts.map((line) => line.subtotal)), said.subtotal],
    ['discount', sum([...amounts.map((line) => line.discount), said.shippingDiscount]), said.discount],
    ['tax', sum([...amounts.map((line) => line.tax), said.shippingTax]), said.tax],
    ['grand total', minus(sum([said.subtotal, said.shipping, said.tax]), said.discount), said.grandTotal],
  ];
  const currency = prefix === '' ? order.order_currency_code : order.base_currency_code;
  const tolerance = minorUnit(currencyDigits(currency));
  return parts
    .filter(([, worked, shown]) => magnitude(minus(worked, shown)) > tolerance)
    .map(([name, worked, shown]) => ({
      code: 'order.totals_differ',
      detail: `${prefix}${name}: ${toPlaces(worked, 4)} ${currency} by the lines, ${toPlaces(shown, 4)} by the shop`,
    }));
}
