import { splitKey } from '../../../schemas/keys.ts';
import { stock as stockContract } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import type { SourceItem, SourceItems } from '../../magento/source-items.ts';
import type { Config } from '../../platform/config/schema.ts';
import { allOf, underFence } from '../../platform/fence.ts';
import type { RequestRefresh } from '../../platform/flow/request-refresh.ts';
import type { Subscription } from '../../platform/kafka/types.ts';
import { whenOldOf } from '../../wanted/stock/rules.ts';
import { sourceItemOf } from '../../wanted/stock/source-item.ts';
import type { Turns } from '../../platform/turns.ts';
import type { Newest, NewestStates } from '../../platform/newest-states.ts';

/** What the newest record of a key has the shop hold. */
export type Written = Newest<SourceItem>;
export type WrittenStock = NewestStates<Stock, SourceItem>;

/** What is expected of the shop now, and what is done where it shows something else. */
export interface Correction {
  /** @throws what keeps the record from being written. */
  itemOf: (stock: Stock) => SourceItem;
  concerns: (written: Written) => boolean;
  /** @param isNewest whether nothing has come since of a key. */
  correct: (differing: readonly Written[], isNewest: (written: Written) => boolean) => Promise<void>;
  /** Pause after each call, in times of what it took. */
  pauseShare: number;
}

/** The ERP is asked, and what is true now goes the way of every change. */
export function askingAgain(config: Config['stock'], requestRefresh: RequestRefresh): Correction {
  return {
    itemOf: (stock) => sourceItemOf(stock, config),
    concerns: () => true,
    correct: (differing) =>
      requestRefresh(
        stockContract.topic,
        differing.map(({ key }) => key),
        'differs in the shop',
      ),
    // It leaves nine tenths of one call's time to others, and more while the shop is slow.
    pauseShare: 9,
  };
}

export interface AssertingOptions {
  config: Config['stock'];
  sourceItems: Pick<SourceItems, 'write'>;
  subscription: Pick<Subscription, 'leases'>;
  turns: Turns;
  /** Rows of one request, as the flow has learnt it. */
  batchSize: () => number;
}

/**
 * Nobody answers for the ERP: what holds for numbers that are too old is written over those that its last records led
 * to. It only ever lowers them, alone between the batches of the flow, and under the leases of their partitions.
 */
export function asserting(options: AssertingOptions): Correction {
  const { config, turns } = options;
  return {
    itemOf: (stock) => sourceItemOf(stock, config, true),
    concerns: ({ key }) => whenOldOf(splitKey(key, 2)?.[0] ?? '', config) !== 'freeze',
    correct: async (differing, isNewest) => {
      for (let at = 0, size = 1; at < differing.length; at += size) {
        size = options.batchSize();
        const part = differing.slice(at, at + size);
        await turns.alone(() => writeHeld(part.filter(isNewest), options));
      }
    },
    // Each minute more is sold by numbers that nobody stands for.
    pauseShare: 1,
  };
}

/** Those of partitions that are still held here. */
async function writeHeld(
  written: readonly Written[],
  { sourceItems, subscription }: AssertingOptions,
): Promise<void> {
  const leases = new Map(subscription.leases().map((lease) => [lease.partition, lease]));
  const rows = written.filter(({ partition }) => leases.has(partition));
  if (rows.length === 0) return;
  const fence = allOf([...new Set(rows.map(({ partition }) => leases.get(partition)!))]);
  await underFence(fence, () => sourceItems.write(rows.map(({ item }) => item)));
}
