import { setTimeout as sleep } from 'node:timers/promises';
import { Meter } from '../cdc/meter.ts';
import { percentile } from '../study.ts';
import type { Figures } from '../study.ts';
import { stock } from '../../../schemas/topics.ts';
import { startChild } from '../child.ts';
import type { ShopLoad, StockChange, StockLine } from './line.ts';

export interface Sizes {
  /** SKUs that drain at the shop's pace. */
  skus: number;
  changesEach: number;
  /** SKUs that drain while others are sold out. */
  drainingSkus: number;
  soldOut: number;
  /** Of so many SKUs as drain. */
  events: number;
}

type Row = Figures['rows'][number];

const withinMs = 600_000;
/** Of the process that drains many events. */
const memoryMb = 256;
const pace: ShopLoad = { latencyMs: 200, connections: 8, rowsPerCall: 100 };

const skuOf = (index: number) => `SKU-${String(index).padStart(7, '0')}`;

/** One change of each SKU, never to zero. */
function* round(skus: number, quantity: number): Generator<StockChange> {
  for (let index = 0; index < skus; index += 1) yield { sku: skuOf(index), quantity: quantity + 1 };
}

/** How near it comes to what the shop bears: C connections, B rows a call, L for each answer. */
export async function atTheShopsPace(line: StockLine, { skus }: Sizes): Promise<Row[]> {
  const { latencyMs, connections, rowsPerCall } = pace;
  const mostPerSecond = (connections * rowsPerCall * 1000) / latencyMs;
  const rowOf = (which: string, perSecond: number, goal: string): Row => ({
    scene: `${connections} connections, ${rowsPerCall} rows, ${latencyMs} ms: ${which}`,
    unit: 'rows/s',
    value: Math.round(perSecond),
    'at most': mostPerSecond,
    ratio: Number((perSecond / mostPerSecond).toFixed(2)),
    goal,
  });
  await line.publish(round(skus, 1));
  const applier = await line.startApplier(pace);
  await line.drained(withinMs);
  const first = steadyRate((await line.shop.journal()).writes, 0);
  await line.shop.latency(latencyMs);
  await line.publish(round(skus, 2));
  const publishedAt = Date.now();
  await line.drained(withinMs);
  const again = steadyRate((await line.shop.journal()).writes, publishedAt);
  await applier.stop();
  return [rowOf('SKUs asked for first', first, ''), rowOf('SKUs known', again, 'ratio 0.95')];
}

/**
 * From a moment on, when all is there that is to be written, without the first and the last tenth of the calls: how it
 * begins and ends is another figure.
 */
function steadyRate(writes: readonly { at: number; rows: number }[], since: number): number {
  const all = writes.filter(({ at }) => at >= since);
  const middle = all.slice(Math.floor(all.length * 0.1), Math.ceil(all.length * 0.9));
  const rows = middle.slice(1).reduce((sum, write) => sum + write.rows, 0);
  return (rows * 1000) / (middle.at(-1)!.at - middle[0]!.at);
}

/** Rows written where each SKU changed several times while nobody wrote. */
export async function collapsed(line: StockLine, { skus, changesEach }: Sizes): Promise<Row[]> {
  for (let change = 1; change <= changesEach; change += 1) await line.publish(round(skus, 10 * change));
  const applier = await line.startApplier({ ...pace, latencyMs: 50 });
  await line.drained(withinMs);
  const { writes } = await line.shop.journal();
  await applier.stop();
  const written = writes.reduce((sum, { rows }) => sum + rows, 0);
  return [
    {
      scene: `${skus} SKUs, ${changesEach} changes each, one round after the other`,
      unit: 'rows',
      value: written,
      'at most': skus,
      ratio: Number((written / skus).toFixed(3)),
      goal: 'ratio 1.05',
    },
  ];
}

/** From the publishing of a selling-out change to its write, while much else is to be written. */
export async function soldOutMeanwhile(line: StockLine, sizes: Sizes): Promise<Row[]> {
  const { drainingSkus, soldOut } = sizes;
  await line.publish(round(drainingSkus, 1_000));
  // Slow enough that it drains for as long as SKUs are sold out.
  const applier = await line.startApplier({ ...pace, latencyMs: 500 });
  const publishedAt = new Map<string, number>();
  while ((await line.shop.journal()).writes.length === 0) await sleep(50);
  for (let index = 0; index < soldOut; index += 1) {
    const sku = skuOf(Math.floor((index * drainingSkus) / soldOut));
    publishedAt.set(sku, Date.now());
    await line.publish([{ sku, quantity: 0 }]);
    await sleep(400);
  }
  const lastAt = Date.now();
  await line.drained(withinMs);
  const { soldOutAt, writes } = await line.shop.journal();
  await applier.stop();
  const unwritten = [...publishedAt.keys()].filter((sku) => soldOutAt[sku] === undefined);
  if (unwritten.length > 0) throw new Error(`sold out and never written: ${unwritten.join(', ')}`);
  const waits = [...publishedAt].map(([sku, at]) => soldOutAt[sku]! - at);
  const after = writes.filter(({ at }) => at > lastAt).reduce((sum, { rows }) => sum + rows, 0);
  return [
    {
      scene: `${soldOut} sold out while ${drainingSkus} SKUs drain (${after} of them after the last)`,
      unit: 'P95 ms',
      value: percentile(waits, 0.95),
      'at most': 10_000,
      ratio: '',
      goal: 'P95 10,000 ms',
    },
  ];
}

/** Many events of few SKUs, a shop that answers at once: what is left is reading. */
export async function drainedAtOnce(line: StockLine, { events, drainingSkus }: Sizes): Promise<Row[]> {
  const rounds = Math.ceil(events / drainingSkus);
  for (let index = 0; index < rounds; index += 1) await line.publish(round(drainingSkus, 2_000 + index));
  const bare = await barePerSecond(line.place.bootstrap, rounds * drainingSkus);
  const startedAt = Date.now();
  const applier = await line.startApplier({ ...pace, latencyMs: 0 });
  const meter = new Meter(applier.pid, applier.pid);
  const drainedAt = await line.drained(withinMs);
  const { cpuMicroseconds, highestRssMb } = meter.read(rounds * drainingSkus);
  const { writes } = await line.shop.journal();
  await applier.stop();
  const perSecond = (rounds * drainingSkus * 1000) / (drainedAt - startedAt);
  return [
    {
      scene: `${rounds * drainingSkus} events of ${drainingSkus} SKUs, ${writes.reduce((sum, { rows }) => sum + rows, 0)} rows written; start included`,
      unit: 'events/s',
      value: Math.round(perSecond),
      'at most': Math.round(bare),
      ratio: Number((perSecond / bare).toFixed(2)),
      goal: `ratio 0.8, ${memoryMb} MB`,
      'CPU µs': cpuMicroseconds,
      'RSS MB': `${highestRssMb}${highestRssMb > memoryMb ? ', TOO MUCH' : ''}`,
    },
  ];
}

async function barePerSecond(bootstrap: string, records: number): Promise<number> {
  const { firstLine, close } = await startChild('stock/bare-consumer.ts', [
    bootstrap,
    stock.topic,
    String(records),
  ]);
  await close();
  return Number(firstLine);
}
