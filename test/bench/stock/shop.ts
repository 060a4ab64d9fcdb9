import { startChild } from '../child.ts';

/** What was asked of the shop since the latency was set. */
export interface StockJournal {
  /** Calls that write stock: when each was answered, wall clock, and its rows. */
  writes: { at: number; rows: number }[];
  /** Calls that look for products. */
  lookUps: number;
  /** When a SKU was first written as zero, by SKU. */
  soldOutAt: Record<string, number>;
}

/** The shop of shop-server.ts. */
export interface StockShop {
  url: string;
  latency(milliseconds: number): Promise<void>;
  journal(): Promise<StockJournal>;
  close(): Promise<void>;
}

export async function startStockShop(): Promise<StockShop> {
  const { firstLine, ask, close } = await startChild('stock/shop-server.ts');
  return {
    url: `http://127.0.0.1:${firstLine}`,
    latency: async (milliseconds) => void (await ask(`latency ${milliseconds}`)),
    journal: async () => JSON.parse(await ask('journal')) as StockJournal,
    close,
  };
}
