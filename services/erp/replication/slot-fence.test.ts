/** Doubles: both clocks, and the server with what it has heard. */
import { expect, it } from '@jest/globals';
import type { ErpPool } from '../pool.ts';
import { SlotFence } from './slot-fence.ts';

const timeoutMs = 60_000;
type Heard = { heard_at: number | null; may_see: boolean } | 'gone' | Error;

function fenceOf(options: { timeoutMs?: number } = {}) {
  const time = { wallMs: 1_000_000, monotonicMs: 5_000 };
  const asked: unknown[][] = [];
  const waits: { ms: number; go: () => void }[] = [];
  const server: { heard: Heard } = { heard: { heard_at: null, may_see: true } };
  const pool = {
    onCall: () => undefined,
    query: async (_text: string, values: unknown[]) => {
      asked.push(values);
      const { heard } = server;
      await Promise.resolve();
      if (heard instanceof Error) throw heard;
      return { rows: heard === 'gone' ? [] : [heard] };
    },
  };
  const fence = new SlotFence({
    sender: { pid: 41, timeoutMs: options.timeoutMs ?? timeoutMs },
    pool: pool as unknown as ErpPool,
    monotonicMs: () => time.monotonicMs,
    clock: {
      now: () => time.wallMs,
      wait: (ms, signal) =>
        new Promise<void>((go) => {
          waits.push({ ms, go });
          signal?.addEventListener('abort', () => go());
        }),
    },
  });
  const over = new AbortController();
  const watching = fence.watch(over.signal);
  const settled = async () => {
    const before = waits.length;
    while (waits.length === before) await new Promise(setImmediate);
  };
  const pass = (ms: number) => {
    time.wallMs += ms;
    time.monotonicMs += ms;
  };
  return {
    fence,
    time,
    server,
    asked,
    waits,
    over,
    watching,
    pass,
    first: settled,
    /** The question after the next pause, answered so. */
    next: async (heard: Heard) => {
      server.heard = heard;
      const answered = settled();
      waits.at(-1)!.go();
      await answered;
    },
  };
}

it('holds for half the time-out after the server has heard of us', async () => {
  const one = fenceOf();
  await one.first();
  expect(one.asked).toEqual([[41]]);
  // Before the first report nothing is learnt: what counts is when the reading began.
  one.pass(29_999);
  expect(one.fence.isCurrent()).toBe(true);
  await one.next({ heard_at: one.time.wallMs - 10_000, may_see: true });
  one.pass(19_999);
  expect(one.fence.isCurrent()).toBe(true);
  one.pass(1);
  expect(one.fence.isCurrent()).toBe(false);
  // A clock of the database that is ahead promises nothing.
  await one.next({ heard_at: one.time.wallMs + 60_000, may_see: true });
  one.pass(29_999);
  expect(one.fence.isCurrent()).toBe(true);
  one.pass(1);
  expect(one.fence.isCurrent()).toBe(false);
});

it.each(['wallMs', 'monotonicMs'] as const)('falls by either clock: %s', async (clock) => {
  const one = fenceOf();
  await one.first();
  await one.next({ heard_at: one.time.wallMs, may_see: true });
  one.time[clock] += 30_000;
  expect(one.fence.isCurrent()).toBe(false);
});

it('believes its own question where the role may not see more', async () => {
  const one = fenceOf();
  await one.first();
  one.pass(20_000);
  await one.next({ heard_at: null, may_see: false });
  one.pass(29_999);
  expect(one.fence.isCurrent()).toBe(true);
});

it('learns nothing from a question that fails, and asks on', async () => {
  const one = fenceOf();
  await one.first();
  await one.next(new Error('no answer'));
  expect(one.fence.isCurrent()).toBe(true);
  one.pass(30_000);
  expect(one.fence.isCurrent()).toBe(false);
  await one.next({ heard_at: one.time.wallMs, may_see: true });
  expect(one.fence.isCurrent()).toBe(true);
});

it.each<[string, Heard]>([
  ['the process of the server is gone', 'gone'],
  ['the server goes down', Object.assign(new Error('shutdown'), { code: '57P01', severity: 'FATAL' })],
])('is over where %s', async (_why, heard) => {
  const one = fenceOf();
  await one.first();
  await one.next(heard);
  expect(one.fence.isCurrent()).toBe(false);
  one.waits.at(-1)!.go();
  await one.watching;
});

it('is over at once when it is told so, whatever is under way', async () => {
  const one = fenceOf();
  await one.first();
  one.over.abort();
  expect(one.fence.isCurrent()).toBe(false);
  await one.watching;
  expect(one.asked).toHaveLength(1);
});

it.each([
  [60_000, 5_000],
  [20_000, 2_000],
  [Infinity, 5_000],
])('asks often for a time-out of %d ms: each %d ms', async (given, everyMs) => {
  const one = fenceOf({ timeoutMs: given });
  await one.first();
  expect(one.waits.map(({ ms }) => ms)).toEqual([everyMs]);
  one.over.abort();
  await one.watching;
});
