import { z } from 'zod';
import { parseExact } from './rest/json.ts';
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

export const giftMessage = z
  .object({ sender: optionalText, recipient: optionalText, message: optionalText })
  .nullish()
  .transform((value) => value ?? null)
  .catch(null);

export type MagentoGiftMessage = z.infer<typeof giftMessage>;

/** What was chosen; numbers come as text too. A date is a list that says it twice. */
const chosen = z.union([text.transform((value) => [value]), listOf(text)]);
const option = z.object({ option_id: text, option_value: chosen });
const productOption = mapOf({
  extension_attributes: mapOf({
    custom_options: listOf(option).catch([]),
    configurable_item_options: listOf(option).catch([]),
    bundle_options: listOf(
      z.object({ option_id: text, option_qty: optionalDecimal, option_selections: chosen }),
    ).catch([]),
    downloadable_option: mapOf({ downloadable_links: chosen }).catch({ downloadable_links: [] }),
  }),
});

/**
 * `row_total` here is after discount, unlike the order's `subtotal` (FACTS section 3). A configurable comes as two
 * items with the same SKU, the child with `parent_item_id` and price 0.
 */
export const magentoOrderItem = z.object({
  item_id: integer,
  parent_item_id: optionalInteger,
  product_id: optionalInteger,
  product_type: optionalText,
  sku: textOrEmpty,
  name: optionalText,
  is_virtual: optionalFlag,
  is_qty_decimal: optionalFlag,
  weight: optionalDecimal,
  qty_ordered: optionalDecimal,
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
  weee_tax_applied_row_amount: optionalDecimal,
  /** Magento's own abbreviation. */
  base_weee_tax_applied_row_amnt: optionalDecimal,
  /** The same by name, as JSON in a text. */
  weee_tax_applied: optionalText,
  applied_rule_ids: optionalText,
  product_option: productOption,
  extension_attributes: mapOf({ gift_message: giftMessage }),
});
export type MagentoOrderItem = z.infer<typeof magentoOrderItem>;

const fixedProductTaxes = listOf(
  z.object({
    title: textOrEmpty,
    row_amount: optionalDecimal,
    base_row_amount: optionalDecimal,
    row_amount_incl_tax: optionalDecimal,
    base_row_amount_incl_tax: optionalDecimal,
  }),
).catch([]);

/** The fixed product taxes of an item, from the JSON text of its `weee_tax_applied`; none where that is none. */
export function appliedFixedProductTaxes(item: MagentoOrderItem): z.infer<typeof fixedProductTaxes> {
  try {
    return fixedProductTaxes.parse(parseExact(item.weee_tax_applied ?? '[]'));
  } catch {
    return [];
  }
}
