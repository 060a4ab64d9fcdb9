import { z } from 'zod';
import { jsonNumber, plainDecimal } from './rest/json.ts';
import { allReadable, readRows, unreadRows } from './rest/list.ts';
import { redacted } from './rest/known-messages.ts';
import { readMessage } from './rest/messages.ts';
import type { MagentoMessage } from './rest/messages.ts';
import type { Rest } from './rest/rest.ts';
import { inChunks } from './rest/search.ts';
import { costPrices, specialPrices, tierPrices } from './price-rows.ts';
import type { CostPrice, PriceRows, SpecialPrice, TierPrice } from './price-rows.ts';
import { decimal, integer, listOf, text } from './shapes.ts';
import { foldSku } from './sku.ts';

/** `storeId` 0 is the global price. Under price scope "global" every storeId writes the global one. */
export interface BasePrice {
  sku: string;
  storeId: number;
  /** Decimal text, zero or more. */
  price: string;
}

export interface PriceRefusal {
  /** The row as it was sent. */
  row: BasePrice;
  message: string;
}

export interface PricesWritten {
  /** Rows that Magento refused; the others of the request are saved. */
  refused: PriceRefusal[];
  /** What it said without naming a row: which ones were refused is not known, so read the prices back. */
  unmatched: string[];
}

export interface Prices {
  /** Good rows are saved although bad ones are refused, all under status 200 (FACTS section 7). */
  writeBase(rows: readonly BasePrice[]): Promise<PricesWritten>;
  /** SKUs that the shop does not know are left out. */
  readBase(skus: readonly string[]): Promise<BasePrice[]>;
  special: PriceRows<SpecialPrice>;
  tier: PriceRows<TierPrice>;
  cost: PriceRows<CostPrice>;
}

const basePriceRow = z.object({ sku: text, store_id: integer, price: decimal });

export function createPrices(rest: Rest): Prices {
  return {
    special: specialPrices(rest),
    tier: tierPrices(rest),
    cost: costPrices(rest),

    async writeBase(rows) {
      const answer = await rest.call({
        method: 'POST',
        path: ['products', 'base-prices'],
        body: {
          prices: rows.map(({ sku, storeId, price }) => ({
            sku,
            store_id: storeId,
            price: jsonNumber(price),
          })),
        },
        shape: listOf(z.unknown()),
        route: 'POST products/base-prices',
      });
      return matchRefusals(rows, answer);
    },

    async readBase(skus) {
      const prices: BasePrice[] = [];
      for (const chunk of inChunks(skus)) {
        const rows = await rest.call({
          method: 'POST',
          path: ['products', 'base-prices-information'],
          body: { skus: chunk },
          shape: unreadRows('sku'),
          route: 'POST products/base-prices-information',
          readsOnly: true,
        });
        const readable = allReadable(readRows(rows, basePriceRow, 'sku'), 'the price of SKU');
        prices.push(...readable.map(({ sku, store_id, price }) => ({ sku, storeId: store_id, price })));
      }
      return prices;
    },
  };
}

/** The answer names a SKU, or only a price, or nothing: it has no row numbers. */
export function matchRefusals(rows: readonly BasePrice[], errors: readonly unknown[]): PricesWritten {
  const written: PricesWritten = { refused: [], unmatched: [] };
  for (const error of errors) {
    const said = readMessage(error);
    const hits = said === null ? [] : rowsNamedBy(said, rows);
    const message = said === null ? 'an error without a message' : redacted(said);
    if (hits.length === 0) written.unmatched.push(message);
    for (const row of hits) written.refused.push({ row, message });
  }
  return written;
}

function rowsNamedBy(said: MagentoMessage, rows: readonly BasePrice[]): readonly BasePrice[] {
  const { '1': first = '', '2': second = '' } = said.parameters;
  if (said.template.startsWith('Invalid attribute')) {
    if (first === 'SKU') return rows.filter((row) => foldSku(row.sku) === foldSku(second));
    if (first !== 'Price') return [];
    // Several rows of that price: it is the price that is refused, so all of them are.
    return rows.filter((row) => samePrice(row.price, second));
  }
  if (said.template.startsWith('Requested store is not found')) {
    return rows.filter((row) => foldSku(row.sku) === foldSku(first) && String(row.storeId) === second);
  }
  return [];
}

function samePrice(price: string, named: string): boolean {
  try {
    return plainDecimal(price) === plainDecimal(named);
  } catch {
    return false;
  }
}
