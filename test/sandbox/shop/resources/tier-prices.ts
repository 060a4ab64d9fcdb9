import type { Call, Route } from '../rest/call.ts';
import { noSuchProduct } from '../rest/errors.ts';
import type { InputType } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { ProductRow, TierRow } from '../state/catalog-rows.ts';
import { pricedProduct, PRICE_RESOURCE, pricesOf, productsNamed } from './price-input.ts';

/**
 * Tier prices: POST adds or changes, PUT replaces those of the SKUs it names, a deletion wants the price too. One unknown
 * SKU refuses the whole request (FACTS section 7).
 */
export const tierPriceRoutes: Route[] = [
  {
    method: 'POST',
    path: '/V1/products/tier-prices',
    resource: PRICE_RESOURCE,
    handle: (call) => update(call, false),
  },
  {
    method: 'PUT',
    path: '/V1/products/tier-prices',
    resource: PRICE_RESOURCE,
    handle: (call) => update(call, true),
  },
  {
    method: 'POST',
    path: '/V1/products/tier-prices-information',
    resource: PRICE_RESOURCE,
    handle: information,
  },
  { method: 'POST', path: '/V1/products/tier-prices-delete', resource: PRICE_RESOURCE, handle: remove },
];

const allGroups = 'all groups';
const tierPrice: Extract<InputType, { members: unknown }> = {
  members: {
    price: 'float',
    price_type: 'string',
    website_id: 'int',
    sku: 'string',
    customer_group: 'string',
    quantity: 'float',
    extension_attributes: 'mixed',
  },
};

function information(call: Call): Json {
  return productsNamed(call).flatMap(({ sku, tiers = [] }) =>
    tiers.map((row) => ({ ...row, sku, price_type: row.price_type })),
  );
}

function update(call: Call, replaces: boolean): Json {
  const rows = pricesOf(call, tierPrice);
  if (rows.some((row) => pricedProduct(call, row['sku']) === undefined)) throw noSuchProduct();
  const errors: Json[] = [];
  const cleared = new Set<ProductRow>();
  for (const row of rows) {
    const product = pricedProduct(call, row['sku'])!;
    const said = errorOf(call, row, rows, replaces ? [] : (product.tiers ?? []));
    if (said !== null) {
      errors.push(said);
      continue;
    }
    const before = replaces && !cleared.has(product) ? [] : (product.tiers ?? []);
    cleared.add(product);
    const tier = tierOf(call, row);
    product.tiers = [...before.filter((other) => !isSamePlace(other, tier)), tier];
    call.shop.db.products.save(product);
    call.note('tier_price', product.sku, { ...tier });
  }
  return errors;
}

function remove(call: Call): Json {
  for (const row of pricesOf(call, tierPrice)) {
    const product = pricedProduct(call, row['sku']);
    if (product === undefined) throw noSuchProduct();
    const tier = tierOf(call, row);
    const kept = (product.tiers ?? []).filter(
      (other) =>
        !(isSamePlace(other, tier) && other.price === tier.price && other.price_type === tier.price_type),
    );
    product.tiers = kept;
    call.shop.db.products.save(product);
    call.note('tier_price', product.sku, { removed: true });
  }
  return [];
}

function isSamePlace(left: TierRow, right: TierRow): boolean {
  return (
    left.website_id === right.website_id &&
    left.customer_group.toLowerCase() === right.customer_group.toLowerCase() &&
    left.quantity === right.quantity
  );
}

/** The shop shows a group as it is spelled there, and all of them in small letters. */
function tierOf(call: Call, row: JsonObject): TierRow {
  const given = asText(row['customer_group']);
  return {
    price: Number(row['price']),
    price_type: asText(row['price_type']),
    website_id: Number(row['website_id']),
    customer_group: given.toLowerCase() === allGroups ? allGroups : (groupOf(call, given) ?? given),
    quantity: Number(row['quantity']),
  };
}

function groupOf(call: Call, code: string): string | undefined {
  return call.shop.db.customerGroups.all().find((group) => group.code.toLowerCase() === code.toLowerCase())
    ?.code;
}

function errorOf(call: Call, row: JsonObject, all: JsonObject[], existing: TierRow[]): Json | null {
  const tier = tierOf(call, row);
  const said = faultOf(call, row, tier, all, existing);
  if (said === null) return null;
  const { website_id, customer_group, quantity } = tier;
  const parameters = [asText(row['sku']), String(website_id), customer_group, String(quantity)];
  const rowId = `Row ID: SKU = ${parameters[0]}, Website ID: ${website_id}, Customer Group: ${customer_group}, Quantity: ${quantity}.`;
  return { message: `${said} ${rowId}`, parameters };
}

function faultOf(
  call: Call,
  row: JsonObject,
  tier: TierRow,
  all: JsonObject[],
  existing: TierRow[],
): string | null {
  const { price, price_type, website_id, customer_group, quantity } = tier;
  if (row['price'] === null || price < 0 || (price_type === 'discount' && price > 100))
    return `Invalid attribute Price = ${price}.`;
  if (!['fixed', 'discount'].includes(price_type)) return `Invalid attribute Price Type = ${price_type}.`;
  if (!(quantity >= 1)) return `Invalid attribute Quantity = ${quantity}.`;
  // The price scope is global.
  if (website_id !== 0) return `Invalid attribute Website ID = ${website_id}.`;
  const twins = all.filter((other) => other['sku'] === row['sku'] && isSamePlace(tierOf(call, other), tier));
  const isElsewhere = existing.some(
    (other) => other.website_id !== website_id && isSamePlace({ ...other, website_id }, tier),
  );
  if (twins.length > 1 || isElsewhere)
    return 'We found a duplicate website, tier price, customer group and quantity.';
  if (customer_group !== allGroups && groupOf(call, customer_group) === undefined)
    return `No such entity with Customer Group = ${customer_group}.`;
  return null;
}
