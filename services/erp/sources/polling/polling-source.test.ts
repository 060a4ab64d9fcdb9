import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../platform/flow/testing/virtual-clock.ts';
import type { ChangePart, Gap, OpenSource, Place } from '../change-source.ts';
import type { PolledRow } from './poll-window.ts';
import { PollingSource } from './polling-source.ts';
import type { PollReader } from './poll-reader.ts';
import { orderOf } from './versions.ts';

/** Tables that a test changes. */
class Tables implements PollReader {
  system = 'one';
  shapes: Record<string, string> = { item: 'a', move: 'a' };
  readonly rows: Record<string, PolledRow[]> = { item: [], move: [] };
  markOf?: (row: PolledRow) => string;
  readonly #clock: VirtualClock;
  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }
  put(table: string, id: string, version: string, more: object = {}): void {
    const others = this.rows[table]!.filter((row) => row.id !== id);
    this.rows[table] = [...others, { id, version, columns: { id, version, ...more } }];
  }
  identify = () => Promise.resolve(this.system);
  now = () => Promise.resolve(this.#clock.now());
  shape = (table: string) => Promise.resolve(this.shapes[table]!);
  newest = (table: string) => Promise.resolve(this.#sorted(table).at(-1)?.version ?? null);
  async *pages(table: string, from: string | null) {
    await Promise.resolve();
    for (const row of this.#sorted(table))
      if (from === null || orderOf(row.version) >= orderOf(from)) yield [row];
  }
  #sorted(table: string) {
    return this.rows[table]!.toSorted((a, b) => (orderOf(a.version) < orderOf(b.version) ? -1 : 1));
  }
}

function pollingOf(options: { compareEveryMs?: number } = {}) {
  const clock = new VirtualClock();
  const tables = new Tables(clock);
  const log: string[] = [];
  const source = new PollingSource({
    reader: tables,
    polled: ['item', 'move'],
    watched: ['item', 'move', 'rate'],
    overlap: { overlapMs: 60_000, overlapCount: 5 },
    intervalMs: 1_000,
    compareEveryMs: options.compareEveryMs ?? 3_600_000,
    clock,
    lease: {
      take: () => {
        log.push('taken');
        return Promise.resolve({
          fence: { isCurrent: () => true },
          fallsWithinMs: 0,
          watch: () => new Promise<void>(() => undefined),
          release: () => Promise.resolve(void log.push('released')),
        });
      },
    },
  });
  return { clock, tables, log, source };
}

const noGap = () => Promise.resolve();

/** What the next polls tell, up to so many ends. */
async function told(held: OpenSource, clock: VirtualClock, polls = 1) {
  const rows: string[] = [];
  const ends: string[] = [];
  const marks: string[] = [];
  const parts = held.parts()[Symbol.asyncIterator]();
  for (
    let next: Promise<IteratorResult<ChangePart>> = parts.next();
    ends.length < polls;
    next = parts.next()
  ) {
    const waiting = { isOver: false };
    void next.then(() => (waiting.isOver = true));
    while (!waiting.isOver) await clock.pass(200);
    const part = (await next).value as ChangePart;
    for (const { table, kind, new: row } of part.changes)
      rows.push(kind === 'untold' ? `${table} untold` : `${table} ${row?.id}`);
    if (part.changes.length > 0) marks.push(part.mark);
    if (part.end !== null) ends.push(part.end);
  }
  return { rows, marks, place: { ...held.place, position: ends.at(-1)! } };
}

describe('polling', () => {
  it('tells what is new, once, and goes on where it stopped less the overlap after a restart', async () => {
    const { source, tables, clock } = pollingOf();
    tables.put('item', '1', '100');
    const held = await source.open(null, noGap);
    tables.put('item', '2', '101');
    tables.put('move', '7', '5');
    const first = await told(held, clock);
    // The overlap brings the one of before again.
    expect(first.rows).toEqual(['item 1', 'item 2', 'move 7']);
    await held.close();
    tables.put('item', '3', '120');
    const again = await source.open(first.place, noGap);
    expect(again.gaps).toEqual([]);
    expect((await told(again, clock)).rows).toEqual(['item 1', 'item 2', 'item 3', 'move 7']);
  });

  it('looks back far now and then, for what was committed long after it was written', async () => {
    const { source, tables, clock } = pollingOf();
    const at = (secondsAgo: number) => new Date(clock.now() - secondsAgo * 1_000).toISOString();
    tables.put('item', '1', at(0));
    const backS: number[] = [];
    const pages = tables.pages.bind(tables);
    tables.pages = (table, from) => {
      if (table === 'item' && from !== null) backS.push((clock.now() - Date.parse(from)) / 1_000);
      return pages(table, from);
    };
    const held = await source.open(null, noGap);
    const rows: string[] = [];
    const reading = (async () => {
      for await (const { changes } of held.parts())
        for (const { new: row } of changes) rows.push(String(row?.id));
    })();
    await clock.pass(500);
    // Written 55 s ago by a transaction that ends now.
    tables.put('item', '2', at(55));
    await clock.pass(2_000);
    expect(rows).toEqual(['1']);
    await clock.pass(6_000);
    expect(rows).toEqual(['1', '2']);
    const far = backS.filter((seconds) => seconds > 60).length;
    expect([far, backS.length - far]).toEqual([2, 7]);
    await held.close();
    await reading;
  });

  it('reads a table that was empty from its beginning', async () => {
    const { source, tables, clock } = pollingOf();
    const { place } = await source.open(null, noGap);
    tables.put('move', '1', '3');
    tables.put('move', '2', '1000');
    expect((await told(await source.open(place, noGap), clock)).rows).toEqual(['move 1', 'move 2']);
  });

  it('counts everything as untold when it is time: nobody tells of a row that is gone', async () => {
    const { source, tables, clock } = pollingOf({ compareEveryMs: 10_000 });
    const held = await source.open(null, noGap);
    const { rows, place } = await told(held, clock);
    expect(rows).toEqual(['item untold', 'move untold', 'rate untold']);
    tables.put('item', '1', '1');
    // A restart does not begin the time anew.
    await clock.pass(9_000);
    expect((await told(await source.open(place, noGap), clock)).rows).toEqual(['item 1']);
  });

  it('marks each row with what its answer must contain, where the reader says so', async () => {
    const { source, tables, clock } = pollingOf();
    tables.markOf = ({ version }) => version;
    const held = await source.open(null, noGap);
    tables.put('item', '1', '7');
    tables.put('item', '2', '8');
    expect((await told(held, clock)).marks).toEqual(['7', '8']);
  });

  const gap = async (change: (tables: Tables) => void) => {
    const { source, tables } = pollingOf();
    tables.put('item', '1', '100');
    const { place } = await source.open(null, noGap);
    change(tables);
    const gaps: Gap[] = [];
    const held = await source.open(place, (found) => Promise.resolve(void gaps.push(found)));
    expect(held.gaps).toEqual(gaps);
    return gaps.map(({ tables: concerned }) => concerned);
  };

  it('knows another system, an altered table, and one whose newest rows are gone', async () => {
    expect(await gap((tables) => (tables.system = 'two'))).toEqual([null]);
    expect(await gap((tables) => (tables.shapes.move = 'b'))).toEqual([['move']]);
    expect(await gap((tables) => tables.put('item', '1', '99'))).toEqual([['item']]);
    expect(await gap((tables) => (tables.rows.item = []))).toEqual([['item']]);
    expect(await gap((tables) => tables.put('item', '1', '101'))).toEqual([]);
  });

  it('goes on from now in a table with a gap, and from where it stood in the others', async () => {
    const { source, tables } = pollingOf();
    tables.put('item', '1', '100');
    const { place } = await source.open(null, noGap);
    tables.put('item', '1', '50');
    tables.put('move', '1', '9');
    const held: { place: Place } = await source.open(place, noGap);
    expect(JSON.parse(held.place.position)).toMatchObject({ versions: { item: '50', move: null } });
  });

  it('gives the lease back when it cannot be opened, and when it is closed', async () => {
    const { source, tables, log } = pollingOf();
    const held = await source.open(null, noGap);
    await held.close();
    tables.identify = () => Promise.reject(new Error('gone'));
    await expect(source.open(null, noGap)).rejects.toThrow('gone');
    expect(log).toEqual(['taken', 'released', 'taken', 'released']);
  });
});
