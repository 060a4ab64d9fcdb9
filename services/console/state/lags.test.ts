import { expect, it } from '@jest/globals';
import type { PartitionLag } from '../../platform/kafka/types.ts';
import { systemClock } from '../../platform/clock.ts';
import { Defect } from '../../platform/errors.ts';
import { VirtualClock } from '../../platform/flow/testing/virtual-clock.ts';
import { Lags } from './lags.ts';

const partition = (topic: string, committed: number | null, end: number): PartitionLag => ({
  topic,
  partition: 0,
  committed,
  end,
});

it('sums partitions per topic, keeps the last answer while the broker is away, and says so', async () => {
  let answer: () => PartitionLag[] = () => [
    partition('a', 5, 9),
    partition('a', null, 2),
    partition('b', null, 3),
  ];
  let changes = 0;
  const lags = new Lags({
    admin: { lag: () => Promise.resolve().then(() => answer()) },
    sources: [{ group: 'g', topics: ['a', 'b'] }],
    clock: systemClock,
    intervalMs: 1,
    onChange: () => (changes += 1),
  });
  expect(lags.of('g', 'a')).toBeNull();
  await lags.poll();
  expect(lags.of('g', 'a')).toEqual({ records: 6, started: true });
  expect(lags.of('g', 'b')).toEqual({ records: 3, started: false });
  await lags.poll();
  expect(changes).toBe(1);

  answer = () => {
    throw new Defect('no broker');
  };
  await lags.poll();
  expect(lags.of('g', 'a')).toEqual({ records: 6, started: true });
  expect(lags.unhealthyReason()).toContain('no broker');
  expect(changes).toBe(2);
});

it('what one request that is to be served later holds back is no lag that grows', async () => {
  const clock = new VirtualClock();
  let end = 10;
  const lags = new Lags({
    admin: { lag: async () => [{ ...partition('a', 5, end), doneAbove: end - 6 }] },
    sources: [{ group: 'g', topics: ['a'] }],
    clock,
    intervalMs: 1,
    onChange: () => undefined,
  });
  for (; end < 200; end += 10) {
    await lags.poll();
    await clock.pass(10_000);
  }
  expect(lags.of('g', 'a')).toEqual({ records: 1, started: true });
  expect(lags.outlook('g', 'a', null)).toEqual({ drainMs: null, isGrowing: false, targetBreaksInMs: null });
});
