/** How far a round tells that it is. Doubles: what publishes its rows, a clock, and an ERP that gives ten rows at a time. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { contextOf } from '../platform/flow/testing/context.ts';
import type { Line } from '../platform/flow/testing/context.ts';
import { VirtualClock } from '../platform/flow/testing/virtual-clock.ts';
import { openMetrics } from '../platform/telemetry/metrics.ts';
import { RecordedSpans } from '../platform/telemetry/testing/recorded-spans.ts';
import { newDirt } from './dirt.ts';
import { Round } from './round.ts';
import { StreamLoad } from './stream-load.ts';
import { aLoaded, aStream } from './testing/stream.ts';

let clock: VirtualClock;
let lines: Line[];
const metrics = openMetrics('erp-ingester', 'us');
beforeEach(() => {
  clock = new VirtualClock();
  lines = [];
  metrics.roundEnd.reset();
  metrics.roundRows.reset();
});

interface World {
  liveRecords?: number;
  expectedRows?: () => Promise<number | null>;
  rows?: number;
  unseen?: number;
}

function roundOf({ liveRecords = 0, expectedRows = async () => null, rows = 30, unseen = 0 }: World = {}) {
  let guesses = 0;
  const newer: string[][] = [];
  const take = { fails: null as Error | null };
  const stream = aStream(
    'stock',
    {},
    {
      isOrdered: true,
      expectedRows: () => {
        guesses += 1;
        return expectedRows();
      },
      askAll: async function* () {
        for (let row = 100; row < 100 + rows; row += 10) {
          await clock.wait(5_000);
          yield {
            version: 1n,
            rows: Array.from({ length: 10 }, (_none, index) => ({ id: String(row + index) })),
          };
        }
      },
    },
  );
  const load = new StreamLoad('stock', stream.digest, {
    ...aLoaded(stream),
    loading: 'a table was truncated',
  });
  const published = {
    count: 0,
    unreadable: new Set<string>(),
    take: async (_answer: object, keys: Pick<ReadonlySet<string>, 'has'>) => {
      await Promise.resolve();
      if (take.fails) throw take.fails;
      newer.push(['100', '115'].filter((key) => keys.has(key)));
    },
    unseenCount: () => unseen,
    openKeys: () => [],
  };
  const dirt = newDirt();
  const round = new Round({
    stream,
    load,
    dirt,
    context: { ...contextOf({ bus: {} as never, clock, lines }), metrics },
    publisher: { beginRound: () => published, liveRecords } as never,
  });
  const start = async () => {
    while (await round.next());
  };
  const run = async () => {
    const running = start();
    await clock.pass(60_000);
    await running;
  };
  return { round, load, dirt, start, run, newer, take, guesses: () => guesses };
}

const endsInSeconds = async () => (await metrics.roundEnd.get()).values[0]!.value - clock.now() / 1_000;

describe('a round of all keys', () => {
  it('tells its rows and its end with each chunk, and in the log every ten seconds', async () => {
    const { round, load, dirt, start } = roundOf({ liveRecords: 100 });
    let answered = 0;
    dirt.onAnswered = [() => (answered += 1)];
    const running = start();
    await clock.pass(5_000);
    // Ten rows in five seconds, and ninety to come.
    expect([(await metrics.roundRows.get()).values[0]!.value, await endsInSeconds()]).toEqual([10, 45]);
    expect(lines).toEqual([]);
    await clock.pass(10_000);
    await running;
    expect(lines).toMatchObject([
      {
        message: 'asking all keys',
        fields: {
          reason: 'a table was truncated',
          rows: 20,
          rowsExpected: 100,
          rowsPerSecond: 2,
          expectedEnd: new Date(clock.now() - 5_000 + 40_000).toISOString(),
          goesOnAfterRestart: true,
        },
      },
    ]);
    round.ended();
    expect([await endsInSeconds(), answered]).toEqual([NaN, 1]);
    expect(load.state).toMatchObject({ rowsExpected: 30, roundAt: clock.now() - 15_000, loadedTo: null });
    expect(lines.at(-1)).toMatchObject({
      message: 'all keys answered',
      fields: { records: 30, durationMs: 15_000 },
    });
  });

  it('expects as many rows as the topic has records, else what whoever is asked guesses, else nothing', async () => {
    const known = roundOf({ liveRecords: 7, expectedRows: async () => 50 });
    await known.run();
    expect([known.load.state.rowsExpected, known.guesses()]).toEqual([7, 0]);
    // More came than was thought: it was over with the last of them.
    expect(await endsInSeconds()).toBe(-45);
    const guessed = roundOf({ expectedRows: async () => 50 });
    await guessed.run();
    expect([guessed.load.state.rowsExpected, guessed.guesses()]).toEqual([50, 1]);
    const unknown = roundOf({ expectedRows: () => Promise.reject(new Error('no right to ask')) });
    await unknown.run();
    expect([unknown.load.state.rowsExpected, unknown.guesses(), await endsInSeconds()]).toEqual([
      null,
      1,
      NaN,
    ]);
  });

  it('is no further than what the broker has: a chunk that was not published is asked again', async () => {
    const { round, load, take, newer } = roundOf();
    take.fails = new Error('no broker');
    const failing = expect(round.next()).rejects.toThrow('no broker');
    await clock.pass(5_000);
    await failing;
    expect([load.state.rows, load.state.loadedTo]).toEqual([0, null]);
    take.fails = null;
    const again = round.next();
    await clock.pass(5_000);
    expect([await again, load.state.rows, load.state.loadedTo, newer.length]).toEqual([true, 10, '108', 1]);
    await round.close();
  });

  it('publishes each chunk under one span', async () => {
    const spans = new RecordedSpans();
    const { run } = roundOf();
    await run();
    expect(spans.ended('ask all erp.stock').map(({ attributes }) => attributes['cartage.rows'])).toEqual([
      10, 10, 10,
    ]);
  });

  it('leaves alone what was answered since its moment, and knows of nothing newer before that', async () => {
    const { round, start, newer } = roundOf();
    round.answered(['100']);
    const running = start();
    await clock.pass(5_000);
    round.answered(['115']);
    await clock.pass(10_000);
    await running;
    expect(newer).toEqual([[], ['115'], ['115']]);
  });

  it.each([
    ['nothing is gone', { liveRecords: 1_000, unseen: 0 }, null],
    ['some are, of few', { liveRecords: 60, unseen: 49 }, null],
    ['a twentieth is, of many', { liveRecords: 1_000, unseen: 50 }, null],
    ['more are', { liveRecords: 1_000, unseen: 51 }, 51],
    ['fifty are, of fewer', { liveRecords: 900, unseen: 50 }, 50],
    ['one is, and nothing came', { liveRecords: 1, unseen: 1, rows: 0 }, 1],
  ])('where %s: so many wait for a person', async (_what, world, expected) => {
    const { round, run } = roundOf(world);
    await run();
    expect(round.suspicious()).toBe(expected);
  });
});
