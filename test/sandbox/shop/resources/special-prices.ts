import type { Call, Route } from '../rest/call.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import type { ProductRow } from '../state/catalog-rows.ts';
import { pricedProduct, PRICE_RESOURCE, pricesOf, productsNamed } from './price-input.ts';
import { STORE_VIEWS } from './store-data.ts';

/**
 * Special prices: 200 with a list of row errors, the good rows are saved; an error names its row in words. A date that is
 * not given stays as it was (Magento's SpecialPrice::update writes only those that are), a deletion takes both.
 */
export const specialPriceRoutes: Route[] = [
  route('special-price', update),
  route('special-price-information', (call) => productsNamed(call).flatMap(shown)),
  route('special-price-delete', remove),
];

const codes = {
  price: 'special_price',
  price_from: 'special_from_date',
  price_to: 'special_to_date',
} as const;

function route(path: string, handle: Route['handle']): Route {
  return { method: 'POST', path: `/V1/products/${path}`, resource: PRICE_RESOURCE, handle };
}

function shown(product: ProductRow): Json[] {
  const values = product.values[0] ?? {};
  const price = values[codes.price];
  if (price === undefined) return [];
  return [
    {
      price: Number(price),
      store_id: 0,
      sku: product.sku,
      price_from: values[codes.price_from] ?? null,
      price_to: values[codes.price_to] ?? null,
    },
  ];
}

function update(call: Call): Json {
  return eachGoodRow(call, (product, row) => {
    const values = (product.values[0] ??= {});
    // As the column keeps it, and as the product shows it.
    values[codes.price] = Number(row['price']).toFixed(6);
    for (const member of ['price_from', 'price_to'] as const)
      if (asText(row[member]) !== '') values[codes[member]] = row[member] ?? null;
  });
}

function remove(call: Call): Json {
  return eachGoodRow(call, (product) => {
    for (const code of Object.values(codes)) delete product.values[0]?.[code];
  });
}

function eachGoodRow(call: Call, change: (product: ProductRow, row: JsonObject) => void): Json {
  const errors: Json[] = [];
  for (const row of pricesOf(call, {
    members: {
      price: 'float',
      store_id: 'int',
      sku: 'string',
      price_from: 'string',
      price_to: 'string',
      extension_attributes: 'mixed',
    },
  })) {
    const rowErrors = errorsOf(call, row);
    errors.push(...rowErrors);
    const product = pricedProduct(call, row['sku']);
    if (rowErrors.length > 0 || product === undefined) continue;
    change(product, row);
    call.shop.db.products.save(product);
    call.note('special_price', product.sku, { price: row['price'] ?? null });
  }
  return errors;
}

function errorsOf(call: Call, row: JsonObject): Json[] {
  const named = [row['sku'], row['store_id'], row['price_from'], row['price_to']].map((one) => asText(one));
  const [sku, store, from, to] = named;
  const rowId = `Row ID: SKU = ${sku}, Store ID: ${store}, Price From: ${from}, Price To: ${to}.`;
  const error = (said: string, ...first: string[]): Json => ({
    message: `${said} ${rowId}`,
    parameters: [...first, ...named],
  });
  const errors: Json[] = [];
  if (pricedProduct(call, row['sku']) === undefined)
    errors.push(error("The product that was requested doesn't exist. Verify the product and try again."));
  // The price scope is global.
  if (row['store_id'] !== 0)
    errors.push(error('Could not change non global Price when price scope is global.'));
  if (!STORE_VIEWS.some(({ id }) => id === row['store_id']))
    errors.push(error('Requested store is not found.'));
  const price = row['price'];
  if (typeof price !== 'number' || price < 0)
    errors.push(error(`Invalid attribute Price = ${asText(price)}.`, asText(price)));
  for (const [label, value] of [
    ['Price From', from],
    ['Price To', to],
  ] as const)
    // Magento says the end, whichever of the two is wrong.
    if (value !== '' && !isTime(value!)) errors.push(error(`Invalid attribute ${label} = ${to}.`, label));
  return errors;
}

function isTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text.replace(' ', 'T')}Z`))
  );
}
