import type { Lsn } from '../erp/replication/lsn.ts';
import type { ReplicationLog } from '../erp/replication/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { LogCursor, LogCursors } from './cursor.ts';

export interface CursorKeeperOptions {
  slot: { cursor: LogCursor; log: Pick<ReplicationLog, 'position' | 'acknowledge'> };
  cursors: Pick<LogCursors, 'write'>;
  clock: Pick<Clock, 'wait'>;
  log: Pick<Log, 'warn'>;
}

/** How often the cursor is written at most, and how long a server that is shut down waits for it. */
const intervalMs = 500;

/**
 * Events first, then the cursor, then the position to the database. With nothing to publish the position goes on too,
 * because the database keeps its log from there; it stands in the cursor first all the same: a slot beyond its cursor is
 * one that somebody else has moved on or made anew.
 */
export class CursorKeeper {
  readonly #options: CursorKeeperOptions;
  /** Streams whose topic was recreated, until all keys are published again. */
  readonly #republishing = new Set<string>();
  /** To be written next; null where nothing has come since. */
  #due: Lsn | null = null;

  constructor(options: CursorKeeperOptions) {
    this.#options = options;
  }

  /** Everything up to here is published. */
  reached(position: Lsn): void {
    this.#due = position;
  }

  /** Until all is answered the cursor tells of a load that has not ended: whoever takes over meanwhile begins it anew. */
  republishing(stream: string, isUnderWay: boolean): void {
    if (isUnderWay) this.#republishing.add(stream);
    else this.#republishing.delete(stream);
    this.#due ??= this.#options.slot.cursor.position;
  }

  /** Until the signal fires. Never throws: what cannot be written is tried again. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.wait(intervalMs, signal);
      const due = this.#due ?? this.#idlePosition();
      if (due !== null) await this.#write(due);
    }
  }

  #idlePosition(): Lsn | null {
    const { slot } = this.#options;
    const { reached } = slot.log.position();
    return reached > slot.cursor.position ? reached : null;
  }

  async #write(position: Lsn): Promise<void> {
    const { slot, cursors, log } = this.#options;
    this.#due = null;
    try {
      const firstLoad = this.#republishing.size > 0 ? 'running' : 'done';
      slot.cursor = { ...slot.cursor, position, firstLoad };
      await cursors.write(slot.cursor);
      slot.log.acknowledge(position);
    } catch (error) {
      this.#due ??= position;
      log.warn({ err: error }, 'the cursor was not written, trying again');
    }
  }
}
