import type { Fulfilment } from '../../schemas/types.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import type { Config } from '../platform/config/schema.ts';
import { currencyDigits } from '../platform/currency.ts';
import {
  decimalOf,
  dividedBy,
  magnitude,
  minorUnit,
  minus,
  rounded,
  sum,
  times,
  toPlaces,
  zero,
} from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import { amountOf } from './amounts.ts';

/** What the shop is asked to pay back of the shipping, and how far it may be off: where it was converted or scaled. */
export interface ShippingAsked {
  amount: Decimal;
  /** Zero, or one minor unit of the base currency. */
  within: Decimal;
}

/**
 * What a credit memo pays back of the shipping, as the shop takes it: in the base currency of the order, and before the
 * discount, of which the shop takes off its share by itself (FACTS section 5). The ERP tells it in the currency of the order
 * or the base currency, as the customer has paid it or as it is listed before the discount.
 * @throws Rejected where that depends on what no call tells: whether the shop shows shipping with tax.
 */
export function shippingPaidBack(
  document: Told,
  order: OrderInBrief,
  { shipping: as }: Rules,
): ShippingAsked {
  const asked = readAs(as, document, order);
  if (asked) return asked;
  throw dependsOnTax(document, order);
}

/**
 * What a credit memo that is there may have been asked for: it was made once, under a setting that may have been the other.
 * The setting of today is first, where it tells.
 */
export function shippingOnceAsked(
  document: Told,
  order: OrderInBrief,
  { shipping: as }: Rules,
): ShippingAsked[] {
  return ([as, 'paid', 'listed'] as const).flatMap((one) => readAs(one, document, order) ?? []);
}

type Told = Pick<Fulfilment, 'amounts' | 'documentId' | 'incrementId'>;
type Rules = Pick<Config['fulfilments']['creditMemos'], 'shipping'>;

/** Undefined where it depends on whether the shop shows shipping with tax; read as listed it never does. */
function readAs(as: Rules['shipping'], document: Told, order: OrderInBrief): ShippingAsked | undefined {
  const told = amountOf(document, 'shippingMinor') ?? zero;
  if (told === zero) return { amount: zero, within: zero };
  const base = inBase(order);
  const own = inToldCurrency(document, order);
  const isPaid = as === 'paid' && paidOf(own) > 0n;
  const whole = isPaid ? paidOf(own) : own.listed;
  if (whole <= 0n || whole === base.listed) return { amount: told, within: zero };
  const digits = currencyDigits(order.base_currency_code);
  const within = minorUnit(digits);
  if (isPaid && told !== whole && !isTaxedAsPaid(own, document.amounts!.currency)) {
    if (told === sum([whole, own.tax])) return { amount: base.listedWithTax, within };
    return undefined;
  }
  return { amount: rounded(dividedBy(times(told, base.listed), whole), digits), within };
}

/** What is left of that, where rounding alone is why it is not just that. */
export function roundedToLeft(asked: ShippingAsked, order: OrderInBrief): ShippingAsked {
  const { amount, within } = asked;
  if (within === zero) return asked;
  const near = shippingLeft(order).find((left) => left > 0n && magnitude(minus(left, amount)) <= within);
  return { amount: near ?? amount, within };
}

/** Without and with tax: the shop takes the one or the other. */
export function shippingLeft(order: OrderInBrief): [net: Decimal, gross: Decimal] {
  const listed = decimalOf(order.base_shipping_amount);
  const listedWithTax = decimalOf(order.base_shipping_incl_tax ?? order.base_shipping_amount);
  const left = minus(listed, decimalOf(order.base_shipping_refunded));
  if (listed <= 0n) return [left, left];
  const digits = currencyDigits(order.base_currency_code);
  return [left, rounded(dividedBy(times(left, listedWithTax), listed), digits)];
}

/** The shipping of an order in one of its currencies. */
interface Shipping {
  /** Before the discount. */
  listed: Decimal;
  listedWithTax: Decimal;
  discount: Decimal;
  /** Of the discount, where that is of the price with tax. */
  compensation: Decimal;
  tax: Decimal;
}

const inBase = (order: OrderInBrief): Shipping => ({
  listed: decimalOf(order.base_shipping_amount),
  listedWithTax: decimalOf(order.base_shipping_incl_tax ?? order.base_shipping_amount),
  discount: decimalOf(order.base_shipping_discount_amount),
  compensation: decimalOf(order.base_shipping_discount_tax_compensation_amnt),
  tax: decimalOf(order.base_shipping_tax_amount),
});

const inOwn = (order: OrderInBrief): Shipping => ({
  listed: decimalOf(order.shipping_amount),
  listedWithTax: decimalOf(order.shipping_incl_tax ?? order.shipping_amount),
  discount: decimalOf(order.shipping_discount_amount),
  compensation: decimalOf(order.shipping_discount_tax_compensation_amount),
  tax: decimalOf(order.shipping_tax_amount),
});

const inToldCurrency = ({ amounts }: Told, order: OrderInBrief): Shipping =>
  amounts!.currency === order.base_currency_code ? inBase(order) : inOwn(order);

/** Without tax. */
const paidOf = ({ listed, discount, compensation }: Shipping) => sum([minus(listed, discount), compensation]);

/**
 * Whether the tax is of what was paid, so that a part of the shipping is the same part with tax and without. The shop
 * has rounded discount and tax, each by half a minor unit at most.
 */
function isTaxedAsPaid(shipping: Shipping, currency: string): boolean {
  const paid = paidOf(shipping);
  const withTax = dividedBy(times(paid, shipping.listedWithTax), shipping.listed);
  const off = magnitude(minus(sum([paid, shipping.tax]), withTax));
  const unit = minorUnit(currencyDigits(currency));
  return off <= sum([unit, unit]);
}

function dependsOnTax(document: Told, order: OrderInBrief): Rejected {
  const { documentId, incrementId, amounts } = document;
  const told = amountOf(document, 'shippingMinor') ?? zero;
  const whole = paidOf(inToldCurrency(document, order));
  return new Rejected({
    code: 'creditmemo.shipping_tax',
    what: `Document ${documentId} of order ${incrementId} pays back ${toPlaces(told, 2)} ${amounts!.currency} of the shipping, a part of the ${toPlaces(whole, 2)} that were paid; it is taxed before its discount, and the shop does not tell whether it takes the part with tax`,
    fix: 'Pay all of the shipping back, or tell the amount as `adjustmentRefund` in place of `shipping`; for an ERP that tells shipping before its discount set fulfilments.creditMemos.shipping to listed',
  });
}
