import { z } from 'zod';
import { integer, listOf, mapOf, optionalFlag, optionalInteger, optionalText, text } from './shapes.ts';

/** The members of Magento's customer that Cartage reads, under Magento's own names; what was null or absent is null. */

export const magentoCustomerAddress = z.object({
  id: integer,
  prefix: optionalText,
  firstname: optionalText,
  middlename: optionalText,
  lastname: optionalText,
  suffix: optionalText,
  company: optionalText,
  street: listOf(text),
  city: optionalText,
  region: mapOf({ region_code: optionalText, region: optionalText }),
  postcode: optionalText,
  country_id: optionalText,
  telephone: optionalText,
  vat_id: optionalText,
  default_billing: optionalFlag,
  default_shipping: optionalFlag,
});
export type MagentoCustomerAddress = z.infer<typeof magentoCustomerAddress>;

/** The website that was deleted under its customers leaves none behind; they belong to the admin's then. */
const websiteId = optionalInteger.transform((id) => id ?? 0);

/** What a sweep needs to know of a customer. */
export const magentoCustomerSummary = z.object({ id: integer, website_id: websiteId, updated_at: text });
export type MagentoCustomerSummary = z.infer<typeof magentoCustomerSummary>;

export const magentoCustomer = z.object({
  ...magentoCustomerSummary.shape,
  group_id: integer,
  store_id: optionalInteger,
  created_at: text,
  email: text,
  prefix: optionalText,
  firstname: optionalText,
  middlename: optionalText,
  lastname: optionalText,
  suffix: optionalText,
  taxvat: optionalText,
  addresses: listOf(magentoCustomerAddress),
});
export type MagentoCustomer = z.infer<typeof magentoCustomer>;

export const magentoCustomerGroup = z.object({ id: integer, code: text });
