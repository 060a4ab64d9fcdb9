import { openPool } from '../../pool.ts';
import type { ErpConnection } from '../../pool.ts';
import { slotLag } from '../../replication/slot-lag.ts';
import type { Database } from '../../replication/slot.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';

export interface SlotWatchOptions {
  connection: ErpConnection;
  slot: string;
  metrics: Pick<Metrics, 'slotRetained' | 'slotLag'>;
  clock: Pick<Clock, 'wait'>;
}

const intervalMs = 30_000;

/**
 * Asks every 30 s, from the start on, also while nobody reads the slot. By a connection of its own: a load that takes all
 * the others is when the ERP's disk fills. Returns what ends it.
 */
export function watchSlot({ connection, ...options }: SlotWatchOptions): () => void {
  const database = openPool({ ...connection, max: 1 });
  const over = new AbortController();
  void keepSlotLag({ ...options, database }, over.signal);
  return () => {
    over.abort();
    // Nobody waits for an answer under way: a server that is gone would hold up the end of the process.
    void database.end();
  };
}

/** What cannot be asked is unknown (NaN), not 0: the connection may be lost because the disk is full. */
export async function keepSlotLag(
  { database, slot, metrics, clock }: Omit<SlotWatchOptions, 'connection'> & { database: Database },
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    const lag = await slotLag(database, slot).catch(() => null);
    metrics.slotRetained.set({ slot }, lag?.retainedBytes ?? NaN);
    metrics.slotLag.set({ slot }, lag?.unconfirmedBytes ?? NaN);
    await clock.wait(intervalMs, over);
  }
}
