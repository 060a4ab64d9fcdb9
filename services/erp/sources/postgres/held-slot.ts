import { Unavailable } from '../../../platform/errors.ts';
import type { Fault } from '../../../platform/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/telemetry/log.ts';
import type { ErpPool } from '../../pool.ts';
import { databaseFault, isGoingDown } from '../../sqlstate.ts';
import type { ReplicationLog } from '../../replication/log.ts';
import { formatLsn } from '../../replication/lsn.ts';
import { SlotFence } from '../../replication/slot-fence.ts';
import { ChangesLost } from '../change-source.ts';
import type { ChangePart, Gap, OpenSource, Place } from '../change-source.ts';
import { History } from './history.ts';
import { formatPlace, laterPlace, parsePlace } from './log-place.ts';
import type { LogPlace } from './log-place.ts';
import type { SeenLog } from './turn.ts';
import type { Look } from './watchman.ts';

export interface HeldSlotOptions {
  log: ReplicationLog;
  place: Place;
  gaps: readonly Gap[];
  hasTurned: boolean;
  seen: SeenLog;
  deaf: ReadonlyMap<string, Fault>;
  look: (tables: string | null) => Promise<Look>;
  pool: ErpPool;
  clock: Clock;
  /** The log cannot be read from where the slot stands, and never will be. */
  onUnreadable: () => void;
  /** It is not the log that the place is of. */
  onSetBack: () => void;
  messages: Pick<Log, 'warn'>;
}

/** How often the watchman looks. */
const lookEveryMs = 10_000;

/** The replication slot while this process reads it. */
export class HeldSlot implements OpenSource {
  readonly gaps: readonly Gap[];
  readonly hasTurned: boolean;
  readonly fence: SlotFence;
  readonly fenceFallsWithinMs: number;
  readonly #options: HeldSlotOptions;
  #place: Place;
  #deaf: ReadonlyMap<string, Fault>;
  /** The furthest that the cursor holds. */
  #kept: LogPlace;
  readonly #history: History;
  readonly #leaving = new AbortController();

  constructor(options: HeldSlotOptions) {
    const { log, place, gaps, deaf, pool, clock } = options;
    this.#options = options;
    this.#place = place;
    this.gaps = gaps;
    this.hasTurned = options.hasTurned;
    this.#deaf = deaf;
    this.#kept = parsePlace(place.position);
    this.#history = new History(this.#kept.witness, log.position().confirmed);
    this.fence = new SlotFence({ sender: log.sender, pool, clock });
    const { timeoutMs } = log.sender;
    this.fenceFallsWithinMs = Number.isFinite(timeoutMs) ? timeoutMs / 2 : 0;
    pool.on('error', this.#onIdleError);
  }

  get place(): Place {
    return { ...this.#place, seenTo: formatLsn(this.#options.seen.to) };
  }

  get deaf(): ReadonlyMap<string, Fault> {
    return this.#deaf;
  }

  async *parts(): AsyncGenerator<ChangePart, void, void> {
    try {
      for await (const part of this.#options.log.transactions()) {
        const { xid, commitLsn, commitTime, changes, endLsn } = part;
        this.#history.read(part);
        yield {
          mark: String(xid),
          position: formatLsn(commitLsn),
          // Of one that is told in parts the end is not known before its last.
          ...(endLsn !== null && { shownFrom: Number(endLsn) }),
          occurredAt: commitTime.getTime(),
          changes,
          end: endLsn === null ? null : formatPlace({ lsn: endLsn, witness: { xid, endLsn } }),
        };
      }
    } catch (error) {
      const { onUnreadable, onSetBack } = this.#options;
      if (error instanceof ChangesLost && error.fault.code === 'erp.set_back') onSetBack();
      if (error instanceof Unavailable && error.fault.code === 'replication.publication_missing')
        onUnreadable();
      throw error;
    }
  }

  acknowledge(position: string): void {
    const place = parsePlace(position);
    this.#kept = laterPlace(this.#kept, place);
    this.#options.log.acknowledge(place.lsn);
  }

  idlePosition(): string | null {
    const { reached } = this.#options.log.position();
    if (this.#history.isOver(reached)) {
      this.#options.onSetBack();
      this.#leave();
      return null;
    }
    return reached > this.#kept.lsn ? formatPlace({ ...this.#kept, lsn: reached }) : null;
  }

  async watch(signal: AbortSignal, onGaps: (gaps: readonly Gap[]) => void): Promise<void> {
    const over = AbortSignal.any([signal, this.#leaving.signal]);
    const looking = this.#lookOn(over, onGaps);
    try {
      await this.fence.watch(over);
    } finally {
      this.#leave();
      await looking;
    }
  }

  close(): Promise<void> {
    this.#options.pool.off('error', this.#onIdleError);
    return this.#options.log.close();
  }

  /**
   * A server that goes down ends idle connections with that word, and then waits until its reader has confirmed
   * everything: for what cannot be asked or published any more, in vain.
   */
  readonly #onIdleError = (error: unknown): void => {
    if (isGoingDown(databaseFault(error))) this.#leave();
  };

  /** At once, whatever is still under way. */
  #leave(): void {
    this.#leaving.abort();
    void this.#options.log.close();
  }

  /** A table that is in the log and not watched was renamed, perhaps: that is looked at when it is next looked. */
  unwatched(table: string): void {
    this.#options.messages.warn(
      { table },
      'the log tells of a table that is not watched: it was renamed, or somebody else has published it',
    );
  }

  async #lookOn(signal: AbortSignal, onGaps: (gaps: readonly Gap[]) => void): Promise<void> {
    const { clock, look } = this.#options;
    for (;;) {
      await clock.wait(lookEveryMs, signal);
      if (signal.aborted) return;
      // Unanswered, it says nothing.
      const found = await look(this.#place.tables).catch(() => null);
      if (found === null || signal.aborted) continue;
      const isAltered = found.gaps.length > 0 || !hasSameKeys(found.deaf, this.#deaf);
      this.#place = { ...this.#place, tables: found.tables };
      this.#deaf = found.deaf;
      if (isAltered) onGaps(found.gaps);
    }
  }
}

function hasSameKeys(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean {
  return one.size === other.size && [...one.keys()].every((key) => other.has(key));
}
