import { asText } from '../rest/json.ts';
import { badRequest } from '../rest/errors.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { isObject } from '../rest/json.ts';
import { membersOf } from '../rest/input.ts';
import { STORE_VIEWS, TIME_ZONE, WEBSITES } from '../resources/store-data.ts';
import type { Call } from '../rest/call.ts';
import { now } from '../shop.ts';
import type { ConfigurableLinks, ProductRow } from '../state/catalog-rows.ts';
import { configurableOf } from './configurable.ts';
import { partsOf } from './product-parts.ts';
import type { GivenParts } from './product-parts.ts';
import { ATTRIBUTE_SETS, attributeOf, type Attribute } from './attributes.ts';
import { customAttributeValues, withoutEmoji } from './custom-attributes.ts';
import { appliesTo, USER_DEFINED_CODES } from './attribute-definitions.ts';
import { galleryIn, extendGallery } from './media.ts';
import { findProduct, nameAt, valueAt } from './lookup.ts';
import { hasSourceItems } from '../inventory/stock.ts';

const NAME_CHARACTERS_MAX = 255;
const SKU_CHARACTERS_MAX = 64;
const MEMBERS = ['name', 'price', 'status', 'visibility', 'weight'] as const;

/**
 * POST and PUT of a product are one operation: an existing SKU is updated, an unknown one is created when the
 * data suffice (FACTS section 7). Everything is checked before anything is changed.
 *
 * @param sku from the path (PUT) or from the body (POST); its letter case becomes the product's
 */
export function saveProduct(call: Call, sku: string, given: JsonObject): ProductRow {
  const gallery = galleryIn(given);
  const product = saveOwn(call, sku, given);
  if (gallery !== undefined) extendGallery(call, product, gallery);
  return product;
}

function saveOwn(call: Call, sku: string, given: JsonObject): ProductRow {
  const { db } = call.shop;
  const trimmed = sku.trim();
  const existing = findProduct(db, trimmed);
  const attributeSetId = checkedSet(given, existing);
  if (trimmed.length > SKU_CHARACTERS_MAX) throw badRequest('SKU length should be 64 characters maximum.');
  const changes = changedValues(given, attributeSetId);
  checkValues(call, existing, changes);
  const websiteIds = checkedWebsites(given);
  const typeId = typeof given['type_id'] === 'string' ? given['type_id'] : (existing?.type_id ?? 'simple');
  // What is not for this type is not kept, without a word.
  for (const code of changes.keys()) if (appliesTo(code)?.includes(typeId) === false) changes.delete(code);
  const configurable = configurableOf(call, typeId, given, existing);
  const parts = {
    ...(configurable === undefined ? {} : { configurable }),
    ...partsOf(call, typeId, given, existing),
  };
  if (existing === undefined)
    return create(call, { sku: trimmed, attributeSetId, typeId, given, changes, websiteIds, parts });
  const storeId = call.storeId;
  checkUrlKey(call, existing, changes, storeId);
  existing.sku = trimmed;
  existing.attribute_set_id = attributeSetId;
  existing.type_id = typeId;
  Object.assign(existing, parts);
  write(existing, changes, storeId);
  if (websiteIds !== undefined) existing.website_ids = websiteIds;
  linkCategories(call, existing, given);
  startSpecialPrice(call, existing);
  existing.updated_at = now(call.shop);
  setOutOfStock(existing, given);
  writeStockItem(call, existing, given);
  return db.products.save(existing);
}

interface NewProduct {
  sku: string;
  attributeSetId: number;
  typeId: string;
  given: JsonObject;
  changes: Map<string, Json>;
  websiteIds: number[] | undefined;
  parts: GivenParts & { configurable?: ConfigurableLinks };
}

function create(
  call: Call,
  { sku, attributeSetId, typeId, given, changes, websiteIds, parts }: NewProduct,
): ProductRow {
  const { shop } = call;
  const hasPrice = ['simple', 'virtual', 'configurable', 'bundle', 'downloadable'].includes(typeId);
  const product: ProductRow = {
    id: shop.db.next('product'),
    sku,
    attribute_set_id: attributeSetId,
    type_id: typeId,
    created_at: now(shop),
    updated_at: now(shop),
    website_ids: websiteIds ?? defaultWebsites(call),
    category_links: [],
    values: { 0: {} },
    is_qty_decimal: stockSetting(given, 'is_qty_decimal'),
    ...parts,
  };
  const name = asText(changes.get('name'));
  const defaults: [string, Json][] = [
    ['status', 1],
    ['visibility', 4],
    ['options_container', 'container2'],
    ['url_key', urlKey(name)],
    ['required_options', '0'],
    ['has_options', '0'],
  ];
  if (hasPrice) defaults.push(['msrp_display_actual_price_type', '0'], ['tax_class_id', '2']);
  if (typeId === 'virtual' || typeId === 'downloadable') changes.delete('weight');
  const complete = new Map([...defaults, ...changes]);
  checkUrlKey(call, undefined, complete, 0);
  write(product, complete, 0);
  linkCategories(call, product, given);
  product.out_of_stock = true;
  setOutOfStock(product, given);
  // Each has a row at this source, with nothing there, whatever was said of its stock.
  if (hasSourceItems(typeId))
    shop.db.sourceItems.save({ sku, source_code: 'default', quantity: 0, status: 1 });
  writeStockItem(call, product, given);
  return shop.db.products.save(product);
}

function checkedSet(given: JsonObject, existing: ProductRow | undefined): number {
  const id = given['attribute_set_id'] ?? existing?.attribute_set_id;
  if (typeof id !== 'number' || !ATTRIBUTE_SETS.includes(id)) {
    throw badRequest('Invalid product data: %1', ['Invalid attribute set entity type']);
  }
  return id;
}

function changedValues(given: JsonObject, attributeSetId: number): Map<string, Json> {
  const changes = new Map<string, Json>();
  for (const name of MEMBERS) if (Object.hasOwn(given, name)) changes.set(name, given[name] ?? null);
  const name = changes.get('name');
  if (typeof name === 'string') changes.set('name', withoutEmoji(name).slice(0, NAME_CHARACTERS_MAX));
  for (const [code, value] of customAttributeValues(given['custom_attributes'], attributeSetId))
    changes.set(code, value);
  return changes;
}

function checkValues(call: Call, existing: ProductRow | undefined, changes: Map<string, Json>): void {
  const name =
    changes.get('name') ??
    (existing === undefined || changes.has('name') ? '' : nameAt(existing, call.storeId));
  if (name === '') throw emptyAttribute('Product Name');
  if (changes.get('price') === null) throw emptyAttribute('Price');
  if (Number(changes.get('price') ?? 0) < 0)
    throw badRequest('Please enter a number 0 or greater in this field.');
}

function emptyAttribute(label: string): Error {
  return badRequest(`The "${label}" attribute value is empty. Set the attribute and try again.`);
}

function checkedWebsites(given: JsonObject): number[] | undefined {
  const ids = membersOf(given['extension_attributes'])['website_ids'];
  if (!Array.isArray(ids)) return undefined;
  const numbers = ids.map(Number);
  if (!numbers.every((id) => WEBSITES.some((website) => website.id === id))) {
    throw badRequest('The product was unable to be saved. Please try again.');
  }
  return numbers;
}

/** `/rest/all` puts a new product into every website, a store path into the one of the store. */
function defaultWebsites(call: Call): number[] {
  if (call.storeId === 0) return WEBSITES.filter(({ id }) => id !== 0).map(({ id }) => id);
  return [STORE_VIEWS.find(({ id }) => id === call.storeId)?.website_id ?? 1];
}

/** A store path writes the values of that view; those that exist by website, in each view of it (FACTS section 7). */
function write(product: ProductRow, changes: Map<string, Json>, storeId: number): void {
  if (storeId !== 0) freeze(product, storeId);
  for (const [code, value] of changes) {
    for (const id of placesOf(attributeOf(code)?.scope, storeId)) (product.values[id] ??= {})[code] = value;
  }
}

function placesOf(scope: Attribute['scope'] | undefined, storeId: number): number[] {
  if (scope === 'global') return [0];
  const view = STORE_VIEWS.find(({ id }) => id === storeId);
  if (scope !== 'website' || storeId === 0 || view === undefined) return [storeId];
  return STORE_VIEWS.filter(({ website_id: website }) => website === view.website_id).map(({ id }) => id);
}

/** Saved in one view, a product keeps there what that shows of the shop's own attributes (FACTS section 7). */
function freeze(product: ProductRow, storeId: number): void {
  const values = (product.values[storeId] ??= {});
  for (const code of USER_DEFINED_CODES) {
    const value = valueAt(product, code, 0);
    if (attributeOf(code)?.scope === 'store' && value != null) values[code] ??= value;
  }
}

function checkUrlKey(
  call: Call,
  self: ProductRow | undefined,
  changes: Map<string, Json>,
  storeId: number,
): void {
  const key = changes.get('url_key');
  if (typeof key !== 'string' || key === '') return;
  const isTaken = call.shop.db.products
    .all()
    .some(
      (other) =>
        other !== self && (other.values[storeId]?.['url_key'] ?? other.values[0]?.['url_key']) === key,
    );
  if (isTaken) throw badRequest('URL key for specified store already exists.');
}

function today(call: Call): string {
  const at = Date.parse(`${now(call.shop).replace(' ', 'T')}Z`);
  return new Intl.DateTimeFormat('sv-SE', { timeZone: TIME_ZONE, dateStyle: 'short' }).format(at);
}

/** A special price without a first day gets the present one, by the shop's clock, whenever its product is saved (FACTS section 7). */
function startSpecialPrice(call: Call, { values }: ProductRow): void {
  const global = (values[0] ??= {});
  if (global['special_price'] != null) global['special_from_date'] ??= `${today(call)} 00:00:00`;
}

/** Links are added, an empty list clears all; unknown categories are ignored. */
function linkCategories({ shop }: Call, product: ProductRow, given: JsonObject): void {
  const links = membersOf(given['extension_attributes'])['category_links'];
  if (!Array.isArray(links)) return;
  if (links.length === 0) product.category_links = [];
  for (const link of links) {
    if (!isObject(link)) continue;
    const categoryId = asText(link['category_id']);
    if (shop.db.categories.get(categoryId) === undefined) continue;
    const position = Number(link['position'] ?? 0);
    const known = product.category_links.find(({ category_id }) => category_id === categoryId);
    if (known === undefined) product.category_links.push({ category_id: categoryId, position });
    else known.position = position;
  }
}

/** The legacy stock item inside a product writes source `default`; a quantity of 0 is out of stock (FACTS section 6). */
function writeStockItem(call: Call, product: ProductRow, given: JsonObject): void {
  const item = membersOf(membersOf(given['extension_attributes'])['stock_item']);
  const quantity = Number(item['qty']);
  if (item['qty'] === undefined || Number.isNaN(quantity)) return;
  const status = quantity > 0 && item['is_in_stock'] !== false ? 1 : 0;
  call.shop.db.sourceItems.save({ sku: product.sku, source_code: 'default', quantity, status });
  call.note('source_item', `default/${product.sku}`, {
    sku: product.sku,
    source_code: 'default',
    quantity,
    status,
  });
}

/** A product has a stock item of its own, which is out of stock until it is told otherwise. It counts for what is made of others. */
function setOutOfStock(product: ProductRow, given: JsonObject): void {
  const item = membersOf(membersOf(given['extension_attributes'])['stock_item']);
  if (typeof item['is_in_stock'] === 'boolean') product.out_of_stock = !item['is_in_stock'];
}

function stockSetting(given: JsonObject, name: string): boolean {
  return membersOf(membersOf(given['extension_attributes'])['stock_item'])[name] === true;
}

/** Accents are dropped, everything but letters and digits becomes a hyphen. */
export function urlKey(name: string): string {
  return name
    .replaceAll('ß', 'ss')
    .replaceAll('@', 'at')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
