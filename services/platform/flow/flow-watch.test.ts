import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PartitionLag } from '../kafka/types.ts';
import { openMetrics } from '../telemetry/metrics.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { watchFlow } from './flow-watch.ts';
import { contextOf } from './testing/context.ts';
import { RecordingBus } from './testing/recording-bus.ts';
import { settled } from './testing/virtual-clock.ts';

let bus: RecordingBus;
let metrics: Metrics;
/** What the broker answers; null: nothing, for ever. */
let partitions: PartitionLag[] | Error | null;
let isReady: boolean;
let questions: number;
let watch: { stop(): void };
/** What was logged. */
let lines: { left: number; perSecond: number; endsInSeconds: number | null }[];

const of = (partition: number, committed: number | null, end: number) => ({
  topic: 'erp.stock',
  partition,
  committed,
  end,
});

beforeEach(async () => {
  bus = new RecordingBus();
  metrics = openMetrics('inventory-applier', 'us');
  isReady = true;
  questions = 0;
  partitions = [of(0, 10, 10), of(3, 5, 25)];
});

async function start() {
  const log = { info: (fields: object) => lines.push(fields as never), warn: () => 0, error: () => 0 };
  lines = [];
  const context = { ...contextOf({ bus, clock: bus.clock }), metrics, log } as never;
  const lag = async (): Promise<PartitionLag[]> => {
    questions += 1;
    await settled();
    if (partitions === null) return new Promise(() => undefined);
    if (partitions instanceof Error) throw partitions;
    return partitions;
  };
  watch = watchFlow(context, { name: 'stock' }, [{ topic: 'erp.stock' }], {
    ready: () => isReady,
    lag,
  });
  await pass(1);
}

async function pass(ms: number) {
  await bus.clock.pass(ms);
  // The last answer is on its way.
  await settled();
  await settled();
}

const lags = async () =>
  (await metrics.lag.get()).values.map(
    ({ labels, value }) => `${labels.topic}[${labels.partition}] ${value}`,
  );
const progressAgoSeconds = async () => {
  const [only] = (await metrics.lastProgress.get()).values;
  return Math.round(bus.clock.now() / 1000 - only!.value);
};

describe('the lag of a flow', () => {
  it('is what its partitions hold beyond what is finished, asked every 30 s', async () => {
    await start();
    expect(await lags()).toEqual(['erp.stock[0] 0', 'erp.stock[3] 20']);
    partitions = [of(0, 10, 12), of(3, 25, 25)];
    await pass(29_000);
    expect(questions).toBe(1);
    await pass(1_000);
    expect(await lags()).toEqual(['erp.stock[0] 2', 'erp.stock[3] 0']);
  });

  it('is not what is finished behind one that waits, and that others are finished is progress', async () => {
    partitions = [{ ...of(0, 10, 30), doneAbove: 15 }];
    await start();
    expect(await lags()).toEqual(['erp.stock[0] 5']);
    partitions = [{ ...of(0, 10, 40), doneAbove: 29 }];
    await pass(30_000);
    expect([await lags(), await progressAgoSeconds()]).toEqual([['erp.stock[0] 1'], 0]);
  });

  it('is all of a partition of which nothing was ever finished', async () => {
    partitions = [of(0, null, 7)];
    await start();
    expect(await lags()).toEqual(['erp.stock[0] 7']);
  });

  it('is told of the partitions held now alone, and of none after the end', async () => {
    await start();
    partitions = [of(3, 5, 25)];
    await pass(30_000);
    expect(await lags()).toEqual(['erp.stock[3] 20']);
    watch.stop();
    await settled();
    expect(await lags()).toEqual([]);
  });

  it.each([
    ['the broker refuses to say', () => (partitions = new Error('not the leader'))],
    ['the broker does not answer', () => (partitions = null)],
    ['the group is being joined anew', () => (isReady = false)],
  ])('is unknown, not 0 and not the last one, while %s', async (_what, happens) => {
    await start();
    happens();
    await pass(45_000);
    expect(await lags()).toEqual(['erp.stock[0] NaN', 'erp.stock[3] NaN']);
    isReady = true;
    partitions = [of(0, 10, 10)];
  });

  it('is asked again soon while it is unknown, but not a second time before the first answer', async () => {
    partitions = new Error('no leader');
    await start();
    await pass(2_500);
    expect(questions).toBe(2);
    partitions = null;
    await pass(120_000);
    expect(questions).toBe(3);
  });
});

describe('a backlog', () => {
  it('is told with its pace and its end, from a thousand records on', async () => {
    partitions = [of(0, 0, 6_000)];
    await start();
    partitions = [of(0, 3_000, 6_000)];
    await pass(30_000);
    await pass(30_000);
    partitions = [of(0, 5_500, 6_000)];
    await pass(30_000);
    const told = lines.map(({ left, perSecond, endsInSeconds }) => [left, perSecond, endsInSeconds]);
    expect(told.slice(-2)).toEqual([
      [3_000, 100, 30],
      [3_000, 0, null],
    ]);
  });
});

describe('the last progress', () => {
  it('moves with what is finished, and while nothing waits', async () => {
    partitions = [of(0, 0, 100)];
    await start();
    partitions = [of(0, 1, 100)];
    await pass(30_000);
    expect(await progressAgoSeconds()).toBe(0);
    partitions = [of(0, 100, 100)];
    await pass(600_000);
    expect(await progressAgoSeconds()).toBe(0);
  });

  it('stands while records wait and none is finished, and while nothing is known', async () => {
    partitions = [of(0, 7, 100)];
    await start();
    await pass(300_000);
    partitions = new Error('no leader');
    await pass(300_000);
    expect(await progressAgoSeconds()).toBe(600);
  });

  it('is the start of a flow that has never finished a record', async () => {
    isReady = false;
    await start();
    await pass(60_000);
    expect(await progressAgoSeconds()).toBe(60);
  });
});

describe('what a flow shows from its start on', () => {
  it('is 0 of everything that an alert counts', async () => {
    await start();
    const records = (await metrics.records.get()).values;
    expect(records).toContainEqual({
      labels: { flow: 'stock', topic: 'erp.stock', status: 'rejected' },
      value: 0,
    });
    expect(records.every(({ value }) => value === 0)).toBe(true);
    for (const metric of [metrics.breaker, metrics.pending, metrics.coalesced])
      expect((await metric.get()).values).toEqual([{ labels: { flow: 'stock' }, value: 0 }]);
    for (const metric of [metrics.retries, metrics.breakerOpens])
      expect((await metric.get()).values).toEqual([{ labels: { flow: 'stock', code: 'bug' }, value: 0 }]);
    for (const metric of [metrics.eventAge, metrics.handling]) {
      const { values } = await metric.get();
      const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
      expect(counts.map(({ value }) => value)).toEqual([0]);
    }
  });
});
