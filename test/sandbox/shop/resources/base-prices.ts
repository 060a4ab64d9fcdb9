import { priceOf } from '../catalog/lookup.ts';
import type { Call, Route } from '../rest/call.ts';
import type { InputType } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { invalidAttribute, pricedProduct, PRICE_RESOURCE, pricesOf, productsNamed } from './price-input.ts';
import { STORE_VIEWS } from './store-data.ts';

const members = (amount: string): Extract<InputType, { members: unknown }> => ({
  members: { [amount]: 'float', store_id: 'int', sku: 'string', extension_attributes: 'mixed' },
});

/** Base prices and costs: 200 with a list of row errors, the good rows are saved (FACTS section 7). */
export const basePriceRoutes: Route[] = [
  route('base-prices', (call) => update(call, 'price')),
  route('base-prices-information', (call) =>
    productsNamed(call).map((product) => ({ price: priceOf(product), store_id: 0, sku: product.sku })),
  ),
  route('cost', (call) => update(call, 'cost')),
  route('cost-delete', (call) => {
    for (const product of productsNamed(call)) {
      delete product.values[0]?.['cost'];
      call.shop.db.products.save(product);
      call.note('cost', product.sku, { removed: true });
    }
    return true;
  }),
  route('cost-information', (call) =>
    productsNamed(call)
      .filter((product) => product.values[0]?.['cost'] !== undefined)
      .map((product) => ({ cost: Number(product.values[0]?.['cost']), store_id: 0, sku: product.sku })),
  ),
];

function route(path: string, handle: Route['handle']): Route {
  return { method: 'POST', path: `/V1/products/${path}`, resource: PRICE_RESOURCE, handle };
}

function update(call: Call, code: 'price' | 'cost'): Json {
  const errors: Json[] = [];
  for (const row of pricesOf(call, members(code))) {
    const rowErrors = errorsOf(call, row, code);
    errors.push(...rowErrors);
    const product = pricedProduct(call, row['sku']);
    if (rowErrors.length > 0 || product === undefined) continue;
    // The price scope is global: a store id other than 0 writes the global price too. updated_at stays.
    // A cost as the column keeps it, and as the product shows it.
    (product.values[0] ??= {})[code] = code === 'price' ? Number(row[code]) : Number(row[code]).toFixed(6);
    call.shop.db.products.save(product);
    call.note(code === 'price' ? 'base_price' : code, product.sku, { [code]: Number(row[code]) });
  }
  return errors;
}

function errorsOf(call: Call, row: JsonObject, code: 'price' | 'cost'): Json[] {
  const sku = asText(row['sku']);
  const amount = row[code];
  const storeId = row['store_id'] ?? null;
  const errors: Json[] = [];
  const product = pricedProduct(call, sku);
  // Of a bundle whose price is that of its parts: Catalog/Model/Product/Price/BasePriceStorage.
  if (product === undefined || (code === 'price' && product.bundle?.price_type === 'dynamic'))
    errors.push(invalidAttribute('SKU', sku));
  if (typeof amount !== 'number' || amount < 0)
    errors.push(invalidAttribute(code === 'price' ? 'Price' : 'Cost', asText(amount)));
  if (!STORE_VIEWS.some(({ id }) => id === storeId)) {
    const message = `Requested store is not found. Row ID: SKU = ${sku}, Store ID: ${asText(storeId)}.`;
    errors.push({ message, parameters: [sku, asText(storeId)] });
  }
  return errors;
}
