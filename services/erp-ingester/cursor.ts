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
}

/** The cursor of the source on `cartage.cursors`. */
export class SourceCursors {
  readonly #bus: Bus;
  readonly #source: string;
  readonly #clock: Clock;

  constructor(bus: Bus, source: string, clock: Clock) {
    this.#bus = bus;
    this.#source = source;
    this.#clock = clock;
  }

  async read(): Promise<SourceCursor | null> {
    let found: Cursor | null = null;
    await readToEnd(this.#bus, cursors, ({ key, value }) => {
      if (key === `erp-ingester/${this.#source}`) found = value;
    });
    return asSourceCursor(found);
  }

  /** Resolves when the broker has it. */
  async write({ position, slot, systemId, tables, epoch, streams }: SourceCursor): Promise<void> {
    await this.#bus.publish(cursors, {
      value: {
        process: 'erp-ingester',
        source: this.#source,
        position,
        slot,
        systemId,
        tables,
        epoch,
        firstLoad: null,
        streams,
        updatedAt: this.#clock.now(),
      },
    });
  }
}

function asSourceCursor(cursor: Cursor | null): SourceCursor | null {
  if (cursor?.systemId == null) return null;
  const { position, slot, systemId, tables, epoch, streams } = cursor;
  return { position, slot, systemId, tables, epoch, streams };
}
