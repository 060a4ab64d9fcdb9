import { stockKey } from '../../schemas/keys.ts';
import { prices, stock } from '../../schemas/topics.ts';
import type { Product } from '../../schemas/types.ts';
import type { DefaultRows } from '../magento/default-rows.ts';
import type { Magento } from '../magento/magento.ts';
import type { MagentoProduct, ProductWrite } from '../magento/products.ts';
import type { Config } from '../platform/config/schema.ts';
import { Rejected, Unavailable } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import { hasOwnPrice } from './bundle.ts';
import { carriedImages } from './images.ts';
import type { PlannedImages } from './images.ts';
import { isComposite } from './members.ts';
import type { NewProducts } from './new-products.ts';
import type { Planned } from './plan-product.ts';
import { hasPrice } from '../wanted/prices/has-price.ts';
import { urlKeyOf, urlKeyOfTwin } from './url-key.ts';

export interface ProductOptions {
  magento: Pick<Magento, 'products' | 'media'>;
  catalog: Config['catalog'];
  /** ERP codes of the warehouses whose stock is asked for after a creation. */
  warehouses: () => readonly string[];
  requestRefresh: RequestRefresh;
  defaultRows: Pick<DefaultRows, 'remove'>;
}

/**
 * When a product was deleted, Magento takes its source items away later, in cron, and with them those of one that was made
 * anew under the SKU meanwhile: after 25 and after 62 s, as seen (FACTS section 7). So stock is asked for once more then.
 */
const cleanedUpMs = 120_000;

/** What a new product is to cost; null: it is made without, because there is none or it is not waited for any more. */
export function priceFor(
  product: Product,
  { mode, pressing }: Attempt,
  newProducts: NewProducts,
): string | null {
  const { deleted, enabled, sku } = product;
  if (deleted || !needsPrice(product, null)) return null;
  if (enabled && mode === 'on' && !pressing) newProducts.wait(sku);
  return newProducts.priceOf(sku);
}

/** Whether it is sold at a price of its own; of a bundle of which the ERP says nothing, as the shop has it. */
export function needsPrice({ kind, bundle }: Product, found: MagentoProduct | null): boolean {
  const isOwn = bundle?.hasOwnPrice ?? (found !== null && hasOwnPrice(found));
  return hasPrice(kind, isOwn);
}

/**
 * By one call with all that it needs, its images too. Where the shop refuses it with them it is made without, so that an
 * image holds back nothing but itself; and after a call that may have failed by them, or have made them: they may be more
 * than the shop has memory or time for, and the same again would make them twice.
 * @returns what is left to do for its gallery
 */
export async function createProduct(
  product: Product,
  planned: Planned,
  { price, images, newProducts }: { price: string | null; images: PlannedImages; newProducts: NewProducts },
  attempt: Attempt,
  options: ProductOptions,
): Promise<{ handled: Handled; images: PlannedImages }> {
  const isSoldAtPrice = needsPrice(product, null);
  const until = isSoldAtPrice && price === null ? ', disabled until it has a price' : '';
  if (attempt.mode === 'dry')
    return { handled: { status: 'dry', cause: `would create ${product.sku}${until}` }, images };
  const write = newProduct(product, planned, price);
  const { carried, rest } = newProducts.bearsImages(product.sku)
    ? await carriedImages(product.sku, images, options.catalog)
    : { carried: [], rest: images };
  let left = rest;
  const isKeyOurs = planned.values['url_key'] === undefined;
  await freeParts(planned, attempt, options);
  const create = (more: Pick<ProductWrite, 'images'>) =>
    createUnderKey(product, { ...write, ...more }, isKeyOurs, attempt, options);
  const saved = await create(carried.length === 0 ? {} : { images: carried }).catch((error: unknown) => {
    const isUnsaid = error instanceof Unavailable && (error.perhapsRecord || error.outcome === 'unknown');
    if (isUnsaid && carried.length > 0) newProducts.failedWithImages(product.sku);
    if (!(error instanceof Rejected) || carried.length === 0) throw error;
    left = images;
    return create({});
  });
  await askForPriceAndStock(product, !isSoldAtPrice || price !== null, options);
  const handled = { status: 'applied' as const, targetId: String(saved.id), cause: `created${until}` };
  return { handled, images: left };
}

function newProduct(
  product: Product,
  { typeId, name, visibility, status, weight, ...planned }: Planned,
  price: string | null,
): ProductWrite {
  const { set, values, variants, websites, categories, bundle, downloads } = planned;
  const links = [...planned.links.values()].flat();
  return {
    typeId,
    name,
    visibility,
    status,
    ...(weight === null ? {} : { weight }),
    attributeSetId: set.id,
    price: price ?? '0',
    websiteIds: websites!,
    ...(categories.length === 0 ? {} : { categoryIds: categories }),
    customAttributes: { url_key: urlKeyOf(product), ...values },
    ...(isComposite(typeId) ? { mayBeSold: true } : {}),
    ...(variants === null || variants.children.length === 0 ? {} : { variants }),
    ...(links.length === 0 ? {} : { links }),
    ...(bundle === null || bundle.options.length === 0 ? {} : { bundleOptions: bundle.options }),
    ...(downloads === null ? {} : { downloads }),
  };
}

/** Of a bundle that ships together, before it is written: once it is there, no stock of its parts would be taken. */
export async function freeParts(
  { bundle, values }: Planned,
  attempt: Attempt,
  { defaultRows }: ProductOptions,
): Promise<void> {
  const links = (bundle?.options ?? []).flatMap(({ product_links }) => product_links);
  if (links.length === 0 || values['shipment_type'] === '1') return;
  await defaultRows.remove([...new Set(links.map(({ sku }) => sku))], attempt);
}

/** Refused for its URL key nothing was made: then the key that is this SKU's alone. */
async function createUnderKey(
  product: Product,
  write: ProductWrite,
  isKeyOurs: boolean,
  attempt: Attempt,
  { magento }: ProductOptions,
): Promise<MagentoProduct> {
  attempt.assertCurrent();
  try {
    return await magento.products.create(product.sku, write);
  } catch (error) {
    const isTaken = error instanceof Rejected && error.fault.code === 'magento.url_key_taken';
    if (!isTaken || !isKeyOurs) throw error;
    attempt.assertCurrent();
    const customAttributes = { ...write.customAttributes, url_key: urlKeyOfTwin(product) };
    return magento.products.create(product.sku, { ...write, customAttributes });
  }
}

export async function askForPriceAndStock(
  { sku }: Product,
  isPriceSettled: boolean,
  { requestRefresh, warehouses }: ProductOptions,
): Promise<void> {
  const keys = warehouses().map((source) => stockKey({ source, sku }));
  await Promise.all([
    isPriceSettled ? null : requestRefresh(prices.topic, [sku], 'created'),
    requestRefresh(stock.topic, keys, 'created'),
    requestRefresh(stock.topic, keys, 'created', cleanedUpMs),
  ]);
}
