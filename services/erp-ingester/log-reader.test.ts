import { describe, expect, it } from '@jest/globals';
import type { ChangePart } from '../erp/sources/change-source.ts';
import type { Change, Row } from '../erp/sources/changes.ts';
import { contextOf } from '../platform/flow/testing/context.ts';
import { RecordingBus } from '../platform/flow/testing/recording-bus.ts';
import { reportAnswered } from './dirt.ts';
import type { Cause, Dirt } from './dirt.ts';
import { DirtySet } from './dirty-set.ts';
import { LogReader } from './log-reader.ts';
import type { LogReaderOptions } from './log-reader.ts';
import { aStream } from './testing/stream.ts';
import { takenBytes } from './testing/taken-bytes.ts';

const insert = (table: string, row: Record<string, string>): Change => ({
  table,
  kind: 'insert',
  old: null,
  new: row,
});

function partOf(xid: number, changes: Change[], last = true): ChangePart {
  const part = { mark: String(xid), position: String(xid), occurredAt: xid * 1_000, changes };
  return { ...part, ...(last && { shownFrom: xid + 1 }), end: last ? String(xid + 1) : null };
}

function readerOf(options: Partial<LogReaderOptions> = {}) {
  const bus = new RecordingBus();
  const streams = [
    aStream('stock', { watches: [{ table: 'public.move', columns: ['product_id'] }] }),
    aStream('prices', {
      watches: [
        { table: 'public.product', columns: ['id'] },
        { table: 'public.list', columns: null },
      ],
    }),
  ];
  const stock = new DirtySet();
  const askedAll: string[] = [];
  const led: string[] = [];
  const rows: { release(): void }[] = [];
  const runnerOf = (name: string, dirty: DirtySet) => ({
    dirty,
    askAll: (reason: string, dirt?: Dirt) =>
      void askedAll.push(`${name}: ${reason}, ${[...dirt!.marks].join()}`),
    changed: (watch: number, row: Row, cause: Cause) => {
      led.push(`${name} ${watch} ${JSON.stringify(row)} ${cause.mark}`);
      rows.push(cause.transaction!);
    },
  });
  const runners = new Map([
    ['stock', runnerOf('stock', stock)],
    ['prices', runnerOf('prices', new DirtySet())],
  ]);
  const reached: string[] = [];
  const reader = new LogReader({
    streams,
    runners,
    context: contextOf({ bus, clock: bus.clock }),
    onProgress: (end) => reached.push(end),
    ...options,
  });
  return { bus, reader, stock, reached, askedAll, led, rows };
}

async function* partsOf(...parts: ChangePart[]) {
  await Promise.resolve();
  yield* parts;
}

describe('the log reader', () => {
  it('makes keys and rows that lead to keys dirty, and acknowledges when all of them are published', async () => {
    const { reader, stock, reached, led, rows } = readerOf();
    const parts = partsOf(
      partOf(10, [insert('public.move', { product_id: '7' }), insert('public.list', { id: '3' })], false),
      partOf(10, [insert('public.move', { product_id: '7' }), insert('public.move', { product_id: '8' })]),
      partOf(20, [insert('public.other', { id: '1' })]),
    );
    await reader.run(parts, new AbortController().signal);
    const dirty = stock.take(10);
    expect([...dirty.keys()]).toEqual(['7', '8']);
    expect(dirty.get('7')).toMatchObject({
      marks: new Set(['10']),
      position: '10',
      // One part does not say.
      shownFrom: Infinity,
      occurredAt: 10_000,
    });
    expect(dirty.get('8')).toMatchObject({ shownFrom: 11 });
    expect(led).toEqual(['prices 1 {"id":"3"} 10']);
    expect(reached).toEqual([]);
    for (const dirt of dirty.values()) reportAnswered(dirt);
    expect(reached).toEqual([]);
    for (const row of rows) row.release();
    expect(reached).toEqual(['21']);
  });

  it('reads no further while too much waits for an answer, be it one key that changes all the time', async () => {
    let read = 0;
    async function* changes() {
      for (let xid = 10; xid < 1_000; xid += 10) {
        await Promise.resolve();
        read += 1;
        yield partOf(xid, [insert('public.move', { product_id: '7' })]);
      }
    }
    const { bus, reader, stock, reached } = readerOf({ waitingMax: 5 });
    const running = reader.run(changes(), new AbortController().signal);
    await bus.clock.pass(10_000);
    expect([read, stock.size]).toEqual([6, 1]);
    for (let answers = 0; answers < 30; answers += 1) {
      for (const dirt of stock.take(1).values()) reportAnswered(dirt);
      await bus.clock.pass(100);
    }
    await running;
    expect([read, reached.at(-1)]).toEqual([99, '991']);
  });

  it('counts a row that leads to keys for more, the longer it is', async () => {
    const { bus, reader, led } = readerOf({ waitingMax: 5 });
    const ending = new AbortController();
    const parts = ['short', 'long'.repeat(300), 'never read'].map((note, at) =>
      partOf(at + 1, [insert('public.list', { note })]),
    );
    const running = reader.run(partsOf(...parts), ending.signal);
    await bus.clock.pass(1_000);
    expect(led).toHaveLength(2);
    ending.abort();
    await running;
  });

  it('holds a transaction of very many rows as little more than its keys', async () => {
    const keys = 50_000;
    async function* large() {
      for (let first = 0; first < keys; first += 5_000) {
        const ids = Array.from({ length: 5_000 }, (_, at) => String(first + at));
        yield partOf(
          7,
          ids.map((product_id) => insert('public.move', { product_id })),
          first + 5_000 === keys,
        );
      }
    }
    const { reader, stock, reached } = readerOf();
    const before = takenBytes();
    await reader.run(large(), new AbortController().signal);
    // What it has left behind on the way is cleared away a little later.
    let bytes = Infinity;
    for (let looks = 0; looks < 100 && bytes >= 120; looks += 1) {
      await new Promise(setImmediate);
      bytes = (takenBytes() - before) / keys;
    }
    expect(bytes).toBeLessThan(120);
    expect([stock.size, reached]).toEqual([keys, []]);
    for (const dirt of stock.take(keys).values()) reportAnswered(dirt);
    expect(reached).toEqual(['8']);
  });

  it('asks for all keys after a truncate, and holds nothing for it: the cursor tells of it', async () => {
    const { reader, reached, askedAll } = readerOf();
    const truncate = (table: string): Change => ({ table, kind: 'truncate', old: null, new: null });
    await reader.run(
      partsOf(partOf(10, [truncate('public.move'), truncate('public.list')])),
      new AbortController().signal,
    );
    expect(askedAll).toEqual([
      'stock: changes of public.move did not say which keys they are about, 10',
      'prices: changes of public.list did not say which keys they are about, 10',
    ]);
    expect(reached).toEqual(['11']);
  });
});
