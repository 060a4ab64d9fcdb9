import { cursors } from '../../schemas/topics.ts';
import type { Cursor } from '../../schemas/types.ts';
import type { Place } from '../erp/sources/change-source.ts';
import { readToEnd } from '../platform/kafka/read-to-end.ts';
import type { Bus } from '../platform/kafka/types.ts';
import type { Clock } from '../platform/clock.ts';

/** How far the source of changes is published, and what that position belongs to. */
export interface SourceCursor extends Place {
  epoch: number;
  firstLoad: 'running' | 'done';
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
  async write(cursor: SourceCursor): Promise<void> {
    await this.#bus.publish(cursors, {
      value: {
        ...cursor,
        process: 'erp-ingester',
        source: this.#source,
        updatedAt: this.#clock.now(),
      },
    });
  }
}

function asSourceCursor(cursor: Cursor | null): SourceCursor | null {
  if (cursor?.systemId == null) return null;
  return {
    position: cursor.position,
    slot: cursor.slot,
    systemId: cursor.systemId,
    tables: cursor.tables,
    epoch: cursor.epoch,
    firstLoad: cursor.firstLoad === 'done' ? 'done' : 'running',
  };
}
