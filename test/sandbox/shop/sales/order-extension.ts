import type { Json, JsonObject } from '../rest/json.ts';
import type { OrderRow } from '../state/sales-rows.ts';
import { canceledAmounts, shippingAmounts, withBase } from './order-amounts.ts';
import { paymentTitle } from './payment-methods.ts';
import { renderAddress } from './render-address.ts';
import { TAX_CODE } from './totals.ts';

/** `extension_attributes` of an order: the shipping assignment, which alone has the shipping address, and the taxes. */
export function extensionAttributes(order: OrderRow, items: JsonObject[]): JsonObject {
  const applied = order.tax_id === null ? [] : [appliedTax(order.tax_amount)];
  return {
    shipping_assignments: [{ shipping: shippingOf(order), items }],
    payment_additional_info: [{ key: 'method_title', value: paymentTitle(order) }],
    applied_taxes: applied,
    item_applied_taxes: order.items
      .filter(({ tax_item_id }) => tax_item_id !== null)
      .map((item) => ({
        type: 'product',
        item_id: item.order_item_id,
        applied_taxes: [appliedTax(item.tax_amount)],
      })),
    converting_from_quote: false,
    taxes: order.tax_id === null ? [] : [orderTax(order)],
    additional_itemized_taxes: [],
  };
}

/** A virtual order has totals for shipping but neither address nor method. */
function shippingOf(order: OrderRow): JsonObject {
  const own: Record<string, number> = {
    ...shippingAmounts(order),
    ...(order.is_canceled ? { shipping_canceled: canceledAmounts(order)['shipping_canceled'] ?? 0 } : {}),
  };
  return {
    address:
      order.shipping_address === null ? undefined : renderAddress(order, order.shipping_address, 'shipping'),
    method: order.shipping_method ?? undefined,
    total: {
      ...withBase(own),
      shipping_discount_tax_compensation_amount: 0,
      base_shipping_discount_tax_compensation_amnt: 0,
    },
  };
}

function appliedTax(amount: number): Json {
  return { code: TAX_CODE, title: TAX_CODE, percent: 8.25, amount, base_amount: amount };
}

function orderTax(order: OrderRow): Json {
  return {
    tax_id: order.tax_id,
    order_id: order.entity_id,
    code: TAX_CODE,
    title: TAX_CODE,
    percent: 8.25,
    amount: order.tax_amount,
    base_amount: order.tax_amount,
    base_real_amount: order.tax_amount,
    priority: 0,
    position: 0,
    process: 0,
  };
}
