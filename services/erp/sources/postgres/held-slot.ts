import type { Clock } from '../../../platform/clock.ts';
import type { ErpPool } from '../../pool.ts';
import type { ReplicationLog } from '../../replication/log.ts';
import { formatLsn, laterLsn, parseLsn } from '../../replication/lsn.ts';
import type { Lsn } from '../../replication/lsn.ts';
import { SlotFence } from '../../replication/slot-fence.ts';
import type { ChangePart, Gap, OpenSource, Place } from '../change-source.ts';
import { watchTables } from './table-watch.ts';

export interface HeldSlotOptions {
  log: ReplicationLog;
  place: Place;
  gaps: readonly Gap[];
  /** How the watched tables stand now. */
  readTables: () => Promise<string>;
  pool: ErpPool;
  clock: Clock;
}

/** The replication slot while this process reads it. */
export class HeldSlot implements OpenSource {
  readonly place: Place;
  readonly gaps: readonly Gap[];
  readonly fence: SlotFence;
  readonly fenceFallsWithinMs: number;
  readonly #options: HeldSlotOptions;
  /** The furthest that the cursor holds. */
  #kept: Lsn;

  constructor(options: HeldSlotOptions) {
    const { log, place, gaps, pool, clock } = options;
    this.#options = options;
    this.place = place;
    this.gaps = gaps;
    this.#kept = parseLsn(place.position);
    this.fence = new SlotFence({ sender: log.sender, pool, clock });
    const { timeoutMs } = log.sender;
    this.fenceFallsWithinMs = Number.isFinite(timeoutMs) ? timeoutMs / 2 : 0;
  }

  async *parts(): AsyncGenerator<ChangePart, void, void> {
    for await (const { xid, commitLsn, commitTime, changes, endLsn } of this.#options.log.transactions())
      yield {
        mark: String(xid),
        position: formatLsn(commitLsn),
        occurredAt: commitTime.getTime(),
        changes,
        end: endLsn === null ? null : formatLsn(endLsn),
      };
  }

  acknowledge(position: string): void {
    const lsn = parseLsn(position);
    this.#kept = laterLsn(this.#kept, lsn);
    this.#options.log.acknowledge(lsn);
  }

  idlePosition(): string | null {
    const { reached } = this.#options.log.position();
    return reached > this.#kept ? formatLsn(reached) : null;
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { readTables, clock } = this.#options;
    const ending = new AbortController();
    const over = AbortSignal.any([signal, ending.signal]);
    try {
      await Promise.race([
        this.fence.watch(over),
        watchTables({ tables: this.place.tables, readTables, clock }, over),
      ]);
    } finally {
      ending.abort();
    }
  }

  close(): Promise<void> {
    return this.#options.log.close();
  }
}
