import { createHash } from 'node:crypto';
import { before, notAfter, orderOf } from './versions.ts';
import type { Overlap, RowVersion } from './versions.ts';

/** A row as a poll found it: all of its columns. */
export interface PolledRow {
  /** Value of its id column, as text. */
  id: string;
  version: RowVersion;
  columns: Readonly<Record<string, unknown>>;
}

/** Rows remembered of one table, about 150 bytes each. Beyond it, rows are told again, which costs a question. */
const rememberedMax = 200_000;

/**
 * Which rows of one table have changed since the last poll.
 *
 * A version is given when a row is written, and seen when its transaction commits: by then later ones may have been seen.
 * So polls look back by the overlap, which must be longer than the longest transaction of the ERP, and what was told of
 * there is remembered. A row counts as told while *all* its columns are as they were: versions are often whole seconds,
 * and transactions that began in the same second give the same one, whichever commits last.
 */
export class PollWindow {
  readonly #overlap: Overlap;
  readonly #told = new Map<string, { order: bigint; digest: string }>();
  #newest: RowVersion | null;

  /** @param newest up to where all was told; null: nothing was, or the table was empty. */
  constructor(newest: RowVersion | null, overlap: Overlap) {
    this.#newest = newest;
    this.#overlap = overlap;
  }

  /** Up to where all is told, but for what the overlap covers. */
  get newest(): RowVersion | null {
    return this.#newest;
  }

  /** Where a poll begins that looks back so far; null: with all there is. */
  from(overlap = this.#overlap): RowVersion | null {
    return this.#newest === null ? null : before(this.#newest, overlap);
  }

  /** Of rows of a poll those that were not told, or have changed since. */
  changed(rows: readonly PolledRow[]): PolledRow[] {
    return rows.filter((row) => {
      const digest = digestOf(row.columns);
      if (this.#told.get(row.id)?.digest === digest) return false;
      if (this.#told.size < rememberedMax) this.#told.set(row.id, { order: orderOf(row.version), digest });
      return true;
    });
  }

  /** A poll has ended, and this was the newest row that it saw. @param nowMs of the database. */
  ended(newest: RowVersion | null, nowMs: number): void {
    if (newest !== null) {
      const seen = notAfter(newest, nowMs);
      if (this.#newest === null || orderOf(seen) > orderOf(this.#newest)) this.#newest = seen;
    }
    const from = this.from();
    if (from === null) return;
    const oldest = orderOf(from);
    for (const [id, { order }] of this.#told) if (order < oldest) this.#told.delete(id);
  }
}

/** A value of a column as the watches take it. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function digestOf(columns: Readonly<Record<string, unknown>>): string {
  return createHash('sha1').update(JSON.stringify(columns)).digest('base64');
}
