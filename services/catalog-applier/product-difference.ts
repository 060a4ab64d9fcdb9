import type { DownloadLink } from '../magento/product-parts.ts';
import type { MagentoProduct, ProductWrite } from '../magento/products.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { isKept, valueIn } from '../wanted/products/attribute-value.ts';
import { bundleDifference } from './bundle.ts';
import type { PlannedBundle } from './bundle.ts';
import type { SetDefinition } from './definitions.ts';
import { mergedDownloads, sameDownloads } from './downloads.ts';
import { linksDifference } from './links.ts';
import type { PlannedLinks } from './links.ts';
import { variantsDifference } from './variants.ts';
import type { PlannedVariants } from './variants.ts';
import type { WantedProduct } from '../wanted/products/product-mapping.ts';

/** Characters of a value in a few words. */
const shownLength = 40;

/** A product as it is to be, its values checked and in Magento's own form (`valuesFor`). */
export interface PlannedProduct extends Omit<WantedProduct, 'attributes' | 'typeId'> {
  status: 1 | 2;
  set: SetDefinition;
  values: Record<string, string | null>;
  variants: PlannedVariants | null;
  links: PlannedLinks;
  bundle: PlannedBundle | null;
  downloads: readonly DownloadLink[] | null;
  /** Ids of those that it is to be in at least. */
  categories: readonly number[];
  /** Ids; null leaves those of the product. */
  websites: readonly number[] | null;
}

/** What has to be written for a product to be as wanted; empty when it is. */
export function differenceOf(wanted: PlannedProduct, found: MagentoProduct): ProductWrite {
  const difference: ProductWrite = {};
  if (found.name !== wanted.name) difference.name = wanted.name;
  if (found.visibility !== wanted.visibility) difference.visibility = wanted.visibility;
  if (found.status !== wanted.status) difference.status = wanted.status;
  if (found.attribute_set_id !== wanted.set.id) difference.attributeSetId = wanted.set.id;
  if (wanted.weight !== null && (found.weight === null || compareDecimals(found.weight, wanted.weight) !== 0))
    difference.weight = wanted.weight;
  const values = valueDifference(wanted, found);
  if (Object.keys(values).length > 0) difference.customAttributes = values;
  if (wanted.websites !== null && sorted(wanted.websites) !== sorted(found.extension_attributes.website_ids))
    difference.websiteIds = wanted.websites;
  const missing = wanted.categories.filter(
    (id) => !found.extension_attributes.category_links.some(({ category_id }) => category_id === id),
  );
  if (missing.length > 0) difference.categoryIds = missing;
  const variants = wanted.variants && variantsDifference(wanted.variants, found.extension_attributes);
  if (variants) difference.variants = variants;
  const links = linksDifference(wanted.links, found.product_links);
  if (links) difference.links = links;
  const options =
    wanted.bundle && bundleDifference(wanted.bundle, found.extension_attributes.bundle_product_options);
  if (options) difference.bundleOptions = options;
  const downloads = downloadsDifference(wanted, found, namesOf(difference).length > 0);
  if (downloads) difference.downloads = downloads;
  return difference;
}

/** They go along with whatever else is written: else they would be taken for none (`PartsWrite`). */
function downloadsDifference(
  { downloads: wanted }: PlannedProduct,
  { type_id, extension_attributes }: MagentoProduct,
  isWritten: boolean,
): readonly DownloadLink[] | undefined {
  if (type_id !== 'downloadable') return undefined;
  const found = extension_attributes.downloadable_product_links;
  if (!isWritten && (wanted === null || sameDownloads(wanted, found))) return undefined;
  return mergedDownloads(wanted, found);
}

function valueDifference(
  { values, set }: PlannedProduct,
  found: MagentoProduct,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([code, value]) => !isKept(set.attributes.get(code), valueIn(found, code), value),
    ),
  );
}

/** What changes, for whoever is to judge it: `name "Cup" to "Mug"`; of what is made of many parts its name alone. */
export function changesOf(difference: ProductWrite, found: MagentoProduct): string[] {
  const { customAttributes = {}, ...rest } = difference;
  const before = found as unknown as Readonly<Record<string, unknown>>;
  const plain = Object.entries(rest).map(([name, value]) =>
    typeof value === 'object'
      ? name
      : change(name, before[name === 'attributeSetId' ? 'attribute_set_id' : name], value),
  );
  const attributes = Object.entries(customAttributes).map(([code, value]) =>
    change(code, valueIn(found, code), value),
  );
  return [...plain, ...attributes];
}

const change = (name: string, from: unknown, to: unknown) => `${name} ${shown(from)} to ${shown(to)}`;

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}..."`;
}

/** The names of what is written, attributes by their codes. */
export function namesOf(difference: ProductWrite): string[] {
  return Object.entries(difference).flatMap(([name, value]) =>
    name === 'customAttributes' ? Object.keys(value as object) : [name],
  );
}

const sorted = (ids: readonly number[]) => ids.toSorted((left, right) => left - right).join();
