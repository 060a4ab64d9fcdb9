import type { Clock } from '../../../platform/clock.ts';
import type { ChangePart, Gap, OpenSource, Place } from '../change-source.ts';
import type { Change, Row } from '../changes.ts';
import type { HeldLease } from '../source-lease.ts';
import { readPosition, writePosition } from './place.ts';
import type { PollPosition } from './place.ts';
import type { PollReader } from './poll-reader.ts';
import { PollWindow, textOf } from './poll-window.ts';
import type { PolledRow } from './poll-window.ts';
import { orderOf, timeOf } from './versions.ts';
import type { Overlap, RowVersion } from './versions.ts';

export interface HeldPollingOptions {
  reader: PollReader;
  /** Tables that have a version. */
  polled: readonly string[];
  /** All that the streams watch. */
  watched: readonly string[];
  overlap: Overlap;
  intervalMs: number;
  compareEveryMs: number;
  clock: Clock;
}

/** How many times in one overlap a poll looks back by all of it. */
const deepPollsPerOverlap = 10;
/** How far the others look back, besides two intervals: versions may be whole seconds. */
const shallowMs = 2_000;

/**
 * The tables while this process polls them. Most polls look back a little: what a long transaction wrote is seen by those
 * that look back by the whole overlap, which come less often, because the ERP reads all of it each time.
 */
export class HeldPolling implements OpenSource {
  readonly place: Place;
  readonly gaps: readonly Gap[];
  /** What is polled is heard, or the poll fails. */
  readonly deaf: OpenSource['deaf'] = new Map();
  readonly fence: HeldLease['fence'];
  readonly fenceFallsWithinMs: number;
  readonly #options: HeldPollingOptions;
  readonly #lease: HeldLease;
  readonly #closed = new AbortController();
  readonly #windows: ReadonlyMap<string, PollWindow>;
  readonly #deepEveryMs: number;
  #comparedAt: number;
  #deepAt = 0;

  constructor(options: HeldPollingOptions, lease: HeldLease, place: Place, gaps: readonly Gap[]) {
    this.#options = options;
    this.#lease = lease;
    this.place = place;
    this.gaps = gaps;
    this.fence = lease.fence;
    this.fenceFallsWithinMs = lease.fallsWithinMs;
    const { versions, comparedAt } = readPosition(place);
    this.#comparedAt = comparedAt;
    const { overlap, intervalMs } = options;
    this.#deepEveryMs = Math.max(intervalMs, overlap.overlapMs / deepPollsPerOverlap);
    // A transaction of just the overlap must still be in reach of the poll after its end.
    const reach = { ...overlap, overlapMs: overlap.overlapMs + this.#deepEveryMs };
    this.#windows = new Map(
      options.polled.map((table) => [table, new PollWindow(versions[table] ?? null, reach)]),
    );
  }

  async *parts(): AsyncGenerator<ChangePart, void, void> {
    const { clock, intervalMs } = this.#options;
    while (!this.#closed.signal.aborted) {
      let hasTold = false;
      for await (const part of this.#poll()) {
        hasTold = true;
        yield part;
      }
      if (hasTold) yield { ...this.#part(clock.now()), changes: [], end: writePosition(this.#position()) };
      await clock.wait(intervalMs, this.#closed.signal);
    }
  }

  acknowledge(): void {
    // Nobody forgets what was read.
  }

  idlePosition(): string | null {
    return null;
  }

  watch(signal: AbortSignal): Promise<void> {
    return this.#lease.watch(signal);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#lease.release();
  }

  /** Everything that has a newer version, table by table; and all, when it is time. */
  async *#poll(): AsyncGenerator<ChangePart, void, void> {
    const { reader, polled, watched, compareEveryMs } = this.#options;
    const nowMs = await reader.now();
    if (nowMs - this.#comparedAt >= compareEveryMs) {
      const changes = watched.map((table) => ({ table, kind: 'untold' as const, old: null, new: null }));
      yield { ...this.#part(nowMs), changes, end: null };
      this.#comparedAt = nowMs;
    }
    // Also where its clock was set back.
    const isDeep = nowMs >= this.#deepAt || nowMs < this.#deepAt - this.#deepEveryMs;
    for (const table of polled) yield* this.#pollTable(table, nowMs, isDeep);
    if (isDeep) this.#deepAt = nowMs + this.#deepEveryMs;
  }

  async *#pollTable(table: string, nowMs: number, isDeep: boolean): AsyncGenerator<ChangePart, void, void> {
    const { reader, overlap, intervalMs } = this.#options;
    const window = this.#windows.get(table)!;
    const overlapMs = Math.min(overlap.overlapMs, 2 * intervalMs + shallowMs);
    const from = isDeep ? window.from() : window.from({ ...overlap, overlapMs });
    let newest: RowVersion | null = null;
    for await (const page of reader.pages(table, from)) {
      // Whoever closes in the middle has not seen the rest, and tells none of it as seen.
      if (this.#closed.signal.aborted) return;
      for (const { version } of page)
        if (newest === null || orderOf(version) > orderOf(newest)) newest = version;
      yield* this.#told(table, window.changed(page), nowMs);
    }
    window.ended(newest, nowMs);
  }

  *#told(table: string, rows: readonly PolledRow[], nowMs: number): Generator<ChangePart, void, void> {
    const { reader } = this.#options;
    const partOf = (together: readonly PolledRow[]) => ({
      ...this.#part(oldest(together, nowMs)),
      changes: together.map((row) => changeOf(table, row)),
      end: null,
    });
    if (reader.markOf) for (const row of rows) yield { ...partOf([row]), mark: reader.markOf(row) };
    else if (rows.length > 0) yield partOf(rows);
  }

  #part(occurredAt: number): Pick<ChangePart, 'mark' | 'position' | 'occurredAt'> {
    return { mark: 'seen', position: new Date(this.#options.clock.now()).toISOString(), occurredAt };
  }

  #position(): PollPosition {
    const versions = Object.fromEntries([...this.#windows].map(([table, { newest }]) => [table, newest]));
    return { versions, comparedAt: this.#comparedAt };
  }
}

/** What a row was before nobody says: a key that it left is found when all is compared. */
function changeOf(table: string, { columns }: PolledRow): Change {
  const texts = Object.entries(columns).map(([name, value]) => [name, value === null ? null : textOf(value)]);
  return { table, kind: 'update', old: null, new: Object.fromEntries(texts) as Row };
}

/** When the oldest of them changed; a version that is a number says nothing of it. */
function oldest(rows: readonly PolledRow[], nowMs: number): number {
  return Math.min(nowMs, ...rows.map(({ version }) => timeOf(version) ?? nowMs));
}
