import { beforeEach, describe, expect, it } from '@jest/globals';
import { differences } from '../../../schemas/topics.ts';
import type { Difference } from '../../../schemas/types.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { Ledger } from './ledger.ts';
import { repair } from './repairs.ts';

const place = { kind: 'stock', topic: 'erp.stock', key: 'W1/a', side: 'shop', prefix: '', changedAt: null };
const unlike = (found: string, cause = 'changed_by_hand') => ({
  field: 'quantity',
  wanted: '5',
  found,
  cause,
  why: 'w',
  fix: 'f',
});

let bus: RecordingBus;
let ledger: Ledger;
beforeEach(() => {
  bus = new RecordingBus();
  ledger = new Ledger({ bus, instance: 'us', clock: bus.clock, answeredWithinMs: 1_000 });
});
const told = () => [...bus.newest<Difference>(differences).values()].filter((one) => one !== null);
const records = () => bus.broker.log(differences.topic).length;

describe('what differs', () => {
  it('is published once, keeps when it was seen first, and goes with a tombstone', async () => {
    await ledger.settle(place, [unlike('9')]);
    await bus.clock.pass(10_000);
    await ledger.settle(place, [unlike('9')]);
    expect(records()).toBe(1);
    await ledger.settle(place, [unlike('8')]);
    const [one] = told();
    expect([one!.found, one!.seenAt - one!.firstSeenAt]).toEqual(['8', 10_000]);
    await ledger.settle(place, []);
    expect(told()).toEqual([]);
    await ledger.settle(place, []);
    expect(records()).toBe(3);
  });

  it('is known to whoever reads the topic after, of this instance alone', async () => {
    await ledger.settle(place, [unlike('9')]);
    bus.broker.append(differences, 'eu/stock/W1/a/quantity', { ...told()[0]!, instance: 'eu' });
    const next = new Ledger({ bus, instance: 'us', clock: bus.clock, answeredWithinMs: 1_000 });
    await next.load();
    expect([...next.all()]).toHaveLength(1);
    await next.settle(place, [unlike('9')]);
    expect(records()).toBe(2);
  });

  it('of one document goes without those of another of the same key', async () => {
    await ledger.settle({ ...place, prefix: 'D1.' }, [{ ...unlike('9'), field: 'D1.exists' }]);
    await ledger.settle({ ...place, prefix: 'D2.' }, []);
    expect(told()).toHaveLength(1);
    await ledger.settle({ ...place, prefix: 'D1.' }, []);
    expect(told()).toEqual([]);
  });
});

describe('a repair', () => {
  const asked: string[] = [];
  const repairAll = (mode: 'on' | 'dry' | 'off', repairsPerHour = 10) =>
    repair({
      ledger,
      requestRefresh: (topic, keys) =>
        Promise.resolve(void asked.push(...keys.map((key) => `${topic} ${key}`))),
      config: { repair: { stock: mode }, repairsPerHour },
      clock: bus.clock,
      log: { info: () => undefined } as never,
      metrics: openMetrics('reconciler', 'us'),
    });
  beforeEach(() => void (asked.length = 0));

  it('asks for each key once, says when it has not helped, and does not try again by itself', async () => {
    await ledger.settle(place, [unlike('9'), { ...unlike('0'), field: 'status' }]);
    await repairAll('on');
    expect(asked).toEqual(['erp.stock W1/a']);
    expect(told()).toMatchObject([{ repair: 'asked', repairs: 1 }, { repair: 'asked' }]);
    // The answer may not have come yet.
    await bus.clock.pass(500);
    await ledger.settle(place, [unlike('9')]);
    expect(told()).toMatchObject([{ repair: 'asked' }]);
    await bus.clock.pass(1_000);
    await ledger.settle(place, [unlike('9')]);
    expect(told()).toMatchObject([{ repair: 'failed', repairs: 1 }]);
    await repairAll('on');
    expect(asked).toHaveLength(1);
    // Another value is another matter.
    await ledger.settle(place, [unlike('7')]);
    await repairAll('on');
    expect(asked).toHaveLength(2);
  });

  it('of the same request is noted once, whoever asked', async () => {
    await ledger.settle(place, [unlike('9')]);
    await ledger.noteAsked('erp.stock', 'W1/a', 2_000_000);
    await ledger.noteAsked('erp.stock', 'W1/a', 2_000_000);
    await ledger.noteAsked('erp.prices', 'W1/a', 3_000_000);
    expect(told()).toMatchObject([{ repairs: 1, repairedAt: 2_000_000 }]);
  });

  it('is left to people where the rule says so, and where something else is to be mended first', async () => {
    await ledger.settle(place, [unlike('9')]);
    await repairAll('off');
    await repairAll('dry');
    await ledger.settle(place, [unlike('9', 'parked')]);
    await repairAll('on');
    expect(asked).toEqual([]);
  });

  it('asks for no more within an hour than it may', async () => {
    for (const key of ['W1/a', 'W1/b', 'W1/c']) await ledger.settle({ ...place, key }, [unlike('9')]);
    await repairAll('on', 2);
    await repairAll('on', 2);
    expect(asked).toHaveLength(2);
    await bus.clock.pass(3_600_001);
    await repairAll('on', 2);
    expect(asked).toHaveLength(3);
  });
});
