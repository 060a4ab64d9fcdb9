import { products } from '../../schemas/topics.ts';
import type { Product } from '../../schemas/types.ts';
import { heldForTwin, livesOn, livesOnAs } from '../magento/sku.ts';
import type { MagentoProduct, Products, ProductWrite, ViewedProduct } from '../magento/products.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import { askForPriceAndStock, createProduct, freeParts, needsPrice, priceFor } from './create-product.ts';
import type { ProductOptions } from './create-product.ts';
import { imagesDifference, saidOfImages, writeImages } from './images.ts';
import type { NewProducts } from './new-products.ts';
import { planProduct } from './plan-product.ts';
import type { Known, Planned } from './plan-product.ts';
import { withKeptTexts } from '../wanted/products/product-mapping.ts';
import { changesOf, differenceOf, namesOf } from './product-difference.ts';
import type { ReadProducts } from './read-products.ts';
import { saidOfTranslations, translationsDifference, writeTranslations } from './translations.ts';

/**
 * Brings one product to what the ERP says: compares, then writes only the difference.
 *
 * A new product whose price does not come (`NewProducts`) is created disabled and at price zero, and enabled when it is
 * there: nobody must buy at zero. Price and stock may have come before the product and are held then, so both are asked
 * for after the creation; asked again while the price is missing, because the process may have died between creating and
 * asking.
 */
export async function writeProduct(
  given: Product,
  read: ReadProducts,
  attempt: Attempt,
  options: ProductOptions,
  known: Known & { newProducts: NewProducts },
): Promise<Handled> {
  if (livesOn(given)) return livesOnAs(given.twin!);
  if (given.twin !== null) throw heldForTwin('Product', given.sku, given.twin);
  const { magento, catalog } = options;
  const product = withKeptTexts(given, catalog);
  const found = read.all.get(product.sku);
  if (found === undefined) throw known.newProducts.unread(product.sku);
  const price = found === null ? priceFor(product, attempt, known.newProducts) : found.price;
  if (product.deleted) return withdraw(product, found, attempt, options);
  if (found !== null && found.type_id !== product.kind) throw typeChanged(product, found);
  const isPriced = !needsPrice(product, found) || (price !== null && compareDecimals(price, '0') > 0);
  const planned = await planProduct(product, found, isPriced, attempt, options, known);
  const images = imagesDifference(product, found?.media_gallery_entries ?? []);
  const difference = found === null ? {} : differenceOf(planned, found);
  const { handled, images: left } =
    found === null
      ? await createProduct(
          product,
          planned,
          { price, images, newProducts: known.newProducts },
          attempt,
          options,
        )
      : { handled: await update(product, planned, found, difference, attempt, options), images };
  if (found !== null && product.enabled && !isPriced && attempt.mode === 'on')
    await askForPriceAndStock(product, false, options);
  const views = await shownInViews(product, planned, found, difference, read, attempt, magento.products);
  const translations = translationsDifference(planned.translations, planned.set, views);
  const all = noted(handled, [...saidOfTranslations(translations), ...saidOfImages(images)], attempt);
  if (attempt.mode === 'dry') return all;
  known.newProducts.made(product.sku);
  if (handled.status === 'applied') attempt.arrived?.(['product', 'variant'], product.sku);
  const subject = found ?? product;
  const faults = [
    ...(await writeTranslations(subject, translations, planned.set, magento.products, attempt)),
    ...(await writeImages(subject, left, magento.media, catalog, attempt)),
    ...planned.faults,
  ];
  if (faults.length > 0) throw faults[0]!;
  return all;
}

type Shown = Pick<ViewedProduct, 'name' | 'custom_attributes'>;

/**
 * What each view that is translated shows by now. A new product shows in all of them what it was made with; where the
 * values for all have just changed, those of a view may have followed, or not.
 */
async function shownInViews(
  { sku }: Product,
  { translations, name, values }: Planned,
  found: MagentoProduct | null,
  difference: ProductWrite,
  read: ReadProducts,
  { mode }: Attempt,
  shop: Pick<Products, 'inView'>,
): Promise<(view: string) => Shown | null> {
  if (found === null) {
    const made = Object.entries(values).map(([attribute_code, value]) => ({ attribute_code, value }));
    return () => ({ name, custom_attributes: made });
  }
  const written = new Set(mode === 'on' ? namesOf(difference) : []);
  const shown = new Map<string, Shown | null>();
  for (const { view, values: wanted } of translations) {
    const before = read.views.get(view)?.get(sku);
    const isOld = before === undefined || Object.keys(wanted).some((code) => written.has(code));
    shown.set(view, isOld ? ((await shop.inView(view, [sku])).get(sku) ?? null) : before);
  }
  return (view) => shown.get(view) ?? null;
}

function noted(handled: Handled, more: readonly string[], { mode }: Attempt): Handled {
  if (more.length === 0) return handled;
  const cause = [...(handled.cause === undefined ? [] : [handled.cause]), ...more].join('; ');
  return { ...handled, status: mode === 'dry' ? 'dry' : 'applied', cause };
}

async function update(
  product: Product,
  planned: Planned,
  found: MagentoProduct,
  difference: ProductWrite,
  attempt: Attempt,
  options: ProductOptions,
): Promise<Handled> {
  const names = namesOf(difference);
  const targetId = String(found.id);
  if (names.length === 0) return { status: 'unchanged', targetId };
  if (attempt.mode === 'dry')
    return { status: 'dry', targetId, cause: `would write ${changesOf(difference, found).join(', ')}` };
  // What it is made of is what the shop judges the stock of its parts by.
  if (difference.bundleOptions !== undefined || difference.customAttributes?.['shipment_type'] !== undefined)
    await freeParts(planned, attempt, options);
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
