import type { Product } from '../../schemas/types.ts';
import type { ProductWrite } from '../magento/products.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held, Rejected } from '../platform/errors.ts';

const visibilities: Record<string, 1 | 2 | 3 | 4> = { none: 1, catalog: 2, search: 3, both: 4 };
/** Product types that are one row in Magento; the others are put together of several. */
const writtenKinds = new Set(['simple', 'virtual']);
/** What is longer, Magento cuts without a word (FACTS section 7). */
const nameLengthMax = 255;

/** What a product is to be in Magento, its status and websites aside: those hang on more than the record. */
export interface WantedProduct {
  typeId: string;
  name: string;
  weight: string | null;
  visibility: 1 | 2 | 3 | 4;
  /** Attribute code to value; null: it is to have none. */
  customAttributes: Record<string, string | null>;
}

/** @throws Rejected for what cannot be written exactly, Held where a mapping is missing. */
export function wantedProduct(product: Product, catalog: Config['catalog']): WantedProduct {
  if (!writtenKinds.has(product.kind))
    throw new Rejected({
      code: 'product.kind_unsupported',
      what: `Product ${product.sku} is of the kind ${product.kind}; only ${[...writtenKinds].join(' and ')} products are written`,
      fix: 'Maintain it in the shop by hand',
    });
  if (product.name.length > nameLengthMax)
    throw new Rejected({
      code: 'product.name_too_long',
      what: `The name of product ${product.sku} has ${product.name.length} characters; Magento would cut it at ${nameLengthMax}`,
      fix: 'Shorten it in the ERP',
    });
  return {
    typeId: product.kind,
    name: product.name,
    weight: product.weight,
    visibility: visibilityOf(product, catalog),
    customAttributes: {
      // An ERP without descriptions must not wipe out those that the shop has.
      ...(product.description === null ? {} : { description: product.description }),
      ...taxClassOf(product, catalog),
      ...Object.fromEntries(
        Object.entries(catalog.attributes).map(([erpCode, code]) => [
          code,
          product.attributes[erpCode] ?? null,
        ]),
      ),
    },
  };
}

/**
 * The URL key of a new product: name and SKU. Magento would make it of the name alone, and refuses the second product
 * of a name (FACTS section 7). Set at the creation only: a key that customers know is never changed.
 */
export function urlKeyOf(product: Product): string {
  return `${product.name} ${product.sku}`
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
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

function taxClassOf(product: Product, catalog: Config['catalog']): ProductWrite['customAttributes'] {
  if (product.taxClass === null) return {};
  const taxClass = catalog.taxClasses[product.taxClass];
  if (taxClass !== undefined) return { tax_class_id: String(taxClass) };
  throw new Held({
    code: 'product.tax_class_unmapped',
    what: `Product ${product.sku} has the ERP tax class ${product.taxClass}, which has no Magento tax class`,
    fix: `Add ${JSON.stringify(product.taxClass)}: <tax class id> under catalog.taxClasses in the configuration; it is released by that`,
    waitsFor: `configuration/catalog/taxClasses/${product.taxClass}`,
  });
}
