import { findProduct, getProduct, valueAt } from '../catalog/lookup.ts';
import type { Call, Route } from '../rest/call.ts';
import { required } from '../rest/errors.ts';
import { convert } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { ProductRow, TierRow } from '../state/catalog-rows.ts';
import { STORE_VIEWS, WEBSITES } from './store-data.ts';

const RESOURCE = 'Magento_Catalog::catalog';
const ALL_GROUPS = 'all groups';
const PRICED_TYPES = ['simple', 'virtual', 'downloadable', 'bundle'];

const rows = (members: Record<string, InputType>): InputType => ({
  list: { members: { ...members, sku: 'string', extension_attributes: 'mixed' } },
});
const SPECIAL = rows({ price: 'float', store_id: 'int', price_from: 'string', price_to: 'string' });
const COST = rows({ cost: 'float', store_id: 'int' });
const TIER = rows({
  price: 'float',
  price_type: 'string',
  website_id: 'int',
  customer_group: 'string',
  quantity: 'float',
});

const post = (path: string, handle: Route['handle']): Route => ({
  method: 'POST',
  path: `/V1/products/${path}`,
  resource: RESOURCE,
  handle,
});

/** Special, tier and cost prices: 200 with a list of row errors, the good rows are saved (FACTS section 7). */
export const otherPriceRoutes: Route[] = [
  post('special-price', (call) => eachRow(call, SPECIAL, specialErrors, (row) => setSpecial(call, row))),
  post('special-price-delete', (call) =>
    eachRow(call, SPECIAL, specialErrors, (row) => setSpecial(call, { sku: row['sku'] ?? null })),
  ),
  post('special-price-information', (call) => information(call, shownSpecial)),
  post('cost', (call) => eachRow(call, COST, costErrors, (row) => setCost(call, row))),
  post('cost-delete', (call) =>
    eachRow(call, COST, costErrors, (row) => setCost(call, { sku: row['sku'] ?? null })),
  ),
  post('cost-information', (call) =>
    information(call, (product) =>
      valueAt(product, 'cost', 0) == null
        ? []
        : [{ cost: Number(valueAt(product, 'cost', 0)), store_id: 0, sku: product.sku }],
    ),
  ),
  post('tier-prices', (call) => setTiers(call, false)),
  { ...post('tier-prices', (call) => setTiers(call, true)), method: 'PUT' },
  post('tier-prices-delete', removeTiers),
  post('tier-prices-information', (call) =>
    information(call, ({ sku, tiers = [] }) =>
      tiers.map(({ price, price_type, website_id, customer_group, quantity }) => ({
        price,
        price_type,
        website_id,
        sku,
        customer_group,
        quantity,
      })),
    ),
  ),
];

function rowsOf(call: Call, type: InputType): JsonObject[] {
  const given = call.body['prices'];
  if (given === undefined || given === null) throw required('prices');
  return convert(given, type, 'prices') as JsonObject[];
}

function eachRow(
  call: Call,
  type: InputType,
  errorsOf: (call: Call, row: JsonObject) => Json[],
  act: (row: JsonObject) => void,
): Json {
  return rowsOf(call, type).flatMap((row) => {
    const errors = errorsOf(call, row);
    if (errors.length === 0) act(row);
    return errors;
  });
}

const isPriced = (product: ProductRow | undefined) =>
  product !== undefined && PRICED_TYPES.includes(product.type_id);

function specialErrors(call: Call, row: JsonObject): Json[] {
  const given = ['sku', 'store_id', 'price_from', 'price_to'].map((name) => asText(row[name]));
  const [sku, storeId, from, to] = given;
  const rowId = `Row ID: SKU = ${sku}, Store ID: ${storeId}, Price From: ${from}, Price To: ${to}.`;
  const error = (message: string, ...first: string[]): Json => ({
    message: `${message} ${rowId}`,
    parameters: [...first, ...given],
  });
  const errors: Json[] = [];
  if (!isPriced(findProduct(call.shop.db, sku ?? '')))
    errors.push(error("The product that was requested doesn't exist. Verify the product and try again."));
  if (row['store_id'] !== 0)
    errors.push(
      error(
        STORE_VIEWS.some(({ id }) => id === row['store_id'])
          ? 'Could not change non global Price when price scope is global.'
          : 'Requested store is not found.',
      ),
    );
  if (typeof row['price'] !== 'number' || row['price'] < 0)
    errors.push(error(`Invalid attribute Price = ${asText(row['price'])}.`, asText(row['price'])));
  for (const [label, date] of [
    ['Price From', from],
    ['Price To', to],
  ] as const)
    if (date && !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(date))
      errors.push(error(`Invalid attribute ${label} = ${to}.`, label));
  return errors;
}

function setSpecial(call: Call, row: JsonObject): void {
  const product = getProduct(call.shop.db, asText(row['sku']));
  const values = (product.values[0] ??= {});
  values['special_price'] = row['price'] === undefined ? null : Number(row['price']).toFixed(6);
  values['special_from_date'] = row['price_from'] ?? null;
  values['special_to_date'] = row['price_to'] ?? null;
  call.shop.db.products.save(product);
  call.note('special_price', product.sku, { price: row['price'] ?? null });
}

function shownSpecial(product: ProductRow): Json[] {
  const price = valueAt(product, 'special_price', 0);
  if (price == null) return [];
  return [
    {
      price: Number(price),
      store_id: 0,
      sku: product.sku,
      price_from: valueAt(product, 'special_from_date', 0) ?? null,
      price_to: valueAt(product, 'special_to_date', 0) ?? null,
    },
  ];
}

function costErrors(call: Call, row: JsonObject): Json[] {
  const sku = asText(row['sku']);
  if (isPriced(findProduct(call.shop.db, sku))) return [];
  return [{ message: 'Invalid attribute %fieldName = %fieldValue.', parameters: ['SKU', sku] }];
}

function setCost(call: Call, row: JsonObject): void {
  const product = getProduct(call.shop.db, asText(row['sku']));
  (product.values[0] ??= {})['cost'] = row['cost'] === undefined ? null : Number(row['cost']).toFixed(6);
  call.shop.db.products.save(product);
  call.note('cost', product.sku, { cost: row['cost'] ?? null });
}

/** One unknown SKU refuses the request as a whole. POST adds, PUT replaces all tiers of the SKUs that it names. */
function setTiers(call: Call, isReplacing: boolean): Json {
  const given = rowsOf(call, TIER);
  const products = given.map((row) => getProduct(call.shop.db, asText(row['sku'])));
  if (isReplacing) for (const product of products) product.tiers = [];
  return given.flatMap((row, index) => {
    const product = products[index]!;
    const tier = tierOf(row);
    const errors = tierErrors(call, row, tier);
    if (errors.length > 0) return errors;
    product.tiers = [...(product.tiers ?? []).filter((other) => !isSamePlace(other, tier)), tier];
    call.shop.db.products.save(product);
    call.note('tier_price', product.sku, { ...tier });
    return [];
  });
}

/** Its price is part of what is looked for. */
function removeTiers(call: Call): Json {
  for (const row of rowsOf(call, TIER)) {
    const product = getProduct(call.shop.db, asText(row['sku']));
    const tier = tierOf(row);
    product.tiers = (product.tiers ?? []).filter(
      (other) => !isSamePlace(other, tier) || other.price !== tier.price,
    );
    call.shop.db.products.save(product);
    call.note('tier_price', product.sku, { deleted: true });
  }
  return [];
}

function tierOf(row: JsonObject): TierRow {
  const group = asText(row['customer_group']);
  return {
    price: Number(row['price']),
    price_type: asText(row['price_type']),
    website_id: Number(row['website_id']),
    customer_group: group.toLowerCase() === ALL_GROUPS ? ALL_GROUPS : group,
    quantity: Number(row['quantity']),
  };
}

function tierErrors(call: Call, row: JsonObject, tier: TierRow): Json[] {
  const { website_id, customer_group, quantity, price_type } = tier;
  const sku = asText(row['sku']);
  const wrong = (name: string, value: Json): Json => ({
    message: `Invalid attribute ${name} = ${asText(value)}. Row ID: SKU = ${sku}, Website ID: ${website_id}, Customer Group: ${customer_group}, Quantity: ${quantity}.`,
    parameters: { SKU: sku, websiteId: website_id, customerGroup: customer_group, qty: quantity },
  });
  const groups = call.shop.db.customerGroups.all();
  const isKnown =
    customer_group === ALL_GROUPS ||
    groups.some(({ code }) => code.toLowerCase() === customer_group.toLowerCase());
  return [
    ...(['fixed', 'discount'].includes(price_type) ? [] : [wrong('Price Type', price_type)]),
    // The price scope is global: no website has a price of its own.
    ...(WEBSITES.some(({ id }) => id === website_id) && website_id === 0
      ? []
      : [wrong('Website ID', website_id)]),
    ...(isKnown ? [] : [wrong('Customer Group', customer_group)]),
    ...(quantity >= 1 ? [] : [wrong('Quantity', quantity)]),
  ];
}

const isSamePlace = (left: TierRow, right: TierRow): boolean =>
  left.website_id === right.website_id &&
  left.customer_group.toLowerCase() === right.customer_group.toLowerCase() &&
  left.quantity === right.quantity;

function information(call: Call, shown: (product: ProductRow) => Json[]): Json {
  const given = call.body['skus'];
  if (given === undefined || given === null) throw required('skus');
  const skus = convert(given, { list: 'string' }, null) as string[];
  return skus.flatMap((sku) => {
    const product = findProduct(call.shop.db, sku);
    return product === undefined ? [] : shown(product);
  });
}
