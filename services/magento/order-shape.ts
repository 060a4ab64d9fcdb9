import { z } from 'zod';
import {
  decimal,
  integer,
  listOf,
  mapOf,
  optionalDecimal,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
} from './shapes.ts';

/**
 * The members of Magento's order that Cartage reads, under Magento's own names. Amounts and quantities are decimal
 * text with the digits the shop wrote (`60.8125`); times are UTC as in `time.ts`; what was null or absent is null.
 */

export const magentoAddress = z.object({
  address_type: optionalText,
  prefix: optionalText,
  firstname: optionalText,
  middlename: optionalText,
  lastname: optionalText,
  suffix: optionalText,
  company: optionalText,
  street: z.union([text.transform((line) => [line]), listOf(text)]),
  city: optionalText,
  region: optionalText,
  region_code: optionalText,
  postcode: optionalText,
  country_id: optionalText,
  telephone: optionalText,
  email: optionalText,
  vat_id: optionalText,
});
export type MagentoAddress = z.infer<typeof magentoAddress>;

/**
 * `row_total` here is after discount, unlike the order's `subtotal` (FACTS section 3). A configurable comes as two
 * items with the same SKU, the child with `parent_item_id` and price 0.
 */
export const magentoOrderItem = z.object({
  item_id: integer,
  parent_item_id: optionalInteger,
  product_id: optionalInteger,
  product_type: optionalText,
  sku: text,
  name: optionalText,
  is_virtual: optionalFlag,
  is_qty_decimal: optionalFlag,
  weight: optionalDecimal,
  qty_ordered: decimal,
  qty_canceled: optionalDecimal,
  qty_invoiced: optionalDecimal,
  qty_shipped: optionalDecimal,
  qty_refunded: optionalDecimal,
  price: optionalDecimal,
  base_price: optionalDecimal,
  original_price: optionalDecimal,
  base_original_price: optionalDecimal,
  price_incl_tax: optionalDecimal,
  base_price_incl_tax: optionalDecimal,
  row_total: optionalDecimal,
  base_row_total: optionalDecimal,
  row_total_incl_tax: optionalDecimal,
  base_row_total_incl_tax: optionalDecimal,
  tax_percent: optionalDecimal,
  tax_amount: optionalDecimal,
  base_tax_amount: optionalDecimal,
  discount_percent: optionalDecimal,
  discount_amount: optionalDecimal,
  base_discount_amount: optionalDecimal,
  discount_tax_compensation_amount: optionalDecimal,
  base_discount_tax_compensation_amount: optionalDecimal,
});
export type MagentoOrderItem = z.infer<typeof magentoOrderItem>;

/** A virtual order has a shipping total, but no address and no method. */
const shippingAssignment = z.object({
  shipping: mapOf({
    address: magentoAddress.nullish().transform((value) => value ?? null),
    method: optionalText,
  }),
});

const identity = {
  entity_id: integer,
  increment_id: text,
  store_id: integer,
  state: text,
  status: text,
  created_at: text,
  updated_at: text,
};

/** What a sweep needs to know of an order. */
export const magentoOrderSummary = z.object(identity);
export type MagentoOrderSummary = z.infer<typeof magentoOrderSummary>;

export const magentoOrder = z.object({
  ...identity,
  hold_before_state: optionalText,
  hold_before_status: optionalText,
  ext_order_id: optionalText,
  quote_id: optionalInteger,
  is_virtual: optionalFlag,
  customer_is_guest: optionalFlag,
  customer_id: optionalInteger,
  customer_group_id: optionalInteger,
  customer_email: optionalText,
  customer_prefix: optionalText,
  customer_firstname: optionalText,
  customer_middlename: optionalText,
  customer_lastname: optionalText,
  customer_taxvat: optionalText,
  customer_note: optionalText,
  coupon_code: optionalText,
  discount_description: optionalText,
  shipping_description: optionalText,
  order_currency_code: text,
  base_currency_code: text,
  global_currency_code: optionalText,
  base_to_order_rate: optionalDecimal,
  total_qty_ordered: optionalDecimal,
  weight: optionalDecimal,
  subtotal: decimal,
  base_subtotal: decimal,
  subtotal_incl_tax: optionalDecimal,
  base_subtotal_incl_tax: optionalDecimal,
  discount_amount: optionalDecimal,
  base_discount_amount: optionalDecimal,
  discount_tax_compensation_amount: optionalDecimal,
  base_discount_tax_compensation_amount: optionalDecimal,
  tax_amount: optionalDecimal,
  base_tax_amount: optionalDecimal,
  shipping_amount: optionalDecimal,
  base_shipping_amount: optionalDecimal,
  shipping_incl_tax: optionalDecimal,
  base_shipping_incl_tax: optionalDecimal,
  shipping_tax_amount: optionalDecimal,
  base_shipping_tax_amount: optionalDecimal,
  shipping_discount_amount: optionalDecimal,
  base_shipping_discount_amount: optionalDecimal,
  shipping_discount_tax_compensation_amount: optionalDecimal,
  /** Magento's own abbreviation. */
  base_shipping_discount_tax_compensation_amnt: optionalDecimal,
  grand_total: decimal,
  base_grand_total: decimal,
  total_paid: optionalDecimal,
  base_total_paid: optionalDecimal,
  total_due: optionalDecimal,
  base_total_due: optionalDecimal,
  total_refunded: optionalDecimal,
  base_total_refunded: optionalDecimal,
  total_canceled: optionalDecimal,
  base_total_canceled: optionalDecimal,
  items: listOf(magentoOrderItem),
  billing_address: magentoAddress.nullish().transform((value) => value ?? null),
  payment: mapOf({ method: optionalText, po_number: optionalText }),
  extension_attributes: mapOf({ shipping_assignments: listOf(shippingAssignment) }),
});
export type MagentoOrder = z.infer<typeof magentoOrder>;

/** The delivery address, or null for a virtual order. It stands in the first shipping assignment and nowhere else. */
export function shippingAddressOf(order: MagentoOrder): MagentoAddress | null {
  return order.extension_attributes.shipping_assignments[0]?.shipping.address ?? null;
}

/** `flatrate_flatrate`, or null for a virtual order. */
export function shippingMethodOf(order: MagentoOrder): string | null {
  return order.extension_attributes.shipping_assignments[0]?.shipping.method ?? null;
}
