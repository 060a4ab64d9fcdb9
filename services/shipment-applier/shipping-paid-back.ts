import type { Fulfilment } from '../../schemas/types.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import { currencyDigits } from '../platform/currency.ts';
import { decimalOf, dividedBy, minus, rounded, sum, times, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { amountOf } from './amounts.ts';

type Shipping = Pick<
  OrderInBrief,
  | 'base_currency_code'
  | 'shipping_amount'
  | 'base_shipping_amount'
  | 'base_shipping_incl_tax'
  | 'shipping_discount_amount'
  | 'base_shipping_discount_amount'
  | 'shipping_discount_tax_compensation_amount'
  | 'base_shipping_discount_tax_compensation_amnt'
>;

/**
 * What a credit memo pays back of the shipping, as the shop takes it: in the base currency of the order, and before the
 * discount, of which the shop takes off its share by itself (FACTS section 5). An ERP whose order has the shipping as the customer paid
 * it, in his currency, tells that, or a part of it. The whole before the discount is taken as it is told.
 */
export function shippingPaidBack(document: Pick<Fulfilment, 'amounts'>, order: Shipping): Decimal {
  const asked = amountOf(document, 'shippingMinor') ?? zero;
  if (asked === zero) return zero;
  const isInBase = document.amounts!.currency === order.base_currency_code;
  const base = decimalOf(order.base_shipping_amount);
  const [whole, discount, ofTax] = isInBase
    ? [base, order.base_shipping_discount_amount, order.base_shipping_discount_tax_compensation_amnt]
    : [
        decimalOf(order.shipping_amount),
        order.shipping_discount_amount,
        order.shipping_discount_tax_compensation_amount,
      ];
  const paid = sum([minus(whole, decimalOf(discount)), decimalOf(ofTax)]);
  const isWhole = isInBase && [base, decimalOf(order.base_shipping_incl_tax)].includes(asked);
  if (isWhole || paid <= 0n || (isInBase && paid === whole)) return asked;
  return rounded(dividedBy(times(asked, base), paid), currencyDigits(order.base_currency_code));
}
