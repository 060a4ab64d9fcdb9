import { cents, decimal, number, sum } from '../decimal.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { CURRENCY, storeOfOrder } from '../resources/store-data.ts';
import type { AddressRow, OrderRow } from '../state/sales-rows.ts';
import { COUPON_RULE_ID, TAX_CODE } from './totals.ts';
import { takesStock } from './order-state.ts';
import { renderItem } from './render-item.ts';

/** How the payment methods of the shop are called. */
const PAYMENT_TITLES: Record<string, string> = {
  checkmo: 'Check / Money order',
  banktransfer: 'Bank Transfer Payment',
  cashondelivery: 'Cash On Delivery',
  purchaseorder: 'Purchase Order',
  free: 'No Payment Information Required',
};

/** Amounts that an order carries twice, in its own and in the base currency (here the same). */
const SHIPPING_AMOUNTS = [
  'shipping_amount',
  'shipping_discount_amount',
  'shipping_incl_tax',
  'shipping_tax_amount',
] as const;

/** An order with all its members, as `GET /V1/orders/{id}` and the list show it (FACTS section 3). */
export function renderOrder(order: OrderRow): JsonObject {
  const items = order.items.map((item) => renderItem(order, item));
  return {
    ...amounts(order),
    ...header(order),
    items,
    billing_address: renderAddress(order, order.billing_address, 'billing'),
    payment: renderPayment(order),
    status_histories: order.status_histories.toReversed().map(renderHistory),
    extension_attributes: extensionAttributes(order, items),
  };
}

function header(order: OrderRow): JsonObject {
  const store = storeOfOrder(order.store_id);
  const isGuest = order.customer_id === null;
  return {
    applied_rule_ids: order.coupon_code === null ? undefined : COUPON_RULE_ID,
    base_currency_code: CURRENCY,
    base_to_global_rate: 1,
    base_to_order_rate: 1,
    billing_address_id: order.billing_address.entity_id,
    coupon_code: order.coupon_code ?? undefined,
    created_at: order.created_at,
    customer_email: order.customer_email,
    customer_firstname: order.customer_firstname ?? undefined,
    customer_group_id: isGuest ? 0 : 1,
    customer_id: order.customer_id ?? undefined,
    customer_is_guest: isGuest ? 1 : 0,
    customer_lastname: order.customer_lastname ?? undefined,
    customer_note_notify: 1,
    discount_description: order.coupon_code ?? undefined,
    email_sent: order.email_sent ? 1 : undefined,
    entity_id: order.entity_id,
    ext_order_id: order.ext_order_id ?? undefined,
    global_currency_code: CURRENCY,
    hold_before_state: order.hold_before_state ?? undefined,
    hold_before_status: order.hold_before_status ?? undefined,
    increment_id: order.increment_id,
    is_virtual: order.shipping_address === null ? 1 : 0,
    order_currency_code: CURRENCY,
    protect_code: order.protect_code,
    quote_id: order.quote_id,
    remote_ip: '127.0.0.1',
    shipping_description: order.shipping_description ?? undefined,
    state: order.state,
    status: order.status,
    store_currency_code: CURRENCY,
    store_id: order.store_id,
    store_name: store.storeName,
    store_to_base_rate: 0,
    store_to_order_rate: 0,
    total_item_count: order.items.filter((item) => takesStock(order, item)).length,
    total_qty_ordered: totalQtyOrdered(order),
    updated_at: order.updated_at,
    weight: order.weight,
  };
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

function amounts(order: OrderRow): JsonObject {
  const own: Record<string, number> = {
    discount_amount: order.discount_amount === 0 ? 0 : -order.discount_amount,
    grand_total: order.grand_total,
    discount_tax_compensation_amount: 0,
    subtotal: order.subtotal,
    subtotal_incl_tax: order.subtotal_incl_tax,
    tax_amount: order.tax_amount,
    total_due: totalDue(order),
    ...shippingAmounts(order),
    ...canceledAmounts(order),
    ...invoicedAmounts(order),
  };
  return {
    ...own,
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`base_${name}`, value])),
    shipping_discount_tax_compensation_amount: 0,
    base_shipping_discount_tax_compensation_amnt: 0,
  };
}

function shippingAmounts(order: OrderRow): Record<(typeof SHIPPING_AMOUNTS)[number], number> {
  return {
    shipping_amount: order.shipping_amount,
    shipping_discount_amount: 0,
    shipping_incl_tax: order.shipping_amount,
    shipping_tax_amount: 0,
  };
}

function canceledAmounts(order: OrderRow): Record<string, number> {
  if (!order.is_canceled) return {};
  return {
    discount_canceled: number(decimal(order.discount_amount) - decimal(order.discount_invoiced ?? 0)),
    shipping_canceled: number(decimal(order.shipping_amount) - decimal(order.shipping_invoiced ?? 0)),
    subtotal_canceled: number(decimal(order.subtotal) - decimal(order.subtotal_invoiced ?? 0)),
    tax_canceled: number(decimal(order.tax_amount) - decimal(order.tax_invoiced ?? 0)),
    total_canceled: number(decimal(order.grand_total) - decimal(order.total_paid ?? 0)),
  };
}

function invoicedAmounts(order: OrderRow): Record<string, number> {
  if (order.total_invoiced === null) return {};
  return {
    discount_invoiced: -(order.discount_invoiced ?? 0),
    discount_tax_compensation_invoiced: 0,
    shipping_invoiced: order.shipping_invoiced ?? 0,
    subtotal_invoiced: order.subtotal_invoiced ?? 0,
    tax_invoiced: order.tax_invoiced ?? 0,
    total_invoiced: order.total_invoiced,
    total_paid: order.total_paid ?? 0,
  };
}

function renderPayment(order: OrderRow): JsonObject {
  const paid = order.total_paid;
  const own: Record<string, number> = {
    amount_ordered: cents(order.grand_total),
    shipping_amount: order.shipping_amount,
    ...(paid === null ? {} : { amount_paid: paid, shipping_captured: order.shipping_invoiced ?? 0 }),
  };
  return {
    account_status: null,
    additional_information: [paymentTitle(order)],
    cc_last4: null,
    entity_id: order.entity_id,
    method: order.payment_method,
    parent_id: order.entity_id,
    ...own,
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`base_${name}`, value])),
  };
}

export function paymentTitle({ payment_method }: OrderRow): string {
  return PAYMENT_TITLES[payment_method] ?? payment_method;
}

export function renderAddress(
  order: OrderRow,
  address: AddressRow,
  type: 'billing' | 'shipping',
): JsonObject {
  return {
    address_type: type,
    city: address.city,
    company: address.company,
    country_id: address.country_id,
    email: address.email,
    entity_id: address.entity_id,
    firstname: address.firstname,
    lastname: address.lastname,
    parent_id: order.entity_id,
    postcode: address.postcode,
    region: address.region ?? undefined,
    region_code: address.region_code ?? undefined,
    region_id: address.region_id ?? undefined,
    street: address.street,
    telephone: address.telephone,
  };
}

export function renderHistory(history: OrderRow['status_histories'][number]): JsonObject {
  return {
    comment: history.comment,
    created_at: history.created_at,
    entity_id: history.entity_id,
    entity_name: history.entity_name ?? undefined,
    is_customer_notified: history.is_customer_notified,
    is_visible_on_front: history.is_visible_on_front,
    parent_id: history.parent_id,
    status: history.status,
  };
}

function extensionAttributes(order: OrderRow, items: JsonObject[]): JsonObject {
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
      ...own,
      ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`base_${name}`, value])),
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
