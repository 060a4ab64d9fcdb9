import type { Product } from '../../../schemas/types.ts';
import type { MagentoProduct, Products } from '../../magento/products.ts';
import { foldSku } from '../../magento/sku.ts';
import { digestIn, imageDigest } from '../../wanted/products/image-name.ts';
import type { Unlike } from '../compare/comparer.ts';

/** What a product is made of, shown with and looks like, by the name of the field: SKUs, or digests of images. */
export type WantedMembers = Readonly<Record<string, readonly string[]>>;

const linkFields = {
  related: 'related',
  upsell: 'upSells',
  crosssell: 'crossSells',
  associated: 'parts',
} as const;

/** Of what the ERP says nothing, the shop keeps what it has. */
export function membersOf(product: Product): WantedMembers {
  const { kind, children, parts, related, upSells, crossSells, bundle, images } = product;
  const said: [field: string, names: readonly string[] | null][] = [
    ['children', kind === 'configurable' ? children : null],
    ['parts', kind === 'grouped' ? (parts?.map(({ sku }) => sku) ?? null) : null],
    ['related', related],
    ['upSells', upSells],
    ['crossSells', crossSells],
    ...(kind === 'bundle' ? (bundle?.options ?? []) : []).map(
      ({ title, parts: own }) => [`bundle.${title}`, own.map(({ sku }) => sku)] as [string, string[]],
    ),
  ];
  const folded = said.flatMap(([field, names]) =>
    names === null ? [] : [[field, ownSkus(names, product.sku)] as const],
  );
  const pictures = images === null ? [] : [['images', [...new Set(images.map(imageDigest))]] as const];
  return Object.fromEntries([...folded, ...pictures]);
}

/** Each once, and not the product itself: that is how they are written. */
const ownSkus = (names: readonly string[], own: string) => [
  ...new Set(names.map(foldSku).filter((name) => name !== foldSku(own))),
];

/**
 * Compared as sets, and only what is there too little or too much is named. What is missing because it cannot be written is parked, and told as such. Options of a bundle
 * that the ERP does not name are not spoken of.
 * @param skuOf of the products by their ids; one that is gone has none
 */
export function unlikeMembers(
  wanted: WantedMembers,
  found: MagentoProduct,
  skuOf: ReadonlyMap<number, string>,
): Unlike[] {
  const shown = shownMembers(found, skuOf);
  return Object.entries(wanted).flatMap(([field, names]) => {
    const own = shown.get(field) ?? (field.startsWith('bundle.') ? [] : null);
    if (own === null) return [];
    const there = new Set(own);
    const [missing, surplus] = [
      names.filter((name) => !there.has(name)),
      own.filter((name) => !names.includes(name)),
    ];
    if (missing.length === 0 && surplus.length === 0) return [];
    return [{ field, wanted: few(missing), found: few(surplus) }];
  });
}

/** Null: that was not shown. */
function shownMembers(
  { product_links: links, media_gallery_entries: entries, extension_attributes: more }: MagentoProduct,
  skuOf: ReadonlyMap<number, string>,
): Map<string, readonly string[] | null> {
  const children = more.configurable_product_links.flatMap((id) => skuOf.get(id) ?? []);
  const shown = new Map<string, readonly string[] | null>([
    ['children', children.map(foldSku)],
    // Those that somebody else has put there stay.
    ['images', entries.flatMap(({ file }) => digestIn(file) ?? [])],
  ]);
  for (const [type, field] of Object.entries(linkFields)) {
    const own = links?.filter(({ link_type }) => link_type === type);
    shown.set(field, own?.map(({ linked_product_sku: sku }) => foldSku(sku)) ?? null);
  }
  for (const { title, product_links } of more.bundle_product_options)
    shown.set(
      `bundle.${title}`,
      product_links.map(({ sku }) => foldSku(sku)),
    );
  return shown;
}

/** All children of the products, asked for at once. */
export async function childrenOf(
  found: readonly MagentoProduct[],
  products: Pick<Products, 'skusOf'>,
): Promise<ReadonlyMap<number, string>> {
  const ids = found.flatMap(({ extension_attributes: more }) => more.configurable_product_links);
  return ids.length === 0 ? new Map() : products.skusOf([...new Set(ids)]);
}

const shownMax = 5;

/** A digest is known by its beginning. */
function few(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const some = names
    .slice(0, shownMax)
    .map((name) => (/^[0-9a-f]{32}$/.test(name) ? name.slice(0, 8) : name));
  return `${some.join(', ')}${names.length > shownMax ? ` and ${names.length - shownMax} more` : ''}`;
}
