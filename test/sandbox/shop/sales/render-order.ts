import { FatalError } from '../rest/errors.ts';
import { cents } from '../decimal.ts';
import type { JsonObject } from '../rest/json.ts';
import { CURRENCY, storeOfOrder } from '../resources/store-data.ts';
import type { OrderRow } from '../state/sales-rows.ts';
import { orderAmounts, totalQtyOrdered, withBase } from './order-amounts.ts';
import { extensionAttributes } from './order-extension.ts';
import { takesStock } from './order-state.ts';
import { paymentTitle } from './payment-methods.ts';
import { renderAddress } from './render-address.ts';
import { renderItem } from './render-item.ts';
import { COUPON_RULE_ID } from './totals.ts';

/** An order with all its members, as `GET /V1/orders/{id}` and the list show it (FACTS section 3). */
export function renderOrder(order: OrderRow): JsonObject {
  if (order.payment_method === '') throw new FatalError();
  const items = order.items.map((item) => renderItem(order, item));
  return {
    ...orderAmounts(order),
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
    store_id: order.store_id ?? undefined,
    store_name: store.storeName,
    store_to_base_rate: 0,
    store_to_order_rate: 0,
    total_item_count: order.items.filter((item) => takesStock(order, item)).length,
    total_qty_ordered: totalQtyOrdered(order),
    updated_at: order.updated_at,
    weight: order.weight,
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
    ...withBase(own),
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
