import { cursors } from '../../schemas/topics.ts';
import type { Cursor, StreamState } from '../../schemas/types.ts';
import type { Place } from '../erp/sources/change-source.ts';
import { readToEnd } from '../platform/kafka/read-to-end.ts';
import type { Bus } from '../platform/kafka/types.ts';
import type { Clock } from '../platform/clock.ts';

/** How far the source of changes is published, what that position belongs to, and how far each stream is loaded. */
export interface SourceCursor extends Place {
  epoch: number;
  streams: StreamState[];
  /** When it was written, by the clock of whoever did, epoch milliseconds. */
  updatedAt?: number;
}

/**
 * The cursor of the source on `cartage.cursors`, one for the instance. Its key does not say what is read: under another
 * slot, or another database, it is the same topics that go on, and their epoch must not fall.
 */
export class SourceCursors {
  readonly #bus: Bus;
  readonly #instance: string;
  readonly #clock: Clock;
  /** Under names of before, to be taken away when the one of now is written. */
  #former: string[] = [];

  constructor(bus: Bus, instance: string, clock: Clock) {
    this.#bus = bus;
    this.#instance = instance;
    this.#clock = clock;
  }

  async read(): Promise<SourceCursor | null> {
    const key = `erp-ingester/${this.#instance}`;
    let own: Cursor | null = null;
    // As it was called before: with the name of the slot.
    let former: Cursor | null = null;
    this.#former = [];
    await readToEnd(this.#bus, cursors, ({ key: found, value }) => {
      if (found === key) own = value;
      else if (value !== null && found.startsWith(`${key}/`)) {
        former = later(former, value);
        this.#former.push(found);
      }
    });
    return asSourceCursor(own ?? former);
  }

  /** Resolves when the broker has it. */
  async write({
    position,
    slot,
    systemId,
    tables,
    seenTo = null,
    epoch,
    streams,
  }: SourceCursor): Promise<void> {
    await this.#bus.publish(cursors, {
      value: {
        process: 'erp-ingester',
        source: this.#instance,
        position,
        slot,
        systemId,
        tables,
        seenTo,
        epoch,
        firstLoad: null,
        streams,
        updatedAt: this.#clock.now(),
      },
    });
    const former = this.#former;
    this.#former = [];
    await Promise.all(former.map((key) => this.#bus.tombstone(cursors, key)));
  }
}

function later(one: Cursor | null, other: Cursor): Cursor {
  return one !== null && one.updatedAt > other.updatedAt ? one : other;
}

function asSourceCursor(cursor: Cursor | null): SourceCursor | null {
  if (cursor?.systemId == null) return null;
  const { position, slot, systemId, tables, seenTo, epoch, streams, updatedAt } = cursor;
  return { position, slot, systemId, tables, seenTo, epoch, streams, updatedAt };
}
