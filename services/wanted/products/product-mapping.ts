import type { Product, Translation } from '../../../schemas/types.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Held, Rejected } from '../../platform/errors.ts';

const visibilities: Record<string, 1 | 2 | 3 | 4> = { none: 1, catalog: 2, search: 3, both: 4 };
const writtenKinds = new Set(['simple', 'virtual', 'configurable', 'grouped', 'bundle', 'downloadable']);
const kindsWithoutWeight = new Set(['virtual', 'grouped', 'downloadable']);
/** What is longer, Magento cuts without a word (FACTS section 7). */
const nameLengthMax = 255;

/** What a product is to be in Magento, its status and websites aside: those hang on more than the record. */
export interface WantedProduct {
  typeId: string;
  name: string;
  weight: string | null;
  visibility: 1 | 2 | 3 | 4;
  /** Attribute code to the ERP's text; null: it is to have none. */
  attributes: Record<string, string | null>;
}

/**
 * Beyond the first 65,536 characters of Unicode (emoji above all): most shops' databases keep each as `????`, and say
 * nothing (FACTS section 7).
 */
const fourByte = /[\u{10000}-\u{10FFFF}]/gu;

/** @throws Rejected for what cannot be written exactly, Held where a mapping is missing. */
export function wantedProduct(product: Product, catalog: Config['catalog']): WantedProduct {
  if (!writtenKinds.has(product.kind))
    throw new Rejected({
      code: 'product.kind_unsupported',
      what: `Product ${product.sku} is of the kind ${product.kind}; only ${[...writtenKinds].join(' and ')} products are written`,
      fix: 'Maintain it in the shop by hand',
    });
  const keep = (text: string) => keptText(text, product.sku, catalog);
  keep(product.sku);
  return {
    typeId: product.kind,
    name: keptName(product.name, product.sku, catalog),
    // Magento keeps none for what is not sent.
    weight: kindsWithoutWeight.has(product.kind) ? null : product.weight,
    visibility: visibilityOf(product, catalog),
    attributes: {
      // An ERP without descriptions must not wipe out those that the shop has.
      ...(product.description === null ? {} : { description: keep(product.description) }),
      ...taxClassOf(product, catalog),
      ...Object.fromEntries(
        Object.entries(catalog.attributes).map(([erpCode, code]) => [
          code,
          keep(product.attributes[erpCode] ?? '') || null,
        ]),
      ),
    },
  };
}

/**
 * The product with the texts that the shop keeps of labels and titles: else what it keeps otherwise would differ for ever.
 * @throws Rejected as `wantedProduct`
 */
export function withKeptTexts(product: Product, catalog: Config['catalog']): Product {
  const { sku, categories, bundle, downloads, images } = product;
  const keep = (text: string) => keptShort('A label or title', text, sku, catalog);
  const titled = <Row extends { title: string }>(row: Row): Row => ({ ...row, title: keep(row.title) });
  return {
    ...product,
    categories: categories?.map(keep) ?? null,
    bundle: bundle && { ...bundle, options: bundle.options.map(titled) },
    downloads: downloads?.map(titled) ?? null,
    images:
      images?.map((image) => ({ ...image, label: image.label === null ? null : keep(image.label) })) ?? null,
  };
}

/** What a store view is to show, as far as the ERP says so and the mapping knows it. @throws Rejected as `wantedProduct` */
export function translatedTexts(
  { sku }: Product,
  { values }: Translation,
  catalog: Config['catalog'],
): { name: string | null; attributes: Record<string, string> } {
  const { name, description } = values;
  const keep = (text: string) => keptText(text, sku, catalog);
  return {
    name: name === undefined ? null : keptName(name, sku, catalog),
    attributes: Object.fromEntries([
      ...(description === undefined ? [] : [['description', keep(description)] as const]),
      ...Object.entries(catalog.attributes).flatMap(([erpCode, code]) =>
        values[erpCode] === undefined ? [] : [[code, keep(values[erpCode])] as const],
      ),
    ]),
  };
}

const keptName = (text: string, sku: string, catalog: Config['catalog']): string =>
  keptShort('The name', text, sku, catalog);

function keptShort(what: string, text: string, sku: string, catalog: Config['catalog']): string {
  const kept = keptText(text, sku, catalog);
  if (kept.length <= nameLengthMax) return kept;
  throw new Rejected({
    code: 'product.name_too_long',
    what: `${what} of product ${sku} has ${kept.length} characters; Magento would cut it at ${nameLengthMax}`,
    fix: 'Shorten it in the ERP',
  });
}

function keptText(text: string, sku: string, { emoji }: Config['catalog']): string {
  const kept = text.replaceAll(fourByte, '');
  if (kept === text || emoji === 'keep') return text;
  if (emoji === 'strip' && text !== sku) return kept.replaceAll(/ {2,}/g, ' ').trim();
  throw notKept(sku);
}

function notKept(sku: string): Rejected {
  return new Rejected({
    code: 'product.emoji',
    what: `Product ${sku} has emoji or the like in its SKU, its name or another text`,
    why: 'Most databases of shops keep them as ????, and then the product differs for ever',
    fix: 'Take them out in the ERP; or set catalog.emoji: strip, which leaves them out of all but the SKU, or keep, where the tables of the shop are utf8mb4',
  });
}

function visibilityOf(product: Product, catalog: Config['catalog']): 1 | 2 | 3 | 4 {
  const name = product.visibility ?? catalog.visibility;
  const visibility = visibilities[name];
  if (visibility !== undefined) return visibility;
  throw new Rejected({
    code: 'product.visibility_unknown',
    what: `Product ${product.sku} has the visibility ${name}`,
    fix: `Use one of ${Object.keys(visibilities).join(', ')} in the query of the products stream`,
  });
}

/** By the name or the id of the shop's class: it is an attribute with options. */
function taxClassOf(product: Product, catalog: Config['catalog']): Record<string, string> {
  // A group is taxed by its parts: Magento keeps no tax class of it, without a word.
  if (product.taxClass === null || product.kind === 'grouped') return {};
  const taxClass = catalog.taxClasses[product.taxClass];
  if (taxClass !== undefined) return { tax_class_id: taxClass };
  throw new Held({
    code: 'product.tax_class_unmapped',
    what: `Product ${product.sku} has the ERP tax class ${product.taxClass}, which has no Magento tax class`,
    fix: `Add ${JSON.stringify(product.taxClass)}: <tax class of the shop> under catalog.taxClasses in the configuration; it is released by that`,
    waitsFor: `configuration/catalog/taxClasses/${product.taxClass}`,
  });
}
