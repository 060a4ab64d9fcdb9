/** Real: parking and releases. Doubles: broker, clock, the mappings, the look at the other side. */
import { describe, expect, it } from '@jest/globals';
import { parked, refresh, stock } from '../../../../schemas/topics.ts';
import type { Received } from '../../kafka/types.ts';
import { openParking } from './parking.ts';
import type { Parking } from './parking.ts';
import type { Awaited } from './releases.ts';
import { contextOf } from '../testing/context.ts';
import { RecordingBus } from '../testing/recording-bus.ts';
import { settled } from '../testing/virtual-clock.ts';

/** Mappings that a test changes. */
class TestMappings {
  readonly there = new Set<string>();
  readonly #changed = new Map<string, number>();
  readonly #now: () => number;
  #listener: () => void = () => undefined;
  has = (path: readonly string[]) => this.there.has(path.join('|'));
  changedAt = ([section, mapping]: readonly string[]) => this.#changed.get(`${section}|${mapping}`) ?? 1;
  onChange = (listener: () => void) => void (this.#listener = listener);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A code that is there from now on. */
  add(section: string, mapping: string, code: string): void {
    this.there.add(`${section}|${mapping}|${code}`).add(`${section}|${mapping}`);
    this.#changed.set(`${section}|${mapping}`, this.#now());
    this.#listener();
  }
}

const record = (key: string) =>
  ({
    contract: stock,
    topic: 'erp.stock',
    partition: 0,
    offset: 1,
    key,
    value: null,
    bytes: null,
    eventId: null,
    publishedAt: 1,
    headers: {},
    traceparent: null,
    sizeBytes: 0,
  }) as unknown as Received<never>;

function setUp(awaited: Awaited = {}) {
  const bus = new RecordingBus();
  const mappings = new TestMappings(() => bus.clock.now());
  const context = contextOf({ bus, clock: bus.clock, group: 'cartage.main.inventory-applier', mappings });
  const start = () => openParking(context, { name: 'stock', awaited });
  const hold = (parking: Parking, key: string, waitsFor?: string) =>
    parking.park(
      record(key),
      'held',
      { code: 'c', what: 'w', fix: 'f', ...(waitsFor ? { waitsFor } : {}) },
      1,
    );
  const asked = () => bus.broker.values(refresh).map(({ topic, key, reason }) => [topic, key, reason]);
  return { bus, mappings, start, hold, asked };
}

const wh9 = 'configuration/stock/sources/WH9';

describe('a record held for a mapping', () => {
  it('is asked for again when the mapping is there, and no other is', async () => {
    const { bus, mappings, start, hold, asked } = setUp();
    const parking = await start();
    await hold(parking, 'WH9/A', wh9);
    await hold(parking, 'WH9/B', wh9);
    await hold(parking, 'WH8/A', 'configuration/stock/sources/WH8');
    await hold(parking, 'WH1/A', 'product/A');
    await hold(parking, 'WH1/B');
    await bus.clock.pass(1);
    expect(asked()).toEqual([]);
    mappings.add('stock', 'sources', 'WH9');
    await bus.clock.pass(1);
    expect(asked()).toEqual([
      ['erp.stock', 'WH9/A', 'mapped'],
      ['erp.stock', 'WH9/B', 'mapped'],
    ]);
    await parking.stop();
  });

  it('is asked for by a process that starts with the mapping: the change may have been its restart', async () => {
    const { bus, mappings, start, hold, asked } = setUp();
    const before = await start();
    await hold(before, 'WH9/A', wh9);
    await before.stop();
    await bus.clock.pass(3_600_000);
    mappings.add('stock', 'sources', 'WH9');
    const successor = await start();
    await bus.clock.pass(1);
    expect(asked()).toEqual([['erp.stock', 'WH9/A', 'mapped']]);
    await successor.stop();
  });

  it('is asked for though it was parked after the change: it was in work meanwhile', async () => {
    const { bus, mappings, start, hold, asked } = setUp();
    const parking = await start();
    mappings.add('stock', 'sources', 'WH9');
    await bus.clock.pass(1);
    await hold(parking, 'WH9/A', wh9);
    await bus.clock.pass(60_000);
    expect(asked()).toEqual([['erp.stock', 'WH9/A', 'mapped']]);
    await parking.stop();
  });

  it.each([
    [59_999, 1],
    [60_000, 0],
  ])('that was parked %s ms after the change is asked for %s times', async (afterMs, times) => {
    const { bus, mappings, start, hold, asked } = setUp();
    const parking = await start();
    mappings.add('stock', 'sources', 'WH9');
    await bus.clock.pass(afterMs);
    await hold(parking, 'WH9/A', wh9);
    await bus.clock.pass(180_000);
    expect(asked()).toHaveLength(times);
    await parking.stop();
  });

  it('that the mapping did not help is not asked for for ever, but after the next change', async () => {
    const { bus, mappings, start, hold, asked } = setUp();
    const parking = await start();
    await hold(parking, 'WH9/A', wh9);
    mappings.add('stock', 'sources', 'WH9');
    await bus.clock.pass(1);
    await hold(parking, 'WH9/A', wh9);
    await bus.clock.pass(600_000);
    expect(asked()).toHaveLength(1);
    mappings.add('stock', 'sources', 'WH8');
    await bus.clock.pass(1);
    expect(asked()).toHaveLength(2);
    await parking.stop();
  });

  it('may wait for any change of a mapping, and is not asked for before one', async () => {
    const { bus, mappings, start, hold, asked } = setUp();
    const parking = await start();
    mappings.add('catalog', 'websites', '0');
    await bus.clock.pass(120_000);
    await hold(parking, 'A', 'configuration/catalog/websites');
    await bus.clock.pass(120_000);
    mappings.add('stock', 'sources', 'WH8');
    await bus.clock.pass(120_000);
    expect(asked()).toEqual([]);
    mappings.add('catalog', 'websites', '1');
    await bus.clock.pass(1);
    expect(asked()).toEqual([['erp.stock', 'A', 'mapped']]);
    await parking.stop();
  });

  it('may wait for a code with slashes in it', async () => {
    const { bus, mappings, start, hold, asked } = setUp();
    const parking = await start();
    await hold(parking, 'a', 'configuration/stock/sources/W/H 9');
    mappings.add('stock', 'sources', 'W/H 9');
    await bus.clock.pass(1);
    expect(asked()).toHaveLength(1);
    await parking.stop();
  });
});

describe('a record held for something on the other side', () => {
  it('is asked for within a minute of its being there, and once', async () => {
    const shop = new Set<string>();
    const looks: string[][] = [];
    const { bus, start, hold, asked } = setUp({
      product: (names) => {
        looks.push([...names]);
        return Promise.resolve(new Set(names.filter((name) => shop.has(name))));
      },
    });
    const parking = await start();
    await bus.clock.pass(60_000);
    expect(looks).toEqual([]);
    await hold(parking, 'WH1/A/1', 'product/A/1');
    await hold(parking, 'WH2/A/1', 'product/A/1');
    await hold(parking, 'WH1/B', 'product/B');
    await bus.clock.pass(60_000);
    expect(looks).toEqual([['A/1', 'B']]);
    expect(asked()).toEqual([]);
    shop.add('A/1');
    await bus.clock.pass(60_000);
    expect(asked()).toEqual([
      ['erp.stock', 'WH1/A/1', 'there now'],
      ['erp.stock', 'WH2/A/1', 'there now'],
    ]);
    await bus.clock.pass(540_000);
    expect(asked()).toHaveLength(2);
    // It did not help, or the request was lost.
    await bus.clock.pass(60_000);
    expect(asked()).toHaveLength(4);
    await parking.stop();
  });

  it('is asked for as soon as it is told to have arrived, once for all that came together, also if it is parked later', async () => {
    const shop = new Set<string>();
    const look = (names: readonly string[]) =>
      Promise.resolve(new Set(names.filter((name) => shop.has(name))));
    const { bus, start, hold, asked } = setUp({ product: look, variant: look });
    const parking = await start();
    await bus.clock.pass(1);
    await hold(parking, 'PARENT', 'variant/colour/A/1');
    await hold(parking, 'WH1/A/1', 'product/A/1');
    await hold(parking, 'WH1/B', 'product/B');
    for (const name of ['colour/A/1', 'A/1']) shop.add(name);
    parking.arrived(['product', 'variant'], 'A/1');
    await bus.clock.pass(500);
    parking.arrived(['product', 'variant'], 'C');
    await bus.clock.pass(500);
    expect(asked().map(([, key]) => key)).toEqual(['PARENT', 'WH1/A/1']);
    // It did not help, and is not told again; what is parked for what came before is.
    await hold(parking, 'PARENT', 'variant/colour/A/1');
    shop.add('C');
    await hold(parking, 'WH1/C', 'product/C');
    await bus.clock.pass(5_000);
    expect(asked().slice(2)).toEqual([['erp.stock', 'WH1/C', 'arrived']]);
    await parking.stop();
  });

  it('is asked for also where it waits for the next thing, which comes while many are being asked for', async () => {
    const shop = new Set(['A']);
    const look = (names: readonly string[]) =>
      Promise.resolve(new Set(names.filter((name) => shop.has(name))));
    const { bus, start, hold, asked } = setUp({ product: look });
    const parking = await start();
    await bus.clock.pass(1);
    await hold(parking, 'BUNDLE', 'product/A');
    const publish = bus.publish.bind(bus);
    bus.publish = async (contract, publication) => {
      await publish(contract, publication);
      if (contract.topic === refresh.topic) await bus.clock.wait(300);
    };
    parking.arrived(['product'], 'A');
    await bus.clock.pass(1_100);
    // Read again, it waits for the other one, which has just come; the requests are being acknowledged still.
    await hold(parking, 'BUNDLE', 'product/B');
    shop.add('B');
    parking.arrived(['product'], 'B');
    await bus.clock.pass(5_000);
    expect(asked().map(([, key]) => key)).toEqual(['BUNDLE', 'BUNDLE']);
    await parking.stop();
  });

  it('that is told to have arrived and is not there is not asked for', async () => {
    const { bus, start, hold, asked } = setUp({ product: () => Promise.resolve(new Set<string>()) });
    const parking = await start();
    await bus.clock.pass(1);
    await hold(parking, 'WH1/A', 'product/A');
    parking.arrived(['product'], 'A');
    await bus.clock.pass(1_000);
    expect(asked()).toEqual([]);
    await parking.stop();
  });

  it('waits its turn among thousands: each round asks for a few, and all are asked for', async () => {
    const looked: number[] = [];
    const seen = new Set<string>();
    const { bus, start, hold } = setUp({
      product: (names) => {
        looked.push(names.length);
        for (const name of names) seen.add(name);
        return Promise.resolve(new Set<string>());
      },
    });
    const parking = await start();
    for (let number = 0; number < 450; number += 1) await hold(parking, `WH1/${number}`, `product/${number}`);
    await bus.clock.pass(180_000);
    expect(looked).toEqual([200, 200, 50]);
    expect(seen.size).toBe(450);
    await bus.clock.pass(60_000);
    expect(looked.at(-1)).toBe(200);
    await parking.stop();
  });

  it('is looked for again though one look failed', async () => {
    let isDown = true;
    const { bus, start, hold, asked } = setUp({
      product: (names) => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(new Set(names))),
    });
    const parking = await start();
    await hold(parking, 'WH1/A', 'product/A');
    await bus.clock.pass(60_000);
    expect(asked()).toEqual([]);
    isDown = false;
    await bus.clock.pass(60_000);
    expect(asked()).toHaveLength(1);
    await parking.stop();
  });
});

it('what is cleared is asked for no more', async () => {
  const { bus, mappings, start, hold, asked } = setUp();
  const parking = await start();
  await hold(parking, 'WH9/A', wh9);
  await bus.tombstone(parked, 'cartage.main.inventory-applier/erp.stock/WH9/A');
  await settled();
  mappings.add('stock', 'sources', 'WH9');
  await bus.clock.pass(1);
  expect(asked()).toEqual([]);
  await parking.stop();
});
