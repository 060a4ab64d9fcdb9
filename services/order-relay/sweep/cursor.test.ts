import { beforeEach, describe, expect, it } from '@jest/globals';
import { cursors as contract } from '../../../schemas/topics.ts';
import { Unavailable } from '../../platform/errors.ts';
import { RecordingBus, readBack } from '../../platform/flow/testing/recording-bus.ts';
import { SweepCursors, isAfter } from './cursor.ts';

const [early, late] = ['2026-11-23 07:59:58', '2026-11-23 08:00:00'];
const cursor = { updatedAt: early, entityId: 7, isFirstLoad: true };

let bus: RecordingBus;
beforeEach(() => {
  bus = new RecordingBus();
});

const cursorsOf = (instance = 'us', mode: 'on' | 'dry' = 'on') =>
  new SweepCursors(bus, instance, mode, bus.clock);

describe('the cursor of a sweep', () => {
  it('is on its topic when it is said to be, and known at once', async () => {
    const cursors = cursorsOf();
    expect(cursors.read('orders')).toBeNull();
    await cursors.write('orders', cursor);
    expect(bus.broker.values(contract)).toEqual([
      {
        process: 'order-relay',
        source: 'us/orders',
        position: `${early}/7`,
        slot: null,
        streams: [],
        systemId: null,
        tables: null,
        seenTo: null,
        epoch: 1,
        firstLoad: 'running',
        updatedAt: bus.clock.now(),
      },
    ]);
    expect(cursors.read('orders')).toEqual({ ...cursor, writtenAt: bus.clock.now() });
  });

  it('stays where it was when it could not be written', async () => {
    const cursors = cursorsOf();
    await cursors.write('orders', cursor);
    bus.failure = new Unavailable({ code: 'kafka.not_acknowledged', what: 'no answer', fix: 'wait' });
    await expect(cursors.write('orders', { ...cursor, entityId: 9 })).rejects.toThrow(Unavailable);
    expect(cursors.read('orders')).toMatchObject({ entityId: 7 });
  });

  it('is known to whoever takes the sweep over, and followed from then on', async () => {
    await cursorsOf().write('orders', { ...cursor, isFirstLoad: false });
    const writtenAt = bus.clock.now();
    await bus.clock.pass(5_000);
    const successor = cursorsOf();
    const reading = await successor.follow();
    expect(successor.read('orders')).toEqual({ ...cursor, isFirstLoad: false, writtenAt });
    await cursorsOf().write('orders', { ...cursor, updatedAt: late });
    await readBack();
    expect(successor.read('orders')).toMatchObject({ updatedAt: late, isFirstLoad: true });
    await reading.stop();
  });

  it('is its own: of the list, the shop, the mode and the process', async () => {
    await cursorsOf().write('orders', cursor);
    const [value] = bus.broker.values(contract);
    await bus.publish(contract, { value: { ...value!, process: 'erp-ingester', source: 'us/shipments' } });
    await bus.publish(contract, { value: { ...value!, source: 'us/shipments', position: '0/17F00A8' } });
    for (const [instance, mode, resource] of [
      ['us', 'on', 'shipments'],
      ['eu', 'on', 'orders'],
      ['us', 'dry', 'orders'],
    ] as const) {
      const cursors = cursorsOf(instance, mode);
      await cursors.follow();
      expect(cursors.read(resource)).toBeNull();
    }
  });

  it.each([
    [{ updatedAt: late, entityId: 1 }, true],
    [{ updatedAt: early, entityId: 8 }, true],
    [{ updatedAt: early, entityId: 7 }, false],
    [{ updatedAt: early, entityId: 6 }, false],
    [{ updatedAt: '2026-11-23 07:59:57', entityId: 9 }, false],
  ])('%j comes after it: %s', (position, after) => {
    expect(isAfter(position, cursor)).toBe(after);
  });
});
