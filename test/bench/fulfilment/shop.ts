import { startChild } from '../child.ts';

/** What was asked of the shop since it was last told to forget. */
export interface FulfilmentJournal {
  /** By what is asked for: `GET orders`. */
  calls: Record<string, number>;
  /** By order number, when something was first made of it, wall clock. */
  madeAt: Record<string, number>;
}

/** The shop of shop-server.ts. */
export interface FulfilmentShop {
  url: string;
  forget(): Promise<void>;
  journal(): Promise<FulfilmentJournal>;
  close(): Promise<void>;
}

export async function startFulfilmentShop(): Promise<FulfilmentShop> {
  const { firstLine, ask, close } = await startChild('fulfilment/shop-server.ts');
  return {
    url: `http://127.0.0.1:${firstLine}`,
    forget: async () => void (await ask('forget')),
    journal: async () => JSON.parse(await ask('journal')) as FulfilmentJournal,
    close,
  };
}
