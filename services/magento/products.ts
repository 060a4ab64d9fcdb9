import { z } from 'zod';
import { allReadable, searchAll } from './rest/list.ts';
import { optionNamesOf } from './option-names.ts';
import type { OptionNames } from './option-names.ts';
import { nullIfAbsent } from './rest/answers.ts';
import type { Rest } from './rest/rest.ts';
import { anyOf, inChunks } from './rest/search.ts';
import type { Filter } from './rest/search.ts';
import { integer, listOf, mapOf, optionalDecimal, optionalInteger, optionalText, text } from './shapes.ts';
import { mediaEntry } from './media.ts';
import { bundleOption, downloadLink, productLinks } from './product-parts.ts';
import { bodyOf } from './product-write.ts';
import type { ProductWrite } from './product-write.ts';
import { matchSkus } from './sku.ts';

const magentoProduct = z.object({
  id: integer,
  sku: text,
  name: optionalText,
  attribute_set_id: integer,
  price: optionalDecimal,
  status: optionalInteger,
  visibility: optionalInteger,
  type_id: text,
  weight: optionalDecimal,
  updated_at: optionalText,
  extension_attributes: mapOf({
    website_ids: listOf(integer),
    category_links: listOf(z.object({ category_id: integer })),
    configurable_product_options: listOf(z.object({ attribute_id: text })),
    configurable_product_links: listOf(integer),
    bundle_product_options: listOf(bundleOption),
    downloadable_product_links: listOf(downloadLink),
  }),
  product_links: productLinks,
  media_gallery_entries: listOf(mediaEntry),
  custom_attributes: listOf(z.object({ attribute_code: text, value: z.unknown() })),
});
export type MagentoProduct = z.infer<typeof magentoProduct>;

const knownProduct = z.object({ id: integer, sku: text, status: optionalInteger, type_id: text });
/** `sku` is the stored spelling: letter case may differ from what was asked. `status` 1 is enabled, 2 disabled. */
export type KnownProduct = z.infer<typeof knownProduct>;

/** What a product that refers to it has to know of another. */
const member = magentoProduct.pick({ id: true, sku: true, type_id: true, custom_attributes: true });
export type Member = z.infer<typeof member>;

const viewedProduct = magentoProduct.pick({ id: true, sku: true, name: true, custom_attributes: true });
export type ViewedProduct = z.infer<typeof viewedProduct>;

export type { ProductWrite, VariantsWrite } from './product-write.ts';

export interface Products {
  get(sku: string): Promise<MagentoProduct | null>;
  /** Whole products of the SKUs that the shop has, under the spelling that was asked for. */
  many(skus: readonly string[]): Promise<Map<string, MagentoProduct>>;
  /** What a store view shows of them, its own values or those for all. */
  inView(view: string, skus: readonly string[]): Promise<Map<string, ViewedProduct>>;
  /** What others that refer to them have to know, of those that the shop has, under the spelling that was asked for. */
  members(skus: readonly string[]): Promise<Map<string, Member>>;
  /** Those of the SKUs that the shop has, under the spelling that was asked for. */
  existing(skus: readonly string[]): Promise<Map<string, KnownProduct>>;
  /** By product id; those of products that are gone are left out. */
  skusOf(ids: readonly number[]): Promise<Map<number, string>>;
  /** Those of the bundles, by product id, whose parts ship one by one. Their orders do not say it. */
  shippedInParts(ids: readonly number[]): Promise<Set<number>>;
  /** Names of the products' options, by the ids of the products; those that are gone are left out. */
  optionNames(ids: readonly number[]): Promise<Map<number, OptionNames>>;
  /**
   * Creates at scope `all`. Not idempotent under concurrency: two at once make two products with one SKU, so the
   * caller keeps one writer per SKU (FACTS section 7). An existing SKU is updated instead.
   */
  create(sku: string, product: ProductWrite): Promise<MagentoProduct>;
  /**
   * Updates at scope `all`, so that no store view is frozen to its own value. `sku` in the stored spelling.
   * @param view writes values of this store view instead; those of global scope are for all even so (FACTS section 7)
   */
  update(sku: string, product: ProductWrite, view?: string): Promise<MagentoProduct>;
  /** Deletes for good. One that is gone already is no error. */
  remove(sku: string): Promise<void>;
}

/** Global values; without a scope Magento would write store view 1 only. */
const globalScope = 'all';
const named = z.object({ id: integer, sku: text });
const namedFields = 'items[id,sku],total_count';
const bundle = z.object({
  id: integer,
  sku: text,
  custom_attributes: listOf(z.object({ attribute_code: text, value: z.unknown() })),
});
const bundleFields = 'items[id,sku,custom_attributes[attribute_code,value]],total_count';
/** What no web server, proxy or URL class rewrites; every other SKU goes by query or body instead of by path. */
const safeInPath = /^[A-Za-z0-9_-][A-Za-z0-9._~-]*$/;

export function createProducts(rest: Rest): Products {
  const save = (method: 'POST' | 'PUT', path: string[], sku: string, product: ProductWrite, view?: string) =>
    rest.call({
      method,
      path,
      body: { product: bodyOf(sku, product) },
      scope: view ?? globalScope,
      shape: magentoProduct,
      route: `${method} products`,
    });
  return {
    async get(sku) {
      if (safeInPath.test(sku)) {
        const path = ['products', sku];
        const route = 'GET products/:sku';
        return nullIfAbsent(
          rest.call({ method: 'GET', path, scope: globalScope, shape: magentoProduct, route }),
        );
      }
      const found = await search(rest, anyOf('sku', [sku]), magentoProduct);
      return matchSkus([sku], found).get(sku) ?? null;
    },

    many: (skus) => bySkus(rest, skus, magentoProduct),

    inView: (view, skus) =>
      bySkus(rest, skus, viewedProduct, 'items[id,sku,name,custom_attributes],total_count', view),

    members: (skus) => bySkus(rest, skus, member, 'items[id,sku,type_id,custom_attributes],total_count'),

    existing: (skus) => bySkus(rest, skus, knownProduct, 'items[id,sku,status,type_id],total_count'),

    async skusOf(ids) {
      const skus = new Map<number, string>();
      for (const chunk of inChunks(ids.map(String)))
        for (const { id, sku } of await search(rest, anyOf('entity_id', chunk), named, namedFields))
          skus.set(id, sku);
      return skus;
    },

    async shippedInParts(ids) {
      const inParts = new Set<number>();
      for (const chunk of inChunks(ids.map(String)))
        for (const { id, custom_attributes } of await search(
          rest,
          anyOf('entity_id', chunk),
          bundle,
          bundleFields,
        ))
          if (custom_attributes.some((one) => one.attribute_code === 'shipment_type' && one.value === '1'))
            inParts.add(id);
      return inParts;
    },

    optionNames: (ids) => optionNamesOf(rest, ids),

    create: (sku, product) => save('POST', ['products'], sku, product),

    async remove(sku) {
      const call = { path: ['products', sku], shape: z.unknown(), route: 'DELETE products/:sku' };
      await nullIfAbsent(rest.call({ method: 'DELETE', ...call }));
    },

    // PUT and POST are one and the same save in Magento: an existing SKU in the body of a POST is updated.
    update: (sku, product, view) =>
      safeInPath.test(sku)
        ? save('PUT', ['products', sku], sku, product, view)
        : save('POST', ['products'], sku, product, view),
  };
}

async function bySkus<Item extends z.ZodType<{ sku: string }>>(
  rest: Rest,
  skus: readonly string[],
  item: Item,
  fields?: string,
  view?: string,
): Promise<Map<string, z.infer<Item>>> {
  const known = new Map<string, z.infer<Item>>();
  for (const chunk of inChunks(skus)) {
    const found = await search(rest, anyOf('sku', chunk), item, fields, view);
    for (const [sku, product] of matchSkus(chunk, found)) known.set(sku, product);
  }
  return known;
}

async function search<Item extends z.ZodType>(
  rest: Rest,
  wanted: Filter[],
  item: Item,
  fields?: string,
  view = globalScope,
): Promise<z.infer<Item>[]> {
  const by = { groups: [wanted], sort: [{ field: 'entity_id', direction: 'ASC' as const }] };
  const search = { ...by, pageSize: 100, ...(fields === undefined ? {} : { fields }) };
  const found = await searchAll(rest, { path: ['products'], search, item, id: 'sku', scope: view });
  return allReadable(found, 'the product');
}
