import { z } from 'zod';
import { searchAll } from './rest/list.ts';
import type { QueryPair, Rest } from './rest/rest.ts';
import { inChunks } from './rest/search.ts';
import { decimal, flag, integer, listOf, mapOf, optionalText, text } from './shapes.ts';

const source = z.object({ source_code: text, name: optionalText, enabled: flag });
const stock = z.object({
  stock_id: integer,
  name: optionalText,
  extension_attributes: mapOf({ sales_channels: listOf(z.object({ type: text, code: text })) }),
});
const link = z.object({ stock_id: integer, source_code: text, priority: integer });

export interface Source {
  code: string;
  name: string | null;
  enabled: boolean;
}

export interface Stock {
  id: number;
  name: string | null;
  /** Codes of the websites that sell from it. */
  websiteCodes: string[];
}

export interface StockSourceLink {
  stockId: number;
  sourceCode: string;
  priority: number;
}

/** Multi-source inventory: where stock lies, and which websites sell it. Small tables, read whole. */
export interface Sources {
  list(): Promise<Source[]>;
  stocks(): Promise<Stock[]>;
  stockSourceLinks(): Promise<StockSourceLink[]>;
  /**
   * What can be sold of a SKU in a stock, decimal text, reservations taken off.
   * @throws Rejected `magento.sku_unknown` for an unknown SKU (a 500 in Magento), `magento.refused` for a
   *   configurable or a bundle, which have no quantity of their own.
   */
  salableQuantity(sku: string, stockId: number): Promise<string>;
  /** Those of the SKUs that can be bought now in a stock, back orders counted; an unknown one cannot. */
  salable(skus: readonly string[], stockId: number): Promise<Set<string>>;
}

const salable = z.object({ sku: text, salable: flag });
const rowsPerPage = 100;

export function createSources(rest: Rest): Sources {
  /** What is left out is missed where the configuration names it (`cartage check`). */
  const all = async <Item extends z.ZodType>(member: string, item: Item, id: string, ...more: string[]) => {
    const sort = [id, ...more].map((field) => ({ field, direction: 'ASC' as const }));
    const search = { sort, pageSize: rowsPerPage };
    return (await searchAll(rest, { path: ['inventory', member], search, item, id })).items;
  };
  return {
    async list() {
      const found = await all('sources', source, 'source_code');
      return found.map(({ source_code, name, enabled }) => ({ code: source_code, name, enabled }));
    },

    async stocks() {
      const found = await all('stocks', stock, 'stock_id');
      return found.map(({ stock_id, name, extension_attributes }) => ({
        id: stock_id,
        name,
        websiteCodes: extension_attributes.sales_channels
          .filter(({ type }) => type === 'website')
          .map(({ code }) => code),
      }));
    },

    async stockSourceLinks() {
      const found = await all('stock-source-links', link, 'stock_id', 'source_code');
      return found.map(({ stock_id, source_code, priority }) => ({
        stockId: stock_id,
        sourceCode: source_code,
        priority,
      }));
    },

    async salable(skus, stockId) {
      const found = new Set<string>();
      for (const chunk of inChunks(skus)) {
        const rows = await rest.call({
          method: 'GET',
          path: ['inventory', 'are-products-salable'],
          query: [
            ...chunk.map((sku, index): QueryPair => [`skus[${index}]`, sku]),
            ['stockId', String(stockId)],
          ],
          shape: listOf(salable),
          route: 'GET inventory/are-products-salable',
        });
        for (const row of rows) if (row.salable) found.add(row.sku);
      }
      return found;
    },

    salableQuantity: (sku, stockId) =>
      rest.call({
        method: 'GET',
        path: ['inventory', 'get-product-salable-quantity', sku, String(stockId)],
        shape: decimal,
        route: 'GET inventory/get-product-salable-quantity',
      }),
  };
}
