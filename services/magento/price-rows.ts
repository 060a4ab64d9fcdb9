import { z } from 'zod';
import { redacted } from './rest/known-messages.ts';
import { jsonNumber } from './rest/json.ts';
import { allReadable, readRows, unreadRows } from './rest/list.ts';
import { readMessage } from './rest/messages.ts';
import type { Rest } from './rest/rest.ts';
import { inChunks } from './rest/search.ts';
import { decimal, integer, listOf, optionalText, text } from './shapes.ts';
import { foldSku } from './sku.ts';

/** `storeId` 0 is the global one. */
export interface SpecialPrice {
  sku: string;
  storeId: number;
  price: string;
  /** `YYYY-MM-DD HH:MM:SS` by the clock of the store; null: always. The last day counts whole, so its time is midnight. */
  from: string | null;
  to: string | null;
}

export interface TierPrice {
  sku: string;
  price: string;
  /** `fixed`, or `discount` in percent. */
  type: string;
  /** 0: all. */
  websiteId: number;
  /** Its name; `ALL GROUPS` in any letter case. */
  group: string;
  quantity: string;
}

export interface CostPrice {
  sku: string;
  storeId: number;
  price: string;
}

/** What Magento refused, by SKU; and what it said without naming one of those sent. */
export interface RowsWritten {
  refused: Map<string, string>;
  unmatched: string[];
}

/** Prices of one kind. Good rows are saved although bad ones are refused, all under status 200 (FACTS section 7). */
export interface PriceRows<Row> {
  /** SKUs that the shop does not know, and those without such a price, are left out. */
  read(skus: readonly string[]): Promise<Row[]>;
  /** Rows are added, or take the place of those that say the same but for the price. */
  write(rows: readonly Row[]): Promise<RowsWritten>;
  /** As they were read: of tier prices the price is part of what is looked for. What is not there is no error. */
  remove(rows: readonly Row[]): Promise<RowsWritten>;
}

const special = z.object({
  sku: text,
  store_id: integer,
  price: decimal,
  price_from: optionalText,
  price_to: optionalText,
});
const tier = z.object({
  sku: text,
  price: decimal,
  price_type: text,
  website_id: integer,
  customer_group: text,
  quantity: decimal,
});
const cost = z.object({ sku: text, store_id: integer, cost: decimal });

export const specialPrices = (rest: Rest): PriceRows<SpecialPrice> =>
  priceRows(rest, 'special-price', special, {
    row: ({ sku, store_id, price, price_from, price_to }) => ({
      sku,
      storeId: store_id,
      price,
      from: price_from,
      to: price_to,
    }),
    body: ({ sku, storeId, price, from, to }) => ({
      sku,
      store_id: storeId,
      price: jsonNumber(price),
      price_from: from,
      price_to: to,
    }),
  });

export const tierPrices = (rest: Rest): PriceRows<TierPrice> =>
  priceRows(rest, 'tier-prices', tier, {
    row: ({ price_type, website_id, customer_group, ...same }) => ({
      ...same,
      type: price_type,
      websiteId: website_id,
      group: customer_group,
    }),
    body: ({ sku, price, type, websiteId, group, quantity }) => ({
      sku,
      price: jsonNumber(price),
      price_type: type,
      website_id: websiteId,
      customer_group: group,
      quantity: jsonNumber(quantity),
    }),
  });

export const costPrices = (rest: Rest): PriceRows<CostPrice> =>
  priceRows(rest, 'cost', cost, {
    row: (row) => ({ sku: row.sku, storeId: row.store_id, price: row.cost }),
    body: ({ sku, storeId, price }) => ({ sku, store_id: storeId, cost: jsonNumber(price) }),
  });

function priceRows<Row extends { sku: string }, Shape extends z.ZodType<{ sku: string }>>(
  rest: Rest,
  path: string,
  shape: Shape,
  as: { row: (shown: z.infer<Shape>) => Row; body: (row: Row) => object },
): PriceRows<Row> {
  const send = async (suffix: string, rows: readonly Row[]) => {
    const answer = await rest.call({
      method: 'POST',
      path: ['products', `${path}${suffix}`],
      body: { prices: rows.map(as.body) },
      shape: listOf(z.unknown()),
      route: `POST products/${path}${suffix}`,
    });
    return refusalsOf(rows, answer);
  };
  return {
    async read(skus) {
      const found: Row[] = [];
      for (const chunk of inChunks(skus)) {
        const rows = await rest.call({
          method: 'POST',
          path: ['products', `${path}-information`],
          body: { skus: chunk },
          shape: unreadRows('sku'),
          route: `POST products/${path}-information`,
          readsOnly: true,
        });
        found.push(...allReadable(readRows(rows, shape, 'sku'), `the ${path} of SKU`).map(as.row));
      }
      return found;
    },
    write: (rows) => send('', rows),
    remove: (rows) => send('-delete', rows),
  };
}

/** An error names its SKU among the parameters, in no fixed place; there are no row numbers. */
export function refusalsOf(rows: readonly { sku: string }[], errors: readonly unknown[]): RowsWritten {
  const written: RowsWritten = { refused: new Map(), unmatched: [] };
  for (const error of errors) {
    const said = readMessage(error);
    const named = new Set(Object.values(said?.parameters ?? {}).map((value) => foldSku(value)));
    const hits = rows.filter(({ sku }) => named.has(foldSku(sku)));
    const message = said === null ? 'an error without a message' : redacted(said);
    if (hits.length === 0) written.unmatched.push(message);
    for (const { sku } of hits) written.refused.set(sku, message);
  }
  return written;
}
