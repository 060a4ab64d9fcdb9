import { z } from 'zod';
import { priceKinds } from './price-kinds.ts';
import type { PriceKind, PriceRow } from './price-kinds.ts';
import { refusalsIn } from './price-refusals.ts';
import type { PricesWritten } from './price-refusals.ts';
import { allReadable, readRows, unreadRows } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { inChunks } from './rest/search.ts';
import { listOf } from './shapes.ts';

export interface Prices {
  /** SKUs that the shop does not know are left out, and those without a price of the kind. */
  read(kind: PriceKind, skus: readonly string[]): Promise<PriceRow[]>;
  /**
   * Adds and changes. Good rows are saved although bad ones are refused, all under status 200 (FACTS section 7); but a
   * special price keeps a day that its new row does not give: it is to be removed first.
   */
  write(kind: PriceKind, rows: readonly PriceRow[]): Promise<PricesWritten>;
  /** Rows as they were read: a tier price that has changed meanwhile stays. Removing twice is well. */
  remove(kind: Exclude<PriceKind, 'base'>, rows: readonly PriceRow[]): Promise<PricesWritten>;
}

export function createPrices(rest: Rest): Prices {
  const send = async (kind: PriceKind, suffix: '' | '-delete', rows: readonly PriceRow[]) => {
    const { path, wire } = priceKinds[kind];
    const isBySku = kind === 'cost' && suffix === '-delete';
    const answer = await rest.call({
      method: 'POST',
      path: ['products', `${path}${suffix}`],
      body: isBySku ? { skus: rows.map(({ sku }) => sku) } : { prices: rows.map(wire) },
      // A deletion of costs answers true.
      shape: isBySku ? z.unknown() : listOf(z.unknown()),
      route: `POST products/${path}${suffix}`,
    });
    return refusalsIn(rows, Array.isArray(answer) ? answer : []);
  };
  return {
    async read(kind, skus) {
      const { path, shape } = priceKinds[kind];
      const prices: PriceRow[] = [];
      for (const chunk of inChunks(skus)) {
        const rows = await rest.call({
          method: 'POST',
          path: ['products', `${path}-information`],
          body: { skus: chunk },
          shape: unreadRows('sku'),
          route: `POST products/${path}-information`,
          readsOnly: true,
        });
        prices.push(...allReadable(readRows(rows, shape, 'sku'), 'the price of SKU'));
      }
      return prices;
    },
    write: (kind, rows) => send(kind, '', rows),
    remove: (kind, rows) => send(kind, '-delete', rows),
  };
}
