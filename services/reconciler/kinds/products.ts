import { products as productsContract } from '../../../schemas/topics.ts';
import type { Product } from '../../../schemas/types.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MagentoProduct } from '../../magento/products.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { compareDecimals, contractDecimal } from '../../platform/decimal.ts';
import { hasPrice } from '../../wanted/prices/has-price.ts';
import { wantedProduct, withKeptTexts } from '../../wanted/products/product-mapping.ts';
import type { WantedProduct } from '../../wanted/products/product-mapping.ts';
import type { Newest } from '../../platform/newest-states.ts';
import type { Comparer, Unlike } from '../compare/comparer.ts';
import { childrenOf, membersOf, unlikeMembers } from './product-members.ts';
import type { WantedMembers } from './product-members.ts';
import { ProductTranslations, translationsOf } from './product-translations.ts';
import type { WantedTranslation } from './product-translations.ts';
import { partsOf, ProductParts } from './product-parts.ts';
import type { WantedParts } from './product-parts.ts';

/** A product that is to be there, or to be gone from the shop. */
interface Wanted extends Pick<Product, 'sku' | 'enabled' | 'deleted'> {
  changedAt: number | null;
  /** Null where the ERP no longer has it. */
  is:
    | (Omit<WantedProduct, 'attributes'> & {
        parts: WantedParts;
        members: WantedMembers;
        translations: readonly WantedTranslation[];
      })
    | null;
}

/** About 60 MB; with members, pictures and translations up to three times as much. */
const keysMax = 50_000;
/** Whole products are read. */
const keysPerQuestion = 50;

export interface ProductsOptions {
  magento: Pick<Magento, 'products' | 'attributes' | 'store' | 'categories'>;
  catalog: Config['catalog'];
  clock: Pick<Clock, 'now'>;
}

/**
 * That the shop has each product of the ERP under its type, with name, visibility, weight, attributes, websites,
 * categories, members, links, pictures and translations, and whether it is for sale.
 */
export function productsComparer({ magento, catalog, clock }: ProductsOptions): Comparer<Product, Wanted> {
  const parts = new ProductParts(magento, clock);
  const translations = new ProductTranslations(magento, parts, clock);
  return {
    kind: 'products',
    side: 'shop',
    contract: productsContract,
    reader: 'catalog-applier',
    keysMax,
    keysPerQuestion,
    itemOf: (product) => (product.twin === null ? wantedOf(product, catalog) : null),
    changedAt: ({ changedAt }) => changedAt,
    compare: async (entries) => {
      const found = await magento.products.many(entries.map(({ item }) => item.sku));
      const skuOf = await childrenOf([...found.values()], magento.products);
      const shownIn = await translations.shown(entries.map(({ item }) => item));
      const said = new Map<Newest<Wanted>, readonly Unlike[]>();
      for (const entry of entries) {
        const { is, sku } = entry.item;
        const there = found.get(sku);
        const unlike = unlikeOf(entry.item, there, catalog);
        const more =
          is && there?.type_id === is.typeId
            ? [
                ...(await parts.unlike(is.parts, there)),
                ...unlikeMembers(is.members, there, skuOf),
                ...(await translations.unlike(entry.item, there, shownIn)),
              ]
            : [];
        said.set(entry, [...unlike, ...more]);
      }
      return said;
    },
  };
}

/** @throws what keeps it from being written. */
function wantedOf(product: Product, catalog: Config['catalog']): Wanted {
  const { sku, enabled, deleted, occurredAt: changedAt } = product;
  if (deleted) return { sku, enabled, deleted, changedAt, is: null };
  const kept = withKeptTexts(product, catalog);
  const { attributes, ...is } = wantedProduct(kept, catalog);
  return {
    sku,
    enabled,
    deleted,
    changedAt,
    is: {
      ...is,
      parts: partsOf(kept, attributes),
      members: membersOf(kept),
      translations: translationsOf(kept, catalog),
    },
  };
}

function unlikeOf(
  { is, enabled }: Wanted,
  found: MagentoProduct | undefined,
  { deleted: onDeletion }: Config['catalog'],
): Unlike[] {
  if (is === null) {
    if (found === undefined || (onDeletion === 'disable' && found.status === 2)) return [];
    return onDeletion === 'disable'
      ? [{ field: 'status', wanted: '2', found: String(found.status) }]
      : [{ field: 'exists', wanted: null, found: 'yes' }];
  }
  if (found === undefined) return [{ field: 'exists', wanted: 'yes', found: null }];
  if (found.type_id !== is.typeId) return [{ field: 'type', wanted: is.typeId, found: found.type_id }];
  return [
    ...differing('name', is.name, found.name),
    ...differing('visibility', String(is.visibility), String(found.visibility)),
    ...differing('status', String(statusOf(is.typeId, enabled, found)), String(found.status)),
    ...(is.weight === null
      ? []
      : differing('weight', contractDecimal(is.weight), found.weight && contractDecimal(found.weight))),
  ];
}

/** One without a price is enabled when that comes; one that somebody enabled without is left as it is. */
function statusOf(typeId: string, enabled: boolean, { status, price }: MagentoProduct): number | null {
  if (!enabled) return 2;
  const isPriced = !hasPrice(typeId, false) || (price !== null && compareDecimals(price, '0') > 0);
  return isPriced ? 1 : status;
}

const differing = (field: string, wanted: string, found: string | null): Unlike[] =>
  wanted === found ? [] : [{ field, wanted, found }];
