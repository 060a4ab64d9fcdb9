import { describe, expect, it } from '@jest/globals';
import type { Database } from '../../replication/slot.ts';
import { openMetrics } from '../../../platform/telemetry/metrics.ts';
import { keepSlotLag } from './slot-watch.ts';

/** What the gauges say after each answer of the database, which is asked once for each. */
async function seenAfter(answers: ({ retained: number; unconfirmed: number } | 'no slot' | Error)[]) {
  const metrics = openMetrics('erp-ingester', 'us');
  const left = [...answers];
  const over = new AbortController();
  const seen: (readonly (number | undefined)[])[] = [];
  const waitedMs = new Set<number>();
  const database = {
    query: async () => {
      await Promise.resolve();
      const answer = left.shift()!;
      if (answer instanceof Error) throw answer;
      return { rows: answer === 'no slot' ? [] : [answer] };
    },
  } as unknown as Database;
  const wait = async (ms: number) => {
    const values = [metrics.slotRetained, metrics.slotLag].map(async (gauge) => (await gauge.get()).values);
    seen.push((await Promise.all(values)).map(([only]) => only?.value));
    waitedMs.add(ms);
    if (left.length === 0) over.abort();
  };
  await keepSlotLag({ database, slot: 'cartage', metrics, clock: { wait } }, over.signal);
  return { seen, waitedMs: [...waitedMs] };
}

describe('the lag of the slot', () => {
  it('is what the database says, every 30 s, with what it keeps on its disk apart', async () => {
    const { seen, waitedMs } = await seenAfter([
      { retained: 71_000_000, unconfirmed: 0 },
      { retained: 72_000_000, unconfirmed: 900 },
    ]);
    expect(seen).toEqual([
      [71_000_000, 0],
      [72_000_000, 900],
    ]);
    expect(waitedMs).toEqual([30_000]);
  });

  it('is unknown, not 0 and not the last one, while the database cannot be asked or has no such slot', async () => {
    const { seen } = await seenAfter([
      { retained: 71_000_000, unconfirmed: 5 },
      new Error('connection terminated'),
      'no slot',
      { retained: 1, unconfirmed: 1 },
    ]);
    expect(seen).toEqual([
      [71_000_000, 5],
      [NaN, NaN],
      [NaN, NaN],
      [1, 1],
    ]);
  });
});
