/** Real: the comparison, its rounds, the reading of the topic. Doubles: broker, clock, shop. */
import { describe, expect, it } from '@jest/globals';
import { stock } from '../../../schemas/topics.ts';
import type { SourceItem } from '../../magento/source-items.ts';
import { stockSection } from '../../platform/config/sections/stock.ts';
import { LeaseLost, assertCurrent } from '../../platform/fence.ts';
import { RecordingBus, readBack } from '../../platform/flow/testing/recording-bus.ts';
import type { PartitionLag } from '../../platform/kafka/types.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { Turns } from '../../platform/turns.ts';
import { Comparison } from './comparison.ts';
import { askingAgain, asserting } from './corrections.ts';

const config = stockSection.parse({
  sources: { W1: 'main', W2: 'east', W3: 'west' },
  warehouses: { W1: { whenOld: 'zero' }, W3: { whenOld: { buffer: 2 } } },
});

function worldOf() {
  const bus = new RecordingBus();
  const { broker, clock } = bus;
  const rows = new Map<string, SourceItem>();
  const asked: string[] = [];
  const reads: string[] = [];
  const startedAt = clock.now();
  const living = askingAgain(config, (topic, keys, reason) => {
    asked.push(...keys.map((key) => `${topic} ${key} ${reason}`));
    return Promise.resolve();
  });
  const writes: string[] = [];
  const old = asserting({
    config,
    turns: new Turns(),
    batchSize: () => 2,
    subscription: { leases: () => [{ partition: 0, isCurrent: () => world.isHeld }] as never },
    sourceItems: {
      write: async (items) => {
        assertCurrent('stock');
        await readBack();
        if (world.refusal) throw world.refusal;
        for (const item of items) rows.set(`${item.sourceCode}/${item.sku}`, item);
        writes.push(
          items.map(({ sku, quantity, status }) => `${sku}=${Number(quantity)}/${status}`).join(' '),
        );
      },
    },
  });
  const world = {
    bus,
    writes,
    isOld: false,
    isHeld: true,
    refusal: null as Error | null,
    broker,
    clock,
    rows,
    asked,
    reads,
    callMs: 0,
    /** What is finished, where that is not all. */
    finished: null as number | null,
    products: new Set<string>(),
    onRead: () => undefined as void,
    send: (source: string, sku: string, quantity: string, partition = 0) => {
      const key = `${source}/${sku}`;
      const version = { epoch: 1, number: 1 };
      const value = {
        source,
        sku,
        quantity,
        sellable: true,
        deleted: false,
        twin: null,
        backorders: null,
        buffer: null,
        occurredAt: null,
        version,
      };
      broker.append(stock, key, { ...value, sourceKey: '{}' }, partition);
    },
    put: (sourceCode: string, sku: string, quantity: string, status: 0 | 1 = 1) => {
      rows.set(`${sourceCode}/${sku}`, { sku, sourceCode, quantity, status });
    },
    options: {
      bus,
      clock,
      magento: {
        sourceItems: {
          read: async ({ skus, sourceCode }: { skus: readonly string[]; sourceCode?: string }) => {
            reads.push(`${skus.length} of ${sourceCode} after ${(clock.now() - startedAt) / 1000} s`);
            await clock.wait(world.callMs);
            world.onRead();
            await readBack();
            return skus.flatMap((sku) => rows.get(`${sourceCode}/${sku}`) ?? []);
          },
        },
        products: {
          existing: (skus: readonly string[]) =>
            Promise.resolve(new Map(skus.filter((sku) => world.products.has(sku)).map((sku) => [sku, {}]))),
        },
      } as never,
      subscription: {
        lag: (): Promise<PartitionLag[]> => {
          const end = broker.end(stock.topic);
          return Promise.resolve([
            { topic: stock.topic, partition: 0, committed: world.finished ?? end, end },
          ]);
        },
      },
      correction: () => (world.isOld ? old : living),
      metrics: openMetrics('test', 'test'),
    },
    run: async (keysMax = 1_000) => {
      const running = new Comparison({ ...world.options, keysMax }).run(new AbortController().signal);
      let result: Awaited<typeof running> | null = null;
      void running.then((found) => (result = found));
      await clock.pass(60_000);
      return result;
    },
  };
  return world;
}

describe('the shop’s stock, compared with what was written', () => {
  it('is asked for again where it differs in number or status, or is gone', async () => {
    const { send, put, products, run, asked } = worldOf();
    for (const sku of ['same', 'sold', 'closed', 'gone', 'zero']) send('W1', sku, '5');
    send('W1', 'zero', '0');
    send('W2', 'same', '2');
    put('main', 'same', '5.0000');
    put('main', 'sold', '3');
    put('main', 'closed', '5', 0);
    put('east', 'same', '2');
    products.add('gone');
    expect(await run()).toEqual({ same: 3, differing: 3, inFlight: 0 });
    expect(asked).toEqual(['sold', 'closed', 'gone'].map((sku) => `erp.stock W1/${sku} differs in the shop`));
  });

  it('is compared in full where there are more keys than are held at once', async () => {
    const { send, put, run } = worldOf();
    for (let sku = 0; sku < 60; sku += 1) {
      send('W1', `S${sku}`, '5');
      put('main', `S${sku}`, '5');
    }
    expect(await run(9)).toEqual({ same: 60, differing: 0, inFlight: 0 });
  });

  it('is left alone where the product is not there, or the record could not be written: that is held', async () => {
    const { send, put, run, asked } = worldOf();
    send('W1', 'no product', '5');
    send('W9', 'no source', '5');
    send('W1', 'too much', '100000000');
    // Also where one of before could.
    put('main', 'grown', '3');
    send('W1', 'grown', '5');
    send('W1', 'grown', '100000000');
    expect(await run()).toEqual({ same: 1, differing: 0, inFlight: 0 });
    expect(asked).toEqual([]);
  });

  it('is no difference while a record is in flight, or comes as the shop is read', async () => {
    const world = worldOf();
    world.send('W1', 'a', '5');
    world.send('W1', 'b', '5');
    world.finished = 1;
    world.put('main', 'a', '4');
    world.put('main', 'b', '4');
    world.onRead = () => world.send('W1', 'a', '4');
    expect(await world.run()).toEqual({ same: 0, differing: 0, inFlight: 2 });
    expect(world.asked).toEqual([]);
  });

  it('is that of the partitions held here alone', async () => {
    const { send, products, run, asked } = worldOf();
    products.add('other');
    send('W1', 'other', '5', 1);
    expect(await run()).toEqual({ same: 0, differing: 0, inFlight: 0 });
    expect(asked).toEqual([]);
  });

  it('is read a hundred SKUs at a time, one call after the other, for a tenth of the time', async () => {
    const world = worldOf();
    for (let sku = 0; sku < 250; sku += 1) world.send('W1', `S${sku}`, '0');
    world.callMs = 2_000;
    await world.run();
    expect(world.reads).toEqual(['100 of main after 0 s', '100 of main after 20 s', '50 of main after 40 s']);
  });
});

describe('stock of which the ERP has told too long ago', () => {
  it('is zero or lower where the rule of its warehouse says so, and asked for again when the ERP is back', async () => {
    const world = worldOf();
    for (const [source, code] of [
      ['W1', 'main'],
      ['W2', 'east'],
      ['W3', 'west'],
    ] as const)
      for (const sku of ['a', 'b', 'c']) {
        world.send(source, sku, '5');
        world.put(code, sku, '5');
      }
    world.isOld = true;
    expect(await world.run()).toEqual({ same: 0, differing: 6, inFlight: 0 });
    expect(world.writes).toEqual(['a=0/0 b=0/0', 'c=0/0', 'a=3/1 b=3/1', 'c=3/1']);
    // What is as it should be is not written again.
    expect(await world.run()).toEqual({ same: 6, differing: 0, inFlight: 0 });
    world.isOld = false;
    expect(await world.run()).toEqual({ same: 3, differing: 6, inFlight: 0 });
    expect([world.writes.length, world.asked.length]).toEqual([4, 6]);
  });

  it('is not written by whoever has lost its partition, nor what the ERP told of meanwhile', async () => {
    const world = worldOf();
    world.send('W1', 'a', '5');
    world.put('main', 'a', '5');
    world.isOld = true;
    world.onRead = () => world.send('W1', 'a', '7');
    expect(await world.run()).toEqual({ same: 0, differing: 0, inFlight: 1 });
    world.onRead = () => undefined;
    world.isHeld = false;
    const running = new Comparison(world.options).run(new AbortController().signal).catch((error) => error);
    await world.clock.pass(1_000);
    expect(await running).toBeInstanceOf(LeaseLost);
    expect(world.writes).toEqual([]);
  });

  it('fails the round when the shop refuses it: the next one tries again', async () => {
    const world = worldOf();
    world.send('W1', 'a', '5');
    world.put('main', 'a', '5');
    world.isOld = true;
    world.refusal = new Error('no shop');
    const running = new Comparison(world.options).run(new AbortController().signal);
    const failing = expect(running).rejects.toThrow('no shop');
    await world.clock.pass(1_000);
    await failing;
    expect(world.writes).toEqual([]);
  });
});
