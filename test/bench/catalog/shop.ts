import { startChild } from '../child.ts';

/** What was asked of the shop since the latency was set. */
export interface CatalogJournal {
  /** Questions for products. */
  reads: number;
  /** When each write was answered, wall clock. */
  writes: number[];
}

/** The shop of shop-server.ts. */
export interface CatalogShop {
  url: string;
  /** Has so many products, named as `nameOf` says. */
  products(count: number): Promise<void>;
  latency(milliseconds: number): Promise<void>;
  journal(): Promise<CatalogJournal>;
  close(): Promise<void>;
}

export const skuOf = (index: number) => `SKU-${String(index).padStart(7, '0')}`;
export const nameOf = (index: number) => `Product ${index}`;

export async function startCatalogShop(): Promise<CatalogShop> {
  const { firstLine, ask, close } = await startChild('catalog/shop-server.ts');
  return {
    url: `http://127.0.0.1:${firstLine}`,
    products: async (count) => void (await ask(`products ${count}`)),
    latency: async (milliseconds) => void (await ask(`latency ${milliseconds}`)),
    journal: async () => JSON.parse(await ask('journal')) as CatalogJournal,
    close,
  };
}
