import { cents } from '../decimal.ts';
import { asText } from '../rest/json.ts';
import { noSuchProduct } from '../rest/errors.ts';
import type { Database } from '../state/database.ts';
import type { ProductRow } from '../state/catalog-rows.ts';

/** By SKU without regard to letter case; of several with one SKU the lowest id (FACTS section 7). */
export function findProduct(db: Database, sku: string): ProductRow | undefined {
  return db.products.lookup(sku.trim().toLowerCase())[0];
}

/** @throws RestError 404 */
export function getProduct(db: Database, sku: string): ProductRow {
  const product = findProduct(db, sku);
  if (product === undefined) throw noSuchProduct();
  return product;
}

/** The value a store view shows: its own when it has one, else the global one. */
export function valueAt(
  product: ProductRow,
  code: string,
  storeId: number,
): ProductRow['values'][string][string] | undefined {
  return product.values[storeId]?.[code] ?? product.values[0]?.[code];
}

export function nameAt(product: ProductRow, storeId: number): string {
  return asText(valueAt(product, 'name', storeId));
}

/** What a cart charges: unit prices are rounded to cents before they are multiplied. */
export function cartPriceOf(product: ProductRow): number {
  return cents(priceOf(product));
}

export function priceOf(product: ProductRow): number {
  return Number(valueAt(product, 'price', 0) ?? 0);
}
