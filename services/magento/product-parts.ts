import { z } from 'zod';
import { jsonNumber } from './rest/json.ts';
import {
  decimal,
  flag,
  integer,
  listOf,
  mapOf,
  optionalDecimal,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
} from './shapes.ts';

/** `associated` is what a group is made of. Extensions have further ones. */
const productLink = z.object({
  link_type: text,
  linked_product_sku: text,
  linked_product_type: optionalText,
  position: optionalInteger,
  extension_attributes: mapOf({ qty: optionalDecimal }),
});
export type ProductLink = z.infer<typeof productLink>;
/** Null: not shown, as in some answers to a write (FACTS section 7). */
export const productLinks = z
  .array(productLink)
  .nullish()
  .transform((links) => links ?? null);

const bundleLink = z.object({
  id: optionalText,
  sku: text,
  qty: decimal,
  position: optionalInteger,
  is_default: flag,
  /** Of a bundle whose price is that of its parts: the price of the part, and no type. */
  price: optionalDecimal,
  /** 0 an amount, 1 a share of the bundle's price. */
  price_type: optionalInteger,
  can_change_quantity: optionalFlag,
});
export const bundleOption = z.object({
  option_id: optionalInteger,
  title: text,
  required: flag,
  /** `select`, `radio`, `checkbox`, `multi`. */
  type: text,
  position: optionalInteger,
  product_links: listOf(bundleLink),
});
export type BundleOption = z.infer<typeof bundleOption>;

/** Loose, because one that is sent back has to be whole. */
export const downloadLink = z.looseObject({
  id: optionalInteger,
  title: text,
  price: decimal,
  /** 0: without end. */
  number_of_downloads: integer,
  sort_order: optionalInteger,
  /** `url`, or `file` of one that was uploaded. */
  link_type: text,
  link_url: optionalText,
});
export type DownloadLink = z.infer<typeof downloadLink>;

/** Without the ids it is made anew. */
export interface BundleOptionWrite extends Omit<BundleOption, 'option_id'> {
  option_id: number | null;
}

export interface PartsWrite {
  /** Replaces the links of every type. */
  links?: readonly ProductLink[];
  /** Replaces the options of a bundle; none at all are ignored (Bundle/Model/Product/SaveHandler). */
  bundleOptions?: readonly BundleOptionWrite[];
  /**
   * Replaces those of a downloadable product. Left out of a write that has other extension attributes, all of them
   * go (Downloadable/Model/Link/UpdateHandler).
   */
  downloads?: readonly DownloadLink[];
}

export function linksOf(sku: string, links: readonly ProductLink[] | undefined): Record<string, unknown> {
  if (links === undefined) return {};
  return {
    product_links: links.map(({ extension_attributes: { qty }, ...link }) => ({
      sku,
      ...link,
      ...(qty === null ? {} : { extension_attributes: { qty: jsonNumber(qty) } }),
    })),
  };
}

export function partsOf(sku: string, { bundleOptions, downloads }: PartsWrite): Record<string, unknown> {
  return {
    ...(bundleOptions === undefined
      ? {}
      : { bundle_product_options: bundleOptions.map((option) => bundleOptionOf(sku, option)) }),
    ...(downloads === undefined ? {} : { downloadable_product_links: downloads.map(told) }),
  };
}

function bundleOptionOf(sku: string, { product_links, ...option }: BundleOptionWrite) {
  return {
    sku,
    ...told(option),
    product_links: product_links.map(({ qty, price, can_change_quantity, ...link }) => ({
      ...told(link),
      qty: jsonNumber(qty),
      ...(price === null ? {} : { price: jsonNumber(price) }),
      can_change_quantity: can_change_quantity ? 1 : 0,
    })),
  };
}

/** Without what is null: an id that is null is refused as one, and so is the type of a sample. */
function told(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
