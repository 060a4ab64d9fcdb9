import { newEntryOf } from './media.ts';
import type { NewImage } from './media.ts';
import { jsonNumber } from './rest/json.ts';
import { linksOf, partsOf } from './product-parts.ts';
import type { PartsWrite } from './product-parts.ts';

/** Only what is given is written. Custom attributes: null clears; a multiselect is a comma list of option ids. */
export interface ProductWrite extends PartsWrite {
  name?: string;
  attributeSetId?: number;
  typeId?: string;
  /** Decimal text. */
  price?: string;
  /** 1 enabled, 2 disabled; Magento also takes 3 without a word, so the type is closed. */
  status?: 1 | 2;
  visibility?: 1 | 2 | 3 | 4;
  /** Decimal text in the shop's unit. */
  weight?: string;
  /** Replaces the product's websites. Left out at a creation, the product is in all of them (scope `all`). */
  websiteIds?: readonly number[];
  customAttributes?: Readonly<Record<string, string | null>>;
  /** Adds the product to these; it stays in others. */
  categoryIds?: readonly number[];
  /**
   * Of a product that is made of others, at its creation: whether it may be sold when they can. Magento makes one that does
   * not say so out of stock, for good (FACTS section 7).
   */
  mayBeSold?: true;
  /** Of a configurable product. Replaces its children, and its options where they are given. */
  variants?: VariantsWrite;
  /** Added to the gallery, like `Media.add`: not idempotent. */
  images?: readonly NewImage[];
}

export interface VariantsWrite {
  /** What tells the children apart; `values` those of them that the children have. Left out, they stay. */
  options?: readonly { attributeId: number; label: string; values: readonly string[] }[];
  /** Product ids. */
  children: readonly number[];
}

export function bodyOf(sku: string, product: ProductWrite): Record<string, unknown> {
  const {
    attributeSetId,
    typeId,
    price,
    weight,
    customAttributes,
    websiteIds,
    categoryIds,
    mayBeSold,
    variants,
    links,
    bundleOptions,
    downloads,
    images = [],
    ...same
  } = product;
  const extension = {
    ...(websiteIds === undefined ? {} : { website_ids: websiteIds }),
    ...(categoryIds === undefined
      ? {}
      : { category_links: categoryIds.map((id) => ({ position: 0, category_id: String(id) })) }),
    ...(mayBeSold === undefined ? {} : { stock_item: { is_in_stock: mayBeSold } }),
    ...variantsOf(variants),
    ...partsOf(sku, { bundleOptions, downloads }),
  };
  return {
    sku,
    ...same,
    ...(attributeSetId === undefined ? {} : { attribute_set_id: attributeSetId }),
    ...(typeId === undefined ? {} : { type_id: typeId }),
    ...(price === undefined ? {} : { price: jsonNumber(price) }),
    ...(weight === undefined ? {} : { weight: jsonNumber(weight) }),
    ...(Object.keys(extension).length === 0 ? {} : { extension_attributes: extension }),
    ...linksOf(sku, links),
    ...(images.length === 0 ? {} : { media_gallery_entries: images.map(newEntryOf) }),
    // A map instead of this list would be a 500 (FACTS section 10).
    ...(customAttributes === undefined
      ? {}
      : {
          custom_attributes: Object.entries(customAttributes).map(([attribute_code, value]) => ({
            attribute_code,
            value,
          })),
        }),
  };
}

function variantsOf(variants: VariantsWrite | undefined): Record<string, unknown> {
  if (variants === undefined) return {};
  const options = variants.options?.map(({ attributeId, label, values }, position) => ({
    attribute_id: String(attributeId),
    label,
    position,
    values: values.map((value) => ({ value_index: Number(value) })),
  }));
  return {
    ...(options === undefined ? {} : { configurable_product_options: options }),
    configurable_product_links: variants.children,
  };
}
