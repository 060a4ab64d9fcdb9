import { cents, decimal, number, sum } from '../decimal.ts';
import type { JsonObject } from '../rest/json.ts';
import type { OrderRow } from '../state/sales-rows.ts';

/** Adds every amount once more as `base_…`. */
export function withBase(own: Record<string, number>): Record<string, number> {
  return {
    ...own,
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`base_${name}`, value])),
  };
}

/** Discounts are negative on documents and positive on lines; zero has no sign. */
export function negative(amount: number): number {
  return amount === 0 ? 0 : -amount;
}

export function totalQtyOrdered(order: OrderRow): number {
  return sum(
    order.items.filter((item) => item.parent_order_item_id === null).map((item) => item.qty_ordered),
  );
}

/** What the customer still has to pay; Magento leaves it untouched by a cancellation. */
export function totalDue(order: OrderRow): number {
  return cents(number(decimal(order.grand_total) - decimal(order.total_paid ?? 0)));
}

/** All amounts of an order, each in its own and in the base currency, which are the same here. */
export function orderAmounts(order: OrderRow): JsonObject {
  const own: Record<string, number> = {
    discount_amount: negative(order.discount_amount),
    grand_total: order.grand_total,
    discount_tax_compensation_amount: 0,
    subtotal: order.subtotal,
    subtotal_incl_tax: order.subtotal_incl_tax,
    tax_amount: order.tax_amount,
    total_due: totalDue(order),
    ...shippingAmounts(order),
    ...canceledAmounts(order),
    ...invoicedAmounts(order),
    ...refundedAmounts(order),
  };
  return {
    ...withBase(own),
    shipping_discount_tax_compensation_amount: 0,
    base_shipping_discount_tax_compensation_amnt: 0,
  };
}

export function shippingAmounts(order: OrderRow): Record<string, number> {
  return {
    shipping_amount: order.shipping_amount,
    shipping_discount_amount: 0,
    shipping_incl_tax: order.shipping_amount,
    shipping_tax_amount: 0,
  };
}

export function canceledAmounts(order: OrderRow): Record<string, number> {
  if (!order.is_canceled) return {};
  return {
    discount_canceled: number(decimal(order.discount_amount) - decimal(order.discount_invoiced ?? 0)),
    shipping_canceled: number(decimal(order.shipping_amount) - decimal(order.shipping_invoiced ?? 0)),
    subtotal_canceled: number(decimal(order.subtotal) - decimal(order.subtotal_invoiced ?? 0)),
    tax_canceled: number(decimal(order.tax_amount) - decimal(order.tax_invoiced ?? 0)),
    total_canceled: number(decimal(order.grand_total) - decimal(order.total_paid ?? 0)),
  };
}

function refundedAmounts({ refunds }: OrderRow): Record<string, number> {
  if (refunds === undefined) return {};
  return {
    adjustment_negative: refunds.adjustment_negative,
    adjustment_positive: refunds.adjustment_positive,
    discount_refunded: negative(refunds.discount),
    discount_tax_compensation_refunded: 0,
    shipping_refunded: refunds.shipping,
    shipping_tax_refunded: 0,
    subtotal_refunded: refunds.subtotal,
    tax_refunded: refunds.tax,
    total_offline_refunded: refunds.total,
    total_refunded: refunds.total,
  };
}

function invoicedAmounts(order: OrderRow): Record<string, number> {
  if (order.total_invoiced === null) return {};
  return {
    discount_invoiced: negative(order.discount_invoiced ?? 0),
    discount_tax_compensation_invoiced: 0,
    shipping_invoiced: order.shipping_invoiced ?? 0,
    subtotal_invoiced: order.subtotal_invoiced ?? 0,
    tax_invoiced: order.tax_invoiced ?? 0,
    total_invoiced: order.total_invoiced,
    total_paid: order.total_paid ?? 0,
  };
}
