import { number } from '../decimal.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { CURRENCY } from '../resources/store-data.ts';
import type { AddressRow, CartItemRow, CartRow } from '../state/sales-rows.ts';
import { withBase } from './order-amounts.ts';
import { computeTotals, TAX_CODE, totalQty } from './totals.ts';
import type { Totals } from './totals.ts';

/** A guest cart as `GET /V1/guest-carts/{id}` shows it. */
export function renderCart(cart: CartRow): JsonObject {
  const tops = cart.items.filter(({ parent_item_id }) => parent_item_id === null);
  return {
    id: cart.entity_id,
    created_at: cart.created_at,
    updated_at: cart.updated_at,
    is_active: true,
    is_virtual: cart.items.length > 0 && cart.items.every((item) => item.is_virtual),
    items: tops.map((item) => renderCartItem(cart, item, cart.entity_id)),
    items_count: tops.length,
    items_qty: number(tops.reduce((sum, item) => sum + totalQty(item, cart.items), 0n)),
    customer: { email: null, firstname: null, lastname: null },
    billing_address: renderCartAddress(cart.billing_address),
    orig_order_id: 0,
    currency: {
      global_currency_code: CURRENCY,
      base_currency_code: CURRENCY,
      store_currency_code: CURRENCY,
      quote_currency_code: CURRENCY,
      store_to_base_rate: 0,
      store_to_quote_rate: 0,
      base_to_global_rate: 1,
      base_to_quote_rate: 1,
    },
    customer_is_guest: true,
    customer_note_notify: true,
    customer_tax_class_id: 3,
    store_id: cart.store_id,
    extension_attributes: { shipping_assignments: [] },
  };
}

export function renderCartItem(
  cart: CartRow,
  item: CartItemRow,
  quoteId: number | string = String(cart.entity_id),
): JsonObject {
  return {
    item_id: item.item_id,
    sku: item.sku,
    qty: item.qty,
    name: item.name,
    price: item.price,
    product_type: item.product_type,
    quote_id: quoteId,
    product_option: item.product_option === null ? undefined : item.product_option,
  };
}

function renderCartAddress(address: AddressRow): JsonObject {
  return {
    id: address.entity_id,
    region: address.region,
    region_id: address.region_id,
    region_code: address.region_code,
    country_id: address.country_id,
    street: address.street,
    telephone: address.telephone,
    postcode: address.postcode,
    city: address.city,
    firstname: address.firstname,
    lastname: address.lastname,
    email: address.email,
    same_as_billing: 0,
    save_in_address_book: 0,
  };
}

/** The totals that the answer to shipping-information shows before the order is placed. */
export function renderTotals(cart: CartRow): JsonObject {
  const isVirtual = cart.items.every((item) => item.is_virtual);
  const totals = computeTotals(cart.items, {
    coupon: cart.coupon_code,
    taxAddress: cart.shipping_address,
    hasShipping: !isVirtual,
  });
  const own: Record<string, number> = {
    grand_total: totals.grand_total,
    subtotal: totals.subtotal,
    discount_amount: totals.discount_amount === 0 ? 0 : -totals.discount_amount,
    subtotal_with_discount: Number((totals.subtotal - totals.discount_amount).toFixed(4)),
    shipping_amount: totals.shipping_amount,
    shipping_discount_amount: 0,
    tax_amount: totals.tax_amount,
    shipping_tax_amount: 0,
    shipping_incl_tax: totals.shipping_amount,
  };
  return {
    ...withBase(own),
    weee_tax_applied_amount: null,
    subtotal_incl_tax: totals.subtotal_incl_tax,
    base_currency_code: CURRENCY,
    quote_currency_code: CURRENCY,
    coupon_code: cart.coupon_code ?? undefined,
    items_qty: totals.items_qty,
    items: cart.items
      .filter(({ parent_item_id }) => parent_item_id === null)
      .map((item) => totalsItem(item, totals)),
    total_segments: segments(cart, totals),
  };
}

function totalsItem(item: CartItemRow, totals: Totals): JsonObject {
  const line = totals.lines.get(item.item_id);
  const own: Record<string, number> = {
    price: item.price,
    row_total: line?.row_total ?? 0,
    tax_amount: line?.tax_amount ?? 0,
    discount_amount: line?.discount_amount ?? 0,
    price_incl_tax: line?.price_incl_tax ?? 0,
    row_total_incl_tax: line?.row_total_incl_tax ?? 0,
  };
  return {
    item_id: item.item_id,
    ...withBase(own),
    qty: item.qty,
    row_total_with_discount: 0,
    tax_percent: item.children_calculated ? undefined : (line?.tax_percent ?? 0),
    discount_percent: line?.discount_percent ?? 0,
    options: JSON.stringify(item.options.map(({ label, value }) => ({ value, label }))).replaceAll(
      '/',
      String.raw`\/`,
    ),
    weee_tax_applied_amount: null,
    weee_tax_applied: null,
    name: item.name,
  };
}

function segments(cart: CartRow, totals: Totals): Json[] {
  const list: Json[] = [{ code: 'subtotal', title: 'Subtotal', value: totals.subtotal }];
  if (cart.coupon_code !== null) {
    list.push({ code: 'discount', title: `Discount (${cart.coupon_code})`, value: -totals.discount_amount });
  }
  list.push({
    code: 'shipping',
    title: 'Shipping & Handling (Flat Rate - Fixed)',
    value: totals.shipping_amount,
  });
  const rates = [{ percent: '8.25', title: TAX_CODE }];
  const details = totals.tax_amount === 0 ? [] : [{ amount: totals.tax_amount, rates, group_id: 1 }];
  list.push({
    code: 'tax',
    title: 'Tax',
    value: totals.tax_amount,
    extension_attributes: { tax_grandtotal_details: details },
  });
  list.push({ code: 'grand_total', title: 'Grand Total', value: totals.grand_total, area: 'footer' });
  return list;
}
