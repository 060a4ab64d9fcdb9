import { z } from 'zod';
import { withCanceledOfParts } from './canceled.ts';
import { magentoAddress, orderExtension, statusHistory } from './order-extension-shape.ts';
import type { MagentoAddress } from './order-extension-shape.ts';
import { magentoOrderItem } from './order-item-shape.ts';
import {
  integer,
  listOf,
  mapOf,
  optionalDecimal,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
  textOrEmpty,
} from './shapes.ts';

/**
 * The members of Magento's order that Cartage reads, under Magento's own names. Amounts and quantities are decimal
 * text with the digits the shop wrote (`60.8125`); times are UTC as in `time.ts`; what was null or absent is null.
 * Only what an order cannot be without may refuse it: one odd member would take its whole page with it.
 */

export const magentoOrder = z.object({
  entity_id: integer,
  increment_id: textOrEmpty,
  /** Null where the store view was deleted (FACTS section 13). */
  store_id: optionalInteger,
  state: textOrEmpty,
  status: textOrEmpty,
  created_at: text,
  updated_at: text,
  hold_before_state: optionalText,
  hold_before_status: optionalText,
  ext_order_id: optionalText,
  store_name: optionalText,
  original_increment_id: optionalText,
  relation_parent_id: optionalInteger,
  relation_parent_real_id: optionalText,
  relation_child_id: optionalInteger,
  relation_child_real_id: optionalText,
  is_virtual: optionalFlag,
  customer_is_guest: optionalFlag,
  customer_id: optionalInteger,
  customer_group_id: optionalInteger,
  customer_email: optionalText,
  customer_prefix: optionalText,
  customer_firstname: optionalText,
  customer_middlename: optionalText,
  customer_lastname: optionalText,
  customer_suffix: optionalText,
  customer_taxvat: optionalText,
  customer_note: optionalText,
  coupon_code: optionalText,
  applied_rule_ids: optionalText,
  discount_description: optionalText,
  shipping_description: optionalText,
  order_currency_code: textOrEmpty,
  base_currency_code: textOrEmpty,
  base_to_order_rate: optionalDecimal,
  total_qty_ordered: optionalDecimal,
  weight: optionalDecimal,
  subtotal: optionalDecimal,
  base_subtotal: optionalDecimal,
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
  grand_total: optionalDecimal,
  base_grand_total: optionalDecimal,
  total_invoiced: optionalDecimal,
  base_total_invoiced: optionalDecimal,
  total_paid: optionalDecimal,
  base_total_paid: optionalDecimal,
  total_due: optionalDecimal,
  base_total_due: optionalDecimal,
  total_refunded: optionalDecimal,
  base_total_refunded: optionalDecimal,
  base_shipping_refunded: optionalDecimal,
  total_canceled: optionalDecimal,
  base_total_canceled: optionalDecimal,
  items: listOf(magentoOrderItem).transform(withCanceledOfParts),
  billing_address: magentoAddress.nullish().transform((value) => value ?? null),
  payment: mapOf({
    method: optionalText,
    po_number: optionalText,
    cc_type: optionalText,
    cc_last4: optionalText,
    last_trans_id: optionalText,
  }),
  /** Null where one of them cannot be read. */
  status_histories: listOf(statusHistory)
    .transform((list): typeof list | null => list)
    .catch(null),
  extension_attributes: orderExtension,
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

/** Of an item what documents are made from. */
const itemInBrief = magentoOrderItem.pick({
  item_id: true,
  parent_item_id: true,
  product_id: true,
  product_type: true,
  sku: true,
  is_virtual: true,
  is_qty_decimal: true,
  qty_ordered: true,
  qty_canceled: true,
  qty_invoiced: true,
  qty_shipped: true,
  qty_refunded: true,
  base_price: true,
  product_option: true,
});
export type OrderItemInBrief = z.infer<typeof itemInBrief>;

const ofOrderInBrief = magentoOrder.pick({
  entity_id: true,
  increment_id: true,
  state: true,
  status: true,
  base_currency_code: true,
  order_currency_code: true,
  base_grand_total: true,
  base_total_paid: true,
  base_total_refunded: true,
  shipping_amount: true,
  base_shipping_amount: true,
  shipping_incl_tax: true,
  base_shipping_incl_tax: true,
  shipping_tax_amount: true,
  base_shipping_tax_amount: true,
  shipping_discount_amount: true,
  base_shipping_discount_amount: true,
  shipping_discount_tax_compensation_amount: true,
  base_shipping_discount_tax_compensation_amnt: true,
  base_shipping_refunded: true,
});
/** What documents of an order are made from. */
export const orderInBrief = ofOrderInBrief.extend({
  payment: magentoOrder.shape.payment,
  status_histories: magentoOrder.shape.status_histories,
  items: listOf(itemInBrief).transform(withCanceledOfParts),
});
export type OrderInBrief = z.infer<typeof orderInBrief>;

const namesOf = (shape: { shape: object }) => Object.keys(shape.shape).join();
/** As a search is told to show no more of each. */
export const briefFields = `items[${namesOf(ofOrderInBrief)},payment[method],status_histories[comment,created_at],items[${namesOf(itemInBrief)}]],total_count`;
