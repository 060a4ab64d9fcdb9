import { asText } from '../rest/json.ts';
import { getProduct, valueAt } from '../catalog/lookup.ts';
import { ATTRIBUTES } from '../catalog/attributes.ts';
import { PRODUCT_INPUT } from '../catalog/product-input.ts';
import { renderProduct } from '../catalog/render-product.ts';
import { saveProduct } from '../catalog/save-product.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, required } from '../rest/errors.ts';
import { convert } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { compare } from '../search/condition.ts';
import type { Column } from '../search/condition.ts';
import { listAnswer, search } from '../search/search.ts';
import type { Searchable } from '../search/search.ts';
import type { ProductRow } from '../state/catalog-rows.ts';

const RESOURCE = 'Magento_Catalog::products';

/** Products: one by SKU, lists, and the one operation behind POST and PUT (FACTS section 7). */
export const productRoutes: Route[] = [
  { method: 'GET', path: '/V1/products', resource: RESOURCE, handle: list },
  { method: 'GET', path: '/V1/products/:sku', resource: RESOURCE, handle: getOne },
  { method: 'POST', path: '/V1/products', resource: RESOURCE, handle: post },
  { method: 'PUT', path: '/V1/products/:sku', resource: RESOURCE, handle: put },
  { method: 'DELETE', path: '/V1/products/:sku', resource: RESOURCE, handle: remove },
];

function getOne({ shop, params, storeId }: Call): Json {
  return renderProduct(shop.db, getProduct(shop.db, params['sku'] ?? ''), storeId);
}

function list({ shop, query, storeId }: Call): Json {
  const criteria = parseCriteria(query);
  // Without a sort order the database walks the index of the filter: by SKU when the SKU is filtered.
  const bySku = criteria.filter_groups.some(({ filters }) => filters.some(({ field }) => field === 'sku'));
  const rows = shop.db.products.all();
  const ordered = bySku
    ? rows.toSorted((left, right) => compare(left.sku, right.sku) || left.id - right.id)
    : rows;
  const found = search(ordered, criteria, searchable(storeId));
  return listAnswer(found, criteria, (product) => renderProduct(shop.db, product, storeId));
}

function post(call: Call): Json {
  const given = productOf(call);
  return save(call, asText(given['sku']), given);
}

function put(call: Call): Json {
  return save(call, call.params['sku'] ?? '', productOf(call));
}

/** When the body names the product by its very SKU, the answer is made from memory and was never read again. */
function save(call: Call, sku: string, given: JsonObject): Json {
  const product = saveProduct(call, sku, given);
  noteProduct(call, product);
  return renderProduct(call.shop.db, product, call.storeId, given['sku'] !== product.sku);
}

function remove(call: Call): Json {
  const product = getProduct(call.shop.db, call.params['sku'] ?? '');
  call.shop.db.products.remove(product);
  call.note('product', product.sku, { deleted: true });
  return true;
}

function productOf(call: Call): JsonObject {
  const given = call.body['product'];
  if (given === undefined || given === null) throw required('product');
  return convert(given, PRODUCT_INPUT, 'product') as JsonObject;
}

function noteProduct(call: Call, product: ProductRow): void {
  const status = valueAt(product, 'status', call.storeId) ?? null;
  const price = valueAt(product, 'price', 0) ?? null;
  call.note('product', product.sku, { name: valueAt(product, 'name', call.storeId) ?? null, status, price });
}

const COLUMNS = [
  'entity_id',
  'sku',
  'type_id',
  'attribute_set_id',
  'created_at',
  'updated_at',
  'category_id',
  'store_id',
  'website_id',
];

function searchable(storeId: number): Searchable<ProductRow> {
  return {
    knows: (field) => COLUMNS.includes(field) || ATTRIBUTES.some(({ code }) => code === field),
    unknownField: (field) =>
      badRequest('The "%1" attribute name is invalid. Reset the name and try again.', [field]),
    column: (product, field) => columnOf(product, field, storeId),
    columns(product, field) {
      if (field === 'category_id') return product.category_links.map(({ category_id }) => category_id);
      return field === 'website_id' ? product.website_ids : undefined;
    },
  };
}

function columnOf(product: ProductRow, field: string, storeId: number): Column {
  if (field === 'entity_id') return product.id;
  if (field === 'sku') return product.sku;
  if (field === 'type_id') return product.type_id;
  if (field === 'attribute_set_id') return product.attribute_set_id;
  if (field === 'created_at') return product.created_at;
  if (field === 'updated_at') return product.updated_at;
  const value = valueAt(product, field, storeId);
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}
