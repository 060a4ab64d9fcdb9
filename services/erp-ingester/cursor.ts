import { cursors } from '../../schemas/topics.ts';
import type { Cursor } from '../../schemas/types.ts';
import { formatLsn, parseLsn } from '../erp/replication/lsn.ts';
import type { Lsn } from '../erp/replication/lsn.ts';
import { readToEnd } from '../platform/kafka/read-to-end.ts';
import type { Bus } from '../platform/kafka/types.ts';
import type { Clock } from '../platform/clock.ts';

/** How far the ERP's log is published, and what that position belongs to. */
export interface LogCursor {
  position: Lsn;
  slot: string;
  systemId: string;
  /** How the watched tables stood (`tableState`); null in a cursor that was written before that was kept. */
  tables: string | null;
  epoch: number;
  firstLoad: 'running' | 'done';
}

/** The cursor of the ERP's log on `cartage.cursors`. */
export class LogCursors {
  readonly #bus: Bus;
  readonly #source: string;
  readonly #clock: Clock;

  constructor(bus: Bus, source: string, clock: Clock) {
    this.#bus = bus;
    this.#source = source;
    this.#clock = clock;
  }

  async read(): Promise<LogCursor | null> {
    let found: Cursor | null = null;
    await readToEnd(this.#bus, cursors, ({ key, value }) => {
      if (key === `erp-ingester/${this.#source}`) found = value;
    });
    return asLogCursor(found);
  }

  /** Resolves when the broker has it. */
  async write(cursor: LogCursor): Promise<void> {
    await this.#bus.publish(cursors, {
      value: {
        ...cursor,
        process: 'erp-ingester',
        source: this.#source,
        position: formatLsn(cursor.position),
        updatedAt: this.#clock.now(),
      },
    });
  }
}

function asLogCursor(cursor: Cursor | null): LogCursor | null {
  if (cursor?.slot == null || cursor.systemId == null) return null;
  return {
    position: parseLsn(cursor.position),
    slot: cursor.slot,
    systemId: cursor.systemId,
    tables: cursor.tables,
    epoch: cursor.epoch,
    firstLoad: cursor.firstLoad === 'done' ? 'done' : 'running',
  };
}
