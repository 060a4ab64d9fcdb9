import type { OpenSource } from '../erp/sources/change-source.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { SourceCursor, SourceCursors } from './cursor.ts';

export interface CursorKeeperOptions {
  source: Pick<OpenSource, 'idlePosition' | 'acknowledge'>;
  cursor: SourceCursor;
  cursors: Pick<SourceCursors, 'write'>;
  /** Nothing that the source has told is still to be published, and the source is heard of. */
  isCaughtUp: () => boolean;
  clock: Clock;
  log: Pick<Log, 'warn'>;
}

/** How often the cursor is written at most, and how long a server that is shut down waits for it. */
const intervalMs = 500;
/** Where nothing changes the cursor says so this often: who reads it knows that what was published still holds. */
const beatMs = 60_000;

/**
 * Events first, then the cursor, then the position to the source. With nothing to publish the position goes on too,
 * because a database keeps its log from there; it stands in the cursor first all the same: a slot beyond its cursor is
 * one that somebody else has moved on or made anew.
 */
export class CursorKeeper {
  readonly #options: CursorKeeperOptions;
  /** Streams whose topic was recreated, until all keys are published again. */
  readonly #republishing = new Set<string>();
  /** To be written next; null where nothing has come since. */
  #due: string | null = null;
  #cursor: SourceCursor;
  #writtenAt: number;

  constructor(options: CursorKeeperOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
    this.#writtenAt = options.clock.now();
  }

  /** Everything up to here is published. */
  reached(position: string): void {
    this.#due = position;
  }

  /** Until all is answered the cursor tells of a load that has not ended: whoever takes over meanwhile begins it anew. */
  republishing(stream: string, isUnderWay: boolean): void {
    if (isUnderWay) this.#republishing.add(stream);
    else this.#republishing.delete(stream);
    this.#due ??= this.#cursor.position;
  }

  /** Until the signal fires. Never throws: what cannot be written is tried again. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.wait(intervalMs, signal);
      const due = this.#due ?? this.#options.source.idlePosition() ?? this.#beat();
      if (due !== null) await this.#write(due);
    }
  }

  #beat(): string | null {
    const { clock, isCaughtUp } = this.#options;
    return clock.now() - this.#writtenAt >= beatMs && isCaughtUp() ? this.#cursor.position : null;
  }

  async #write(position: string): Promise<void> {
    const { source, cursors, log } = this.#options;
    this.#due = null;
    try {
      const firstLoad = this.#republishing.size > 0 ? 'running' : 'done';
      this.#cursor = { ...this.#cursor, position, firstLoad };
      await cursors.write(this.#cursor);
      this.#writtenAt = this.#options.clock.now();
      source.acknowledge(position);
    } catch (error) {
      this.#due ??= position;
      log.warn({ err: error }, 'the cursor was not written, trying again');
    }
  }
}
