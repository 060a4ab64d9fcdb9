import { asText } from '../rest/json.ts';
import { findProduct, priceOf } from '../catalog/lookup.ts';
import type { Call, Route } from '../rest/call.ts';
import { required } from '../rest/errors.ts';
import { convert } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { STORE_VIEWS } from './store-data.ts';

const RESOURCE = 'Magento_Catalog::catalog';
const PRICES: InputType = {
  list: { members: { price: 'float', store_id: 'int', sku: 'string', extension_attributes: 'mixed' } },
};

/** Types that have a price of their own; a configurable counts as an unknown SKU here. */
const PRICED_TYPES = ['simple', 'virtual', 'downloadable', 'bundle'];

/** Base prices: 200 with a list of row errors, the good rows are saved (FACTS section 7). */
export const basePriceRoutes: Route[] = [
  { method: 'POST', path: '/V1/products/base-prices', resource: RESOURCE, handle: update },
  { method: 'POST', path: '/V1/products/base-prices-information', resource: RESOURCE, handle: information },
];

function update(call: Call): Json {
  const given = call.body['prices'];
  if (given === undefined || given === null) throw required('prices');
  const errors: Json[] = [];
  for (const row of convert(given, PRICES, 'prices') as JsonObject[]) {
    const rowErrors = errorsOf(call, row);
    errors.push(...rowErrors);
    if (rowErrors.length > 0) continue;
    const product = findProduct(call.shop.db, asText(row['sku']));
    if (product === undefined) continue;
    // The price scope is global: a store id other than 0 writes the global price too. updated_at stays.
    (product.values[0] ??= {})['price'] = Number(row['price']);
    call.shop.db.products.save(product);
    call.note('base_price', product.sku, { price: Number(row['price']) });
  }
  return errors;
}

function errorsOf(call: Call, row: JsonObject): Json[] {
  const sku = asText(row['sku']);
  const price = row['price'];
  const storeId = row['store_id'] ?? null;
  const errors: Json[] = [];
  const product = findProduct(call.shop.db, sku);
  if (product === undefined || !PRICED_TYPES.includes(product.type_id)) errors.push(invalid('SKU', sku));
  if (typeof price !== 'number' || price < 0) errors.push(invalid('Price', asText(price)));
  if (!STORE_VIEWS.some(({ id }) => id === storeId)) {
    const message = `Requested store is not found. Row ID: SKU = ${sku}, Store ID: ${asText(storeId)}.`;
    errors.push({ message, parameters: [sku, asText(storeId)] });
  }
  return errors;
}

function invalid(fieldName: string, value: string): Json {
  return { message: 'Invalid attribute %fieldName = %fieldValue.', parameters: [fieldName, value] };
}

/** Unknown SKUs are left out. */
function information(call: Call): Json {
  const given = call.body['skus'];
  if (given === undefined || given === null) throw required('skus');
  const skus = convert(given, { list: 'string' }, null) as string[];
  return skus
    .map((sku) => findProduct(call.shop.db, sku))
    .filter((product) => product !== undefined)
    .map((product) => ({ price: priceOf(product), store_id: 0, sku: product.sku }));
}
