import { findProduct } from '../catalog/lookup.ts';
import type { Call } from '../rest/call.ts';
import { required } from '../rest/errors.ts';
import { convert } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { ProductRow } from '../state/catalog-rows.ts';

/** What the four kinds of price endpoints share; Magento_Catalog, Model/Product/Price. */
export const PRICE_RESOURCE = 'Magento_Catalog::catalog';

/** Types that have a price of their own; a configurable counts as an unknown SKU here. */
const PRICED_TYPES = ['simple', 'virtual', 'downloadable', 'bundle'];

export function pricesOf(call: Call, members: Extract<InputType, { members: unknown }>): JsonObject[] {
  const given = call.body['prices'];
  if (given === undefined || given === null) throw required('prices');
  return convert(given, { list: members }, 'prices') as JsonObject[];
}

/** Unknown SKUs are left out. */
export function productsNamed(call: Call): ProductRow[] {
  const given = call.body['skus'];
  if (given === undefined || given === null) throw required('skus');
  return (convert(given, { list: 'string' }, null) as string[])
    .map((sku) => pricedProduct(call, sku))
    .filter((product) => product !== undefined);
}

export function pricedProduct(call: Call, sku: Json | undefined): ProductRow | undefined {
  const product = findProduct(call.shop.db, asText(sku));
  return product !== undefined && PRICED_TYPES.includes(product.type_id) ? product : undefined;
}

export function invalidAttribute(fieldName: string, value: string): Json {
  return { message: 'Invalid attribute %fieldName = %fieldValue.', parameters: [fieldName, value] };
}
