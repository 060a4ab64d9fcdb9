import { startChild } from './child.ts';

/** Of each order number when it was asked for and answered last, UTC milliseconds. */
export type ShopTimes = Record<string, { askedAt: number; answeredAt: number }>;

/** The shop of instant-shop.ts. */
export interface InstantShop {
  url: string;
  credentials: Record<'consumerKey' | 'consumerSecret' | 'accessToken' | 'accessTokenSecret', string>;
  times(): Promise<ShopTimes>;
  close(): Promise<void>;
}

export async function startInstantShop(): Promise<InstantShop> {
  const { firstLine, ask, close } = await startChild('instant-shop.ts');
  const said = JSON.parse(firstLine) as Pick<InstantShop, 'url' | 'credentials'>;
  return { ...said, times: async () => JSON.parse(await ask('times')) as ShopTimes, close };
}
