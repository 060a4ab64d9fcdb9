import type { Product } from '../../schemas/types.ts';
import type { CodeIds } from '../magento/code-ids.ts';
import type { Magento } from '../magento/magento.ts';
import type { MagentoProduct } from '../magento/products.ts';
import type { Config } from '../platform/config/schema.ts';
import type { Rejected } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { setFor, valuesFor } from './attribute-values.ts';
import { bundleFor, bundleValues } from './bundle.ts';
import { categoryUnknown } from '../magento/category-tree.ts';
import type { CategoryTree } from '../magento/category-tree.ts';
import type { Definitions } from './definitions.ts';
import { downloadsFor, downloadValues } from './downloads.ts';
import { linksFor } from './links.ts';
import { membersOf } from './members.ts';
import type { PlannedProduct } from './product-difference.ts';
import { wantedProduct } from '../wanted/products/product-mapping.ts';
import { translationsFor } from './translations.ts';
import type { PlannedTranslation } from './translations.ts';
import { variantsFor } from './variants.ts';
import type { WebsiteIds } from './websites.ts';

export interface PlanOptions {
  magento: Pick<Magento, 'products'>;
  catalog: Config['catalog'];
}

/** What keeps what was learnt of the shop. */
export interface Known {
  websites: WebsiteIds;
  definitions: Definitions;
  categories: CategoryTree;
  views: CodeIds;
  websitesOfViews: CodeIds;
}

/** With why parts of it cannot be yet: told after all else is written. */
export type Planned = PlannedProduct & {
  typeId: string;
  translations: readonly PlannedTranslation[];
  faults: Rejected[];
};

/** The product as it is to be, checked against the shop's definitions before anything is written. */
export async function planProduct(
  product: Product,
  found: MagentoProduct | null,
  isPriced: boolean,
  attempt: Attempt,
  { catalog, magento }: PlanOptions,
  { definitions, websites: ids, categories: tree, views, websitesOfViews }: Known,
): Promise<Planned> {
  const { attributes, ...wanted } = wantedProduct(product, catalog);
  const setName = product.attributeSet ?? found?.attribute_set_id ?? catalog.attributeSet;
  const set = await setFor(definitions, setName, attributes);
  const subject = { sku: product.sku, type: wanted.typeId };
  const { createOptions } = catalog;
  const values = await valuesFor(subject, attributes, set, attempt, { definitions, createOptions });
  // A key that customers know stays when the ERP no longer gives one.
  if (values['url_key'] === null) delete values['url_key'];
  const codes = product.websites ?? (found === null ? catalog.websites : null);
  const websites = codes === null ? null : await ids.of(codes);
  const faults: Rejected[] = [];
  const categories = await categoriesFor(product, tree, catalog, attempt, faults);
  const members = await membersOf(product, magento.products);
  const downloads = downloadsFor(product);
  const where = { set, globally: values, catalog, definitions, views, websitesOfViews, attempt };
  return {
    ...wanted,
    status: statusOf(product, found, isPriced),
    set,
    values: { ...values, ...downloadValues(downloads), ...bundled(product, found) },
    variants: variantsFor(product, set, catalog, members, faults),
    links: linksFor(product, members, faults),
    bundle: bundleFor(product, members, faults),
    downloads,
    translations: await translationsFor(product, where, faults),
    websites,
    categories,
    faults,
  };
}

/** A category that there is not is told after all else is written. */
async function categoriesFor(
  { sku, categories: paths }: Product,
  tree: CategoryTree,
  { createCategories }: Config['catalog'],
  attempt: Attempt,
  faults: Rejected[],
): Promise<number[]> {
  const categories: number[] = [];
  for (const path of paths ?? []) {
    const known = await tree.idOf(path);
    if (known !== null) categories.push(known);
    else if (!createCategories) faults.push(categoryUnknown(sku, path));
    else if (attempt.mode === 'on') categories.push(await tree.make(path, () => attempt.assertCurrent()));
  }
  return [...new Set(categories)];
}

const bundled = (product: Product, found: MagentoProduct | null) =>
  product.kind === 'bundle' ? bundleValues(product, found === null) : {};

/** Enabled only with a price; one that somebody enabled without is left as it is. */
function statusOf(product: Product, found: MagentoProduct | null, isPriced: boolean): 1 | 2 {
  if (!product.enabled) return 2;
  return isPriced || found?.status === 1 ? 1 : 2;
}
