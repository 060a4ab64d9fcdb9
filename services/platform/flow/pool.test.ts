/** Real: the pool, its alarm, the breaker. Doubles: readers of which each has a number of pieces of work to do. */
import { describe, expect, it } from '@jest/globals';
import { openMetrics } from '../telemetry/metrics.ts';
import { shown } from '../telemetry/testing/shown.ts';
import { Breaker } from './outcome/breaker.ts';
import { Pool } from './pool.ts';
import { policyOf } from './testing/context.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const policy = policyOf({ retryInitialMs: 100, retryMaxMs: 1_000, breakerFailures: 1 });
const workMs = 10;

class Reader {
  closed = false;
  size: number;
  dueAt: number | null = null;
  woken = 0;
  readonly name: string;

  constructor(name: string, size: number) {
    this.name = name;
    this.size = size;
  }

  wake(): number | null {
    this.woken += 1;
    return this.dueAt;
  }
}

function poolOf(concurrency = 1) {
  const clock = new VirtualClock();
  const metrics = openMetrics('test', 'us');
  const breaker = new Breaker(policy, () => 1);
  const startedAt = clock.now();
  const begun: string[] = [];
  const limits = { concurrency, isPaused: false };
  const pool = new Pool<Reader>({
    context: { clock, metrics },
    flow: { name: 'plains', concurrency: () => limits.concurrency },
    breaker,
    isPaused: () => limits.isPaused,
    next: (readers) => {
      const reader = readers.find(({ size, dueAt }) => size > 0 && (dueAt ?? 0) <= clock.now());
      if (!reader) return null;
      reader.size -= 1;
      return {
        readers: [reader],
        run: async () => {
          begun.push(`${reader.name} ${clock.now() - startedAt}`);
          await clock.wait(workMs);
          breaker.succeeded();
        },
      };
    },
  });
  return { clock, metrics, breaker, begun, limits, pool, startedAt };
}

describe('a pool', () => {
  it('has as much in work as may be, and begins the next when one has ended', async () => {
    const { clock, begun, limits, pool } = poolOf(2);
    pool.open(new Reader('a', 3));
    pool.pump();
    await clock.pass(5);
    expect(begun).toEqual(['a 0', 'a 0']);
    limits.concurrency = 1;
    pool.pump();
    await clock.pass(30);
    expect(begun).toEqual(['a 0', 'a 0', 'a 10']);
  });

  it('begins nothing while it is paused, and what is in work ends', async () => {
    const { clock, begun, limits, pool } = poolOf();
    pool.open(new Reader('a', 3));
    pool.pump();
    limits.isPaused = true;
    await clock.pass(100);
    expect(begun).toEqual(['a 0']);
    limits.isPaused = false;
    pool.pump();
    await clock.pass(5);
    expect(begun).toEqual(['a 0', 'a 100']);
  });

  it('serves first whom it served longest ago', async () => {
    const { clock, begun, pool } = poolOf();
    for (const name of ['a', 'b']) pool.open(new Reader(name, 2));
    pool.pump();
    await clock.pass(100);
    expect(begun).toEqual(['a 0', 'b 10', 'a 20', 'b 30']);
  });

  it('begins what is delayed when the first of it is due', async () => {
    const { clock, begun, pool, startedAt } = poolOf();
    const [late, later] = [new Reader('late', 1), new Reader('later', 1)];
    late.dueAt = startedAt + 50;
    later.dueAt = startedAt + 80;
    for (const reader of [later, late]) pool.open(reader);
    pool.pump();
    await clock.pass(60);
    expect(begun).toEqual(['late 50']);
    late.dueAt = null;
    await clock.pass(60);
    expect(begun).toEqual(['late 50', 'later 80']);
  });

  it('asks nobody again when nothing is due any more', async () => {
    const { clock, pool, startedAt } = poolOf();
    const reader = pool.open(new Reader('a', 0));
    reader.dueAt = startedAt + 50;
    pool.pump();
    reader.dueAt = null;
    pool.pump();
    await clock.pass(1_000);
    expect(reader.woken).toBe(2);
  });

  it('begins nothing while the breaker is open, then one try, and the rest when that has succeeded', async () => {
    const { clock, breaker, begun, pool, startedAt } = poolOf(3);
    pool.open(new Reader('a', 3));
    breaker.failed(startedAt, { needsOperator: false, retryAfterMs: 0 });
    pool.pump();
    await clock.pass(99);
    expect(begun).toEqual([]);
    await clock.pass(50);
    expect(begun).toEqual(['a 100', 'a 110', 'a 110']);
  });

  it('forgets the partition that is closed, and shows what the others have pending', async () => {
    const { metrics, pool } = poolOf(0);
    const [gone] = [new Reader('a', 3), new Reader('b', 4)].map((reader) => pool.open(reader));
    pool.pump();
    expect(await shown(metrics.pending)).toEqual({ plains: 7 });
    gone!.closed = true;
    pool.pump();
    expect([await shown(metrics.pending), gone!.woken]).toEqual([{ plains: 4 }, 1]);
  });

  it('begins nothing more when it is stopped', async () => {
    const { clock, begun, pool, startedAt } = poolOf();
    const reader = pool.open(new Reader('a', 1));
    reader.dueAt = startedAt + 50;
    pool.pump();
    pool.stop();
    expect(clock.waits).toBe(0);
    pool.pump();
    await clock.pass(100);
    expect([begun, reader.woken]).toEqual([[], 1]);
  });
});
