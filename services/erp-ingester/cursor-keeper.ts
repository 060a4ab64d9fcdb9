import type { StreamState } from '../../schemas/types.ts';
import type { OpenSource, Place } from '../erp/sources/change-source.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { SourceCursors } from './cursor.ts';

export interface CursorKeeperOptions {
  source: Pick<OpenSource, 'idlePosition' | 'acknowledge'>;
  /** As the cursor is to have it now; the position is where the source was opened. */
  place: () => Place;
  epoch: number;
  /** How far each stream is, as of now. */
  streams: () => StreamState[];
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
 * one that somebody else has moved on or made anew. A stream that has to ask all keys is in the cursor with, or before,
 * the position behind the change that made it so.
 */
export class CursorKeeper {
  readonly #options: CursorKeeperOptions;
  #position: string;
  /** To be written next; null where nothing has come since. */
  #due: string | null = null;
  #isChanged = false;
  #writtenAt: number;

  constructor(options: CursorKeeperOptions) {
    this.#options = options;
    this.#position = options.place().position;
    this.#writtenAt = options.clock.now();
  }

  /** Everything up to here is published, or told by the state of a stream. */
  reached(position: string): void {
    this.#due = position;
  }

  /** The state of a stream is another one. */
  changed(): void {
    this.#isChanged = true;
  }

  /** Until the signal fires. Never throws: what cannot be written is tried again. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.wait(intervalMs, signal);
      const due = this.#due ?? this.#options.source.idlePosition();
      if (due !== null) await this.#tryToWrite(due);
      else if (this.#isChanged || this.#isBeatDue()) await this.#tryToWrite(this.#position);
    }
  }

  /** As things stand now, before anything else. Throws what the broker throws. */
  async write(position = this.#position): Promise<void> {
    const { place, cursors, epoch, streams } = this.#options;
    this.#isChanged = false;
    await cursors.write({ ...place(), position, epoch, streams: streams() });
    this.#position = position;
    this.#writtenAt = this.#options.clock.now();
  }

  #isBeatDue(): boolean {
    const { clock, isCaughtUp } = this.#options;
    return clock.now() - this.#writtenAt >= beatMs && isCaughtUp();
  }

  async #tryToWrite(position: string): Promise<void> {
    const { source, log } = this.#options;
    this.#due = null;
    try {
      await this.write(position);
      source.acknowledge(position);
    } catch (error) {
      this.#due ??= position;
      log.warn({ err: error }, 'the cursor was not written, trying again');
    }
  }
}
