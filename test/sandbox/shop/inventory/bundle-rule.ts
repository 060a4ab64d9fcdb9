import { asText } from '../rest/json.ts';
import type { JsonObject } from '../rest/json.ts';
import { badRequest } from '../rest/errors.ts';
import type { Shop } from '../shop.ts';
import type { ProductRow } from '../state/catalog-rows.ts';
import type { Database } from '../state/database.ts';
import { findProduct } from '../catalog/lookup.ts';
import type { ValidationError } from './validation.ts';

const TEMPLATE =
  'Not able to assign "%1" to product "%2", as it is part of bundle product <a href="%3">"%4"</a> with shipment type "Ship Together" and has multiple sources or different source as other bundle selections.';

const REFUSED_PART =
  'Product "%1" cannot be added to bundle product as bundle product has "Ship Bundle Items Together" and "%1" product assigned to multiple sources or has different source then rest of bundle items';

/** None of one that is deleted. */
const sourcesOf = (db: Database, part: ProductRow | undefined): string[] =>
  part === undefined
    ? []
    : db.sourceItems.lookup(part.sku.toLowerCase()).map(({ source_code }) => source_code);

/** Parts that are shipped together lie at one and the same source, as far as they lie anywhere (FACTS section 6). */
export function checkParts(db: Database, parts: readonly ProductRow[]): void {
  const [first] = parts.flatMap((part) => sourcesOf(db, part));
  const odd = parts.find((part) => sourcesOf(db, part).some((code) => code !== first));
  if (odd !== undefined) throw badRequest(REFUSED_PART, [odd.sku]);
}

/**
 * A part of a bundle that ships together gets no source that none of its parts lies at, as far as any of them lies anywhere
 * (FACTS section 6).
 */
export function bundleErrors(shop: Shop, rows: readonly JsonObject[]): ValidationError[] {
  const bundles = shop.db.products.all().filter((product) => product.bundle?.shipment_type === 'together');
  if (bundles.length === 0) return [];
  return rows.flatMap((row): ValidationError[] => {
    const product = findProduct(shop.db, asText(row['sku']));
    const sourceCode = asText(row['source_code']);
    const bundle = bundles.find((candidate) => {
      const parts = candidate.bundle!.options.flatMap(({ selections }) => selections);
      if (!parts.some(({ product_id }) => product_id === product?.id)) return false;
      const sources = parts.flatMap(({ product_id }) => sourcesOf(shop.db, shop.db.products.get(product_id)));
      return sources.length > 0 && !sources.includes(sourceCode);
    });
    if (product === undefined || bundle === undefined) return [];
    const link = `${shop.baseUrl}catalog/product/edit/id/${bundle.id}/`;
    return [[TEMPLATE, [sourceCode, product.sku, link, bundle.sku]]];
  });
}
