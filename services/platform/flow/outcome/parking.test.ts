import { describe, expect, it } from '@jest/globals';
import { parked } from '../../../../schemas/topics.ts';
import type { Contract } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import { Rejected, Unavailable } from '../../errors.ts';
import type { Publication, Received } from '../../kafka/types.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { openParking } from './parking.ts';
import { contextOf } from '../testing/context.ts';
import type { Line } from '../testing/context.ts';
import { RecordingBus } from '../testing/recording-bus.ts';
import { settled } from '../testing/virtual-clock.ts';

const fault = { code: 'a.fault', what: 'it failed', fix: 'mend it' };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A broker that takes at most so many bytes of a record's value. */
class LimitedBus extends RecordingBus {
  readonly #limitBytes: number;

  constructor(limitBytes: number) {
    super();
    this.#limitBytes = limitBytes;
  }

  override async publish<Value>(contract: Contract<Value>, publication: Publication<Value>): Promise<void> {
    await Promise.resolve();
    if (((publication.value as Parked).recordValue?.length ?? 0) > this.#limitBytes)
      throw new Rejected({ code: 'kafka.record_too_large', what: 'too large', fix: 'make it smaller' });
    await super.publish(contract, publication);
  }
}

const record = (sizeBytes: number, key = 'WH1/A') =>
  ({
    contract: parked,
    topic: 'erp.stock',
    partition: 0,
    offset: 7,
    key,
    value: null,
    eventId: 'e',
    publishedAt: 1,
    headers: { ce_id: 'e' },
    traceparent: null,
    sizeBytes,
    bytes: Buffer.alloc(sizeBytes),
  }) as unknown as Received<never>;

const open = (bus: RecordingBus, group = 'g') => openParking(contextOf({ bus, clock: bus.clock, group }));

describe('parking', () => {
  it('keeps the bytes of the record', async () => {
    const bus = new LimitedBus(100);
    await (await open(bus)).park(record(50), 'rejected', fault, 1);
    const value = bus.newest(parked).get('g/erp.stock/WH1/A');
    expect(value).toMatchObject({ code: 'a.fault', key: 'WH1/A', headers: { ce_id: 'e' }, waitsFor: null });
    expect(value!.recordValue).toHaveLength(50);
  });

  it('leaves out bytes that the broker will not take, instead of trying for ever', async () => {
    const bus = new LimitedBus(100);
    const parking = await open(bus);
    await parking.park(record(500), 'held', fault, 1);
    const kept = [...bus.newest(parked).values()];
    expect(kept).toEqual([
      expect.objectContaining({ code: 'a.fault', status: 'held', recordValue: null }) as unknown,
    ]);
    expect(parking.size()).toBe(1);
  });
});

describe('what is parked', () => {
  const at = { group: 'g', topic: 'erp.stock', partition: 0, offset: 7 };
  const kept = async (bus: RecordingBus) => [...bus.newest(parked).values()][0];

  it('says where it came from, what was wrong, and what it waits for', async () => {
    const bus = new RecordingBus();
    const held = { ...fault, why: 'because', waitsFor: 'product/A' };
    await (await open(bus)).park(record(5), 'held', held, 3);
    expect(await kept(bus)).toEqual({
      ...at,
      key: 'WH1/A',
      documentId: null,
      headers: { ce_id: 'e' },
      recordValue: Buffer.alloc(5),
      eventId: 'e',
      code: 'a.fault',
      cause: 'it failed',
      why: 'because',
      fix: 'mend it',
      waitsFor: 'product/A',
      status: 'held',
      attempts: 3,
      parkedAt: bus.clock.now(),
    });
  });

  it('stands under its place alone where it cannot be read', async () => {
    const bus = new RecordingBus();
    const parking = await open(bus);
    await parking.parkUndecodable({ ...record(5), undecodable: fault });
    expect([...bus.newest(parked).keys()]).toEqual(['g/erp.stock/0/7']);
    expect(await kept(bus)).toMatchObject({
      ...at,
      key: null,
      documentId: null,
      eventId: null,
      status: 'rejected',
      attempts: 1,
      why: null,
    });
    expect(parking.size()).toBe(1);
  });

  it('is cleared by a success of its key, and nothing is said where nothing was', async () => {
    const bus = new RecordingBus();
    const parking = await open(bus);
    await parking.park(record(5), 'rejected', fault, 1);
    await parking.clear(record(5, 'WH1/B'));
    expect(bus.broker.log(parked.topic)).toHaveLength(1);
    await parking.clear(record(5));
    // Known at once, before it is read back.
    expect([parking.size(), bus.newest(parked).get('g/erp.stock/WH1/A')]).toEqual([0, null]);
    await parking.clear(record(5));
    expect(bus.broker.log(parked.topic)).toHaveLength(2);
  });

  it('is not known to be so while the broker is away', async () => {
    const bus = new RecordingBus();
    const parking = await open(bus);
    bus.failure = new Unavailable(fault);
    await expect(parking.park(record(5), 'rejected', fault, 1)).rejects.toThrow(Unavailable);
    expect(parking.size()).toBe(0);
  });

  it('is followed until the flow stops', async () => {
    const bus = new RecordingBus();
    const lines: Line[] = [];
    const context = contextOf({ bus, clock: bus.clock, group: 'g', lines });
    const parking = await openParking(context, { name: 'stock' });
    await bus.clock.pass(hourMs);
    await parking.stop();
    expect(bus.clock.waits).toBe(0);
    // Also of a flow that waits for nothing of the other side.
    expect(lines).toEqual([]);
    await (await open(bus)).park(record(5), 'rejected', fault, 1);
    await settled();
    expect(parking.size()).toBe(0);
  });
});

describe('the gauge of parked records', () => {
  /** One replica, with what its gauge shows. */
  async function replica(bus: RecordingBus) {
    const shown: number[] = [];
    const metrics = { parked: { set: (_labels: object, value: number) => shown.push(value) } };
    const context = contextOf({ bus, clock: bus.clock, group: 'g' });
    const parking = await openParking(
      { ...context, metrics: metrics as unknown as Metrics },
      { name: 'stock' },
    );
    return { parking, shown: () => shown.at(-1) };
  }

  it('is 0 from the start, and right after a restart', async () => {
    const bus = new RecordingBus();
    const first = await replica(bus);
    expect(first.shown()).toBe(0);
    await first.parking.park(record(5), 'rejected', fault, 1);
    await first.parking.park(record(5, 'WH1/B'), 'rejected', fault, 1);
    expect(first.shown()).toBe(2);
    expect((await replica(bus)).shown()).toBe(2);
  });

  it('is the same in each replica, whoever of them parks and clears, and when a person discards', async () => {
    const bus = new RecordingBus();
    const [one, two] = [await replica(bus), await replica(bus)];
    for (const key of ['WH1/A', 'WH1/B', 'WH1/C'])
      await one.parking.park(record(5, key), 'rejected', fault, 1);
    expect(one.shown()).toBe(3);
    await settled();
    expect(two.shown()).toBe(3);
    await two.parking.clear(record(5, 'WH1/A'));
    expect(two.shown()).toBe(2);
    await settled();
    expect(one.shown()).toBe(2);
    await bus.tombstone(parked, 'g/erp.stock/WH1/B');
    await settled();
    expect([one.shown(), two.shown()]).toEqual([1, 1]);
  });

  it('counts its own group only', async () => {
    const bus = new RecordingBus();
    await (await open(bus, 'g.other')).park(record(5), 'rejected', fault, 1);
    expect((await replica(bus)).shown()).toBe(0);
  });
});

describe('a topic of parked records that was recreated', () => {
  it('holds what stands on it now, and nothing of that is taken for what was cleared', async () => {
    const bus = new RecordingBus();
    const context = contextOf({ bus, clock: bus.clock, group: 'g', policy: { parkedOriginalDays: 1 } });
    const parking = await openParking(context, { name: 'stock' });
    await parking.park(record(5), 'rejected', fault, 1);
    await parking.park(record(5, 'WH1/B'), 'rejected', fault, 1);
    const [value] = bus.newest(parked).values();
    bus.recreate(parked);
    expect(parking.size()).toBe(0);
    // Brought back from a copy, its original taken out long ago.
    await bus.clock.pass(1.1 * dayMs);
    await bus.publish(parked, { value: { ...value!, recordValue: null } });
    expect(parking.size()).toBe(1);
    expect(bus.newest(parked).get('g/erp.stock/WH1/A')).not.toBeNull();
    await parking.stop();
  });
});

describe('the original of a parked record', () => {
  it('is taken out after its time; that it is parked, and why, stays', async () => {
    const bus = new RecordingBus();
    const context = contextOf({ bus, clock: bus.clock, group: 'g', policy: { parkedOriginalDays: 1 } });
    const parking = await openParking(context, { name: 'stock' });
    await parking.park(record(50), 'rejected', fault, 3);
    const kept = () => bus.newest(parked).get('g/erp.stock/WH1/A');
    await bus.clock.pass(0.9 * dayMs);
    expect(kept()!.recordValue).toHaveLength(50);
    await bus.clock.pass(0.2 * dayMs);
    expect(kept()).toMatchObject({ recordValue: null, code: 'a.fault', attempts: 3, key: 'WH1/A' });
    expect(parking.size()).toBe(1);
    await parking.stop();
  });

  it('is taken out at the first look after its days, and not in their last millisecond', async () => {
    const bus = new RecordingBus();
    const context = contextOf({ bus, clock: bus.clock, group: 'g', policy: { parkedOriginalDays: 1 } });
    const parking = await openParking(context, { name: 'stock' });
    // It looks every hour: one is just over then, the other just not.
    await bus.clock.pass(hourMs - 1);
    await parking.park(record(50, 'WH1/A'), 'rejected', fault, 1);
    await bus.clock.pass(1);
    await parking.park(record(50, 'WH1/B'), 'rejected', fault, 1);
    const reads = bus.broker.log(parked.topic).length;
    const without = () =>
      [...bus.newest(parked)].flatMap(([key, value]) => (value!.recordValue === null ? [key.at(-1)] : []));
    await bus.clock.pass(dayMs - 1);
    expect([without(), bus.broker.log(parked.topic).length]).toEqual([[], reads]);
    bus.failure = new Unavailable(fault);
    await bus.clock.pass(1);
    bus.failure = null;
    expect(without()).toEqual([]);
    // What failed is tried again at the next look.
    await bus.clock.pass(hourMs);
    expect(without()).toEqual(['A', 'B']);
    // Once.
    await bus.clock.pass(2 * hourMs);
    expect(bus.broker.log(parked.topic)).toHaveLength(reads + 2);
    await parking.stop();
  });

  it.each(['is cleared', 'is left when the flow stops'])('that %s meanwhile is not written', async (what) => {
    const bus = new RecordingBus();
    const context = contextOf({ bus, clock: bus.clock, group: 'g', policy: { parkedOriginalDays: 1 } });
    const parking = await openParking(context, { name: 'stock' });
    for (const key of ['WH1/A', 'WH1/B']) await parking.park(record(50, key), 'rejected', fault, 1);
    const publish = bus.publish.bind(bus);
    bus.publish = async (contract, publication) => {
      await publish(contract, publication);
      await (what === 'is cleared' ? parking.clear(record(50, 'WH1/B')) : parking.stop());
    };
    await bus.clock.pass(1.1 * dayMs);
    const [one, other] = bus.newest(parked).values();
    expect(one!.recordValue).toBeNull();
    expect(other?.recordValue ?? null).toEqual(what === 'is cleared' ? null : Buffer.alloc(50));
    expect(bus.broker.log(parked.topic)).toHaveLength(what === 'is cleared' ? 4 : 3);
    await parking.stop();
  });

  it('that was taken out long ago is none that comes back: it is parked after a restart too', async () => {
    const bus = new RecordingBus();
    const context = contextOf({ bus, clock: bus.clock, group: 'g', policy: { parkedOriginalDays: 1 } });
    const first = await openParking(context, { name: 'stock' });
    await first.park(record(50), 'rejected', fault, 1);
    await bus.clock.pass(2 * dayMs);
    await first.stop();
    const second = await openParking(context, { name: 'stock' });
    expect(second.size()).toBe(1);
    // Nor is one that was parked without bytes a moment ago.
    await bus.publish(parked, {
      value: { ...bus.newest(parked).values().next().value!, key: 'WH1/C', parkedAt: bus.clock.now() },
    });
    await settled();
    expect(second.size()).toBe(2);
    await second.stop();
  });

  it('does not come back with what was cleared while it was taken out', async () => {
    const bus = new RecordingBus();
    const context = contextOf({ bus, clock: bus.clock, group: 'g', policy: { parkedOriginalDays: 1 } });
    const parking = await openParking(context, { name: 'stock' });
    await parking.park(record(50), 'rejected', fault, 1);
    const [value] = bus.newest(parked).values();
    await bus.clock.pass(1.1 * dayMs);
    await parking.clear(record(50));
    // Another process had read it before, and writes it after.
    await bus.publish(parked, { value: { ...value!, recordValue: null } });
    await bus.clock.pass(1);
    expect(bus.newest(parked).get('g/erp.stock/WH1/A')).toBeNull();
    expect(parking.size()).toBe(0);
    await parking.stop();
  });
});
