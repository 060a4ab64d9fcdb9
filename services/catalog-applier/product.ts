import { prices, products, stock } from '../../schemas/topics.ts';
import { stockKey } from '../../schemas/keys.ts';
import type { Product } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import { heldForTwin, livesOn, livesOnAs } from '../magento/sku.ts';
import type { MagentoProduct, ProductWrite } from '../magento/products.ts';
import type { Config } from '../platform/config/schema.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import type { Received } from '../platform/kafka/types.ts';
import { imagesDifference, writeImages } from './images.ts';
import type { PlannedImages } from './images.ts';
import { differenceOf, namesOf } from './product-difference.ts';
import { urlKeyOf, urlKeyOfTwin } from './url-key.ts';
import { hasOwnPrice } from './bundle.ts';
import { hasPrice } from './product-mapping.ts';
import { planProduct } from './plan-product.ts';
import type { NewProducts } from './new-products.ts';
import type { Known, Planned } from './plan-product.ts';

export interface ProductOptions {
  magento: Pick<Magento, 'products' | 'media'>;
  catalog: Config['catalog'];
  /** ERP codes of the warehouses whose stock is asked for after a creation. */
  warehouses: () => readonly string[];
  requestRefresh: RequestRefresh;
}

/**
 * When a product was deleted, Magento takes its source items away later, in cron, and with them those of one that was made
 * anew under the SKU meanwhile: after 25 and after 62 s, as seen (FACTS section 7). So stock is asked for once more then.
 */
const cleanedUpMs = 120_000;

/** In one question for all of them. Of one that waits for its price, what the last reading told is still true. */
export function readProducts(
  records: readonly Received<Product>[],
  { pressing }: Attempt,
  { magento }: ProductOptions,
  { newProducts }: { newProducts: NewProducts },
): Promise<Map<string, MagentoProduct>> {
  const wanted = records.map(({ value }) => value!).filter(({ twin }) => twin === null);
  const asked = wanted.filter(({ sku }) => pressing || !newProducts.isWaiting(sku));
  return magento.products.many(asked.map(({ sku }) => sku));
}

/** What a new product is to cost; null: it is made without, because there is none or it is not waited for any more. */
function priceFor(product: Product, { mode, pressing }: Attempt, newProducts: NewProducts): string | null {
  const { deleted, enabled, sku } = product;
  if (deleted || !needsPrice(product, null)) return null;
  if (enabled && mode === 'on' && !pressing) newProducts.wait(sku);
  return newProducts.priceOf(sku);
}

/**
 * Brings one product to what the ERP says: compares, then writes only the difference.
 *
 * A new product whose price does not come (`NewProducts`) is created disabled and at price zero, and enabled when it is
 * there: nobody must buy at zero. Price and stock may have come before the product and are held then, so both are asked for after the creation; asked
 * again while the price is missing, because the process may have died between creating and asking.
 */
export async function writeProduct(
  product: Product,
  all: ReadonlyMap<string, MagentoProduct>,
  attempt: Attempt,
  options: ProductOptions,
  known: Known & { newProducts: NewProducts },
): Promise<Handled> {
  if (livesOn(product)) return livesOnAs(product.twin!);
  if (product.twin !== null) throw heldForTwin('Product', product.sku, product.twin);
  const found = all.get(product.sku) ?? null;
  const price = found === null ? priceFor(product, attempt, known.newProducts) : found.price;
  if (product.deleted) return withdraw(product, found, attempt, options);
  if (found !== null && found.type_id !== product.kind) throw typeChanged(product, found);
  const isPriced = !needsPrice(product, found) || (price !== null && compareDecimals(price, '0') > 0);
  const planned = await planProduct(product, found, isPriced, attempt, options, known);
  const images = imagesDifference(product, found?.media_gallery_entries ?? []);
  const handled = withImages(
    found === null
      ? await create(product, planned, price, attempt, options)
      : await update(product, planned, found, attempt, options),
    images,
    attempt,
  );
  if (found !== null && product.enabled && !isPriced && attempt.mode === 'on')
    await askForPriceAndStock(product, false, options);
  if (attempt.mode === 'dry') return handled;
  known.newProducts.made(product.sku);
  const { magento, catalog } = options;
  const faults = [
    ...(await writeImages(found ?? product, images, magento.media, catalog, attempt)),
    ...planned.faults,
  ];
  if (faults.length > 0) throw faults[0]!;
  return handled;
}

function withImages(
  handled: Handled,
  { missing, changed, surplus }: PlannedImages,
  { mode }: Attempt,
): Handled {
  const counts = { upload: missing.length, change: changed.length, remove: surplus.length };
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  if (parts.length === 0) return handled;
  const what = parts.map(([verb, count]) => `${verb} ${count}`).join(', ');
  const cause = `${handled.cause === undefined ? '' : `${handled.cause}; `}images: ${what}`;
  return { ...handled, status: mode === 'dry' ? 'dry' : 'applied', cause };
}

async function create(
  product: Product,
  planned: Planned,
  price: string | null,
  attempt: Attempt,
  options: ProductOptions,
): Promise<Handled> {
  const isSoldAtPrice = needsPrice(product, null);
  const until = isSoldAtPrice && price === null ? ', disabled until it has a price' : '';
  if (attempt.mode === 'dry') return { status: 'dry', cause: `would create ${product.sku}${until}` };
  const write = newProduct(product, planned, price);
  const saved = await createUnderKey(
    product,
    write,
    planned.values['url_key'] === undefined,
    attempt,
    options,
  );
  if (isSoldAtPrice) await askForPriceAndStock(product, price !== null, options);
  return { status: 'applied', targetId: String(saved.id), cause: `created${until}` };
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
    ...(variants === null || variants.children.length === 0 ? {} : { variants }),
    ...(links.length === 0 ? {} : { links }),
    ...(bundle === null || bundle.options.length === 0 ? {} : { bundleOptions: bundle.options }),
    ...(downloads === null ? {} : { downloads }),
  };
}

/** Whether it is sold at a price of its own; of a bundle of which the ERP says nothing, as the shop has it. */
function needsPrice({ kind, bundle }: Product, found: MagentoProduct | null): boolean {
  const isOwn = bundle?.hasOwnPrice ?? (found !== null && hasOwnPrice(found));
  return hasPrice(kind, isOwn);
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

async function update(
  product: Product,
  planned: Planned,
  found: MagentoProduct,
  attempt: Attempt,
  options: ProductOptions,
): Promise<Handled> {
  const difference = differenceOf(planned, found);
  const names = namesOf(difference);
  const targetId = String(found.id);
  if (names.length === 0) return { status: 'unchanged', targetId };
  if (attempt.mode === 'dry') return { status: 'dry', targetId, cause: `would write ${names.join(', ')}` };
  attempt.assertCurrent();
  // Under the stored spelling: another letter case would rename the product (FACTS section 7).
  const saved = await options.magento.products.update(found.sku, difference);
  refuseChanged(
    product,
    namesOf(differenceOf(planned, saved)).filter((name) => !madeFromMemory.has(name)),
  );
  return { status: 'applied', targetId, cause: `wrote ${names.join(', ')}` };
}

/** An ERP that no longer has the product does not take it from customers' orders: it is disabled, unless told otherwise. */
async function withdraw(
  product: Product,
  found: MagentoProduct | null,
  attempt: Attempt,
  { magento, catalog }: ProductOptions,
): Promise<Handled> {
  const isDone = found === null || (catalog.deleted === 'disable' && found.status === 2);
  if (isDone) return { status: 'unchanged', cause: 'gone from the ERP, and not sold in the shop' };
  if (attempt.mode === 'dry') return { status: 'dry', cause: `would ${catalog.deleted} ${product.sku}` };
  attempt.assertCurrent();
  if (catalog.deleted === 'delete') await magento.products.remove(found.sku);
  else await magento.products.update(found.sku, { status: 2 });
  return { status: 'applied', targetId: String(found.id), cause: `${catalog.deleted}d: gone from the ERP` };
}

async function askForPriceAndStock(
  { sku }: Product,
  isPriced: boolean,
  { requestRefresh, warehouses }: ProductOptions,
): Promise<void> {
  const keys = warehouses().map((source) => stockKey({ source, sku }));
  await Promise.all([
    isPriced ? null : requestRefresh(prices.topic, [sku], 'created'),
    requestRefresh(stock.topic, keys, 'created'),
    requestRefresh(stock.topic, keys, 'created', cleanedUpMs),
  ]);
}

/** Of these the answer to a write shows what was sent (FACTS section 7). */
const madeFromMemory = new Set(['links', 'bundleOptions', 'downloads']);

/** What Magento keeps otherwise than it was written, a product would be written for again and again. */
function refuseChanged(product: Product, names: readonly string[]): void {
  if (names.length === 0) return;
  throw new Rejected({
    code: 'product.kept_otherwise',
    what: `Product ${product.sku} was saved, and the shop keeps ${names.join(', ')} otherwise than it was written`,
    fix: `Look at it in the shop, and for an extension that changes what is saved; correct the value in the ERP, or take it out of catalog.attributes; then \`cartage refresh ${products.topic} '${product.sku}'\``,
  });
}

function typeChanged({ sku, kind }: Product, { type_id }: MagentoProduct): Rejected {
  return new Rejected({
    code: 'product.type_changed',
    what: `Product ${sku} is ${kind} in the ERP, and ${type_id} in the shop`,
    why: 'Magento would take the other type without a word, and leave behind what the product was made of',
    fix: `Correct the kind in the ERP; or delete the product in the shop and \`cartage refresh ${products.topic} '${sku}'\``,
  });
}
