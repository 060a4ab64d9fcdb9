import { z } from 'zod';
import { giftMessage } from './order-item-shape.ts';
import {
  listOf,
  mapOf,
  optionalDecimal,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
  textOrEmpty,
} from './shapes.ts';

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
  fax: optionalText,
  email: optionalText,
  vat_id: optionalText,
});
export type MagentoAddress = z.infer<typeof magentoAddress>;

/** A virtual order has a shipping total, but no address and no method. */
const shippingAssignment = z.object({
  shipping: mapOf({
    address: magentoAddress.nullish().transform((value) => value ?? null),
    method: optionalText,
  }),
});

const appliedTax = z.object({
  code: textOrEmpty,
  title: optionalText,
  percent: optionalDecimal,
  amount: optionalDecimal,
  base_amount: optionalDecimal,
});
export type MagentoAppliedTax = z.infer<typeof appliedTax>;

/** Taxes of one thing: `product` with its item, `shipping`, `weee` (fixed product tax) with the item that bears it. */
const itemAppliedTaxes = z.object({
  type: optionalText,
  item_id: optionalInteger,
  associated_item_id: optionalInteger,
  applied_taxes: listOf(appliedTax),
});

export const statusHistory = z.object({
  comment: optionalText,
  status: optionalText,
  created_at: text,
  is_visible_on_front: optionalFlag,
  is_customer_notified: optionalFlag,
  entity_name: optionalText,
});

/** Whatever else modules add to an order: their amounts are looked for there when the totals do not add up. */
export const orderExtension = z.preprocess(
  (value) => (value == null || Array.isArray(value) ? {} : value),
  z.looseObject({
    shipping_assignments: listOf(shippingAssignment),
    applied_taxes: listOf(appliedTax).catch([]),
    item_applied_taxes: listOf(itemAppliedTaxes).catch([]),
    payment_additional_info: listOf(z.object({ key: optionalText, value: optionalText })).catch([]),
    gift_message: giftMessage,
  }),
);
