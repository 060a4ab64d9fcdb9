/**
 * Source of changes: tables that are asked again and again for what has a newer version. Rows that are deleted have none,
 * so from time to time all is compared: each watched table counts as untold then, and its streams are asked for all keys.
 *
 * It stands on this: what a poll has seen, a question that is asked later of the same server sees too. So it says nothing
 * of when it happened (its marks are `seen`), and must not read from another server than the questions do.
 */
import { Rejected, Unavailable } from '../../../platform/errors.ts';
import type { ChangeSource, Gap, OpenSource, Place } from '../change-source.ts';
import type { SourceLease } from '../source-lease.ts';
import { HeldPolling } from './held-polling.ts';
import type { HeldPollingOptions } from './held-polling.ts';
import { hasFallen, readPosition, readShapes, writePosition, writeShapes } from './place.ts';
import type { PollPosition, TableShapes } from './place.ts';
import { notAfter } from './versions.ts';

export interface PollingOptions extends HeldPollingOptions {
  lease: SourceLease;
  onClose?: () => Promise<void>;
}

export class PollingSource implements ChangeSource {
  readonly #options: PollingOptions;

  constructor(options: PollingOptions) {
    this.#options = options;
  }

  async open(known: Place | null, onGap: (gap: Gap) => Promise<void>): Promise<OpenSource> {
    const { lease } = this.#options;
    const held = await lease.take();
    try {
      const now = await this.#placeNow();
      const gaps = known === null ? [] : gapsOf(known, now);
      for (const gap of gaps) await onGap(gap);
      return new HeldPolling(this.#options, held, known === null ? now : continued(known, now, gaps), gaps);
    } catch (error) {
      await held.release();
      // What is wrong with a table is wrong for a person to mend, and no record is to blame.
      throw error instanceof Rejected ? new Unavailable(error.fault, { needsOperator: true }) : error;
    }
  }

  async close(): Promise<void> {
    await this.#options.onClose?.();
  }

  /** As if all up to here were read: taken before anything is asked. */
  async #placeNow(): Promise<Place> {
    const { reader, polled } = this.#options;
    const nowMs = await reader.now();
    const versions: PollPosition['versions'] = {};
    const shapes: TableShapes = {};
    for (const table of polled) {
      shapes[table] = await reader.shape(table);
      const newest = await reader.newest(table);
      // Left out where nobody can say.
      if (newest !== undefined) versions[table] = newest === null ? null : notAfter(newest, nowMs);
    }
    return {
      position: writePosition({ versions, comparedAt: nowMs }),
      slot: null,
      systemId: await reader.identify(),
      tables: writeShapes(shapes),
    };
  }
}

/** A table whose newest version has fallen was restored, or lost its newest rows: it is read anew, alone. */
function gapsOf(known: Place, now: Place): Gap[] {
  if (known.systemId !== now.systemId)
    return [{ reason: 'the ERP database is another one than before, or was restored', tables: null }];
  const [before, after] = [readPosition(known).versions, readPosition(now).versions];
  const [shapesBefore, shapes] = [readShapes(known), readShapes(now)];
  const altered = Object.keys(shapes).filter((table) => shapes[table] !== shapesBefore[table]);
  const fallen = Object.keys(after).filter((table) => hasFallen(before[table], after[table]));
  return [
    ...(altered.length > 0 ? [{ reason: `columns of ${altered.join(', ')} changed`, tables: altered }] : []),
    ...(fallen.length > 0
      ? [{ reason: `the newest version of ${fallen.join(', ')} is older than before`, tables: fallen }]
      : []),
  ];
}

/** Goes on where it stood; of the tables with a gap, from now. */
function continued(known: Place, now: Place, gaps: readonly Gap[]): Place {
  if (gaps.some(({ tables }) => tables === null)) return now;
  const [before, after] = [readPosition(known), readPosition(now)];
  const anew = gaps.flatMap(({ tables }) => tables ?? []);
  const versions = { ...after.versions };
  for (const [table, version] of Object.entries(before.versions))
    // One that is not polled any more is forgotten.
    if (table in readShapes(now) && !anew.includes(table)) versions[table] = version;
  return { ...now, position: writePosition({ versions, comparedAt: before.comparedAt }) };
}
