import type { JsonObject } from '../rest/json.ts';
import { sum } from '../decimal.ts';
import { CURRENCY } from '../resources/store-data.ts';
import { withBase } from './order-amounts.ts';
import type { InvoiceItemRow, InvoiceRow, OrderRow } from '../state/sales-rows.ts';

/** An invoice with its lines; the shipping amounts are members of the first invoice of an order only. */
export function renderInvoice(order: OrderRow, invoice: InvoiceRow): JsonObject {
  const own: Record<string, number> = {
    discount_amount: invoice.discount_amount === 0 ? 0 : -invoice.discount_amount,
    grand_total: invoice.grand_total,
    discount_tax_compensation_amount: 0,
    subtotal: invoice.subtotal,
    subtotal_incl_tax: sum(invoice.items.map((item) => item.row_total_incl_tax)),
    tax_amount: invoice.tax_amount,
    ...(invoice.carries_shipping ? shippingAmounts(invoice) : {}),
  };
  return {
    ...withBase(own),
    ...(invoice.carries_shipping
      ? { shipping_discount_tax_compensation_amount: 0, base_shipping_discount_tax_compensation_amnt: 0 }
      : {}),
    base_currency_code: CURRENCY,
    base_to_global_rate: 1,
    base_to_order_rate: 1,
    billing_address_id: order.billing_address.entity_id,
    can_void_flag: 0,
    created_at: invoice.created_at,
    discount_description: order.coupon_code ?? undefined,
    email_sent: invoice.email_sent ? 1 : undefined,
    entity_id: invoice.entity_id,
    global_currency_code: CURRENCY,
    increment_id: invoice.increment_id,
    order_currency_code: CURRENCY,
    order_id: invoice.order_id,
    shipping_address_id: order.shipping_address?.entity_id,
    state: invoice.state,
    store_currency_code: CURRENCY,
    store_id: invoice.store_id,
    store_to_base_rate: 0,
    store_to_order_rate: 0,
    total_qty: invoice.total_qty,
    updated_at: invoice.updated_at,
    items: invoice.items.map((item) => renderItem(order, invoice, item)),
    comments: invoice.comments.map((comment) => ({ ...comment })),
  };
}

function renderItem(order: OrderRow, invoice: InvoiceRow, item: InvoiceItemRow): JsonObject {
  const ordered = order.items.find(({ order_item_id }) => order_item_id === item.order_item_id);
  const own: Record<string, number> = {
    discount_tax_compensation_amount: 0,
    price: ordered?.price ?? 0,
    price_incl_tax: ordered?.price_incl_tax ?? 0,
    row_total: item.row_total,
    row_total_incl_tax: item.row_total_incl_tax,
    tax_amount: item.tax_amount,
    ...(item.discount_amount === 0 ? {} : { discount_amount: item.discount_amount }),
  };
  return {
    ...withBase(own),
    entity_id: item.entity_id,
    name: ordered?.name,
    parent_id: invoice.entity_id,
    product_id: ordered?.product_id,
    sku: ordered?.sku,
    order_item_id: item.order_item_id,
    qty: item.qty,
  };
}

function shippingAmounts(invoice: InvoiceRow): Record<string, number> {
  return {
    shipping_amount: invoice.shipping_amount,
    shipping_incl_tax: invoice.shipping_amount,
    shipping_tax_amount: 0,
  };
}
