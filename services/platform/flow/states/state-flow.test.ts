import { describe, expect, it } from '@jest/globals';
import { Held, Rejected, Unavailable } from '../../errors.ts';
import { LeaseLost } from '../../fence.ts';
import { flowOf, keysTo } from '../testing/plain-flow.ts';
import { plains } from '../testing/records.ts';

const down = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const bad = new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Correct it' });

describe('one bad record', () => {
  it('of twenty is parked alone, the batch being split down to it', async () => {
    const { world, clock, send, reported, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('k007') ? bad : null),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(10_000);
    expect(reported().filter((line) => line.endsWith(' applied'))).toHaveLength(19);
    expect(stillParked()).toMatchObject([{ key: 'k007', code: 'plain.bad', status: 'rejected' }]);
  });

  it('that meets a bug of ours is parked alone too', async () => {
    const { world, clock, send, reported, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('k007') ? new TypeError('undefined is no function') : null),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(20_000);
    expect(reported().filter((line) => line.endsWith(' applied'))).toHaveLength(19);
    expect(stillParked()).toMatchObject([{ key: 'k007', code: 'bug' }]);
  });

  it('that gets 5xx while a probe succeeds is parked alone', async () => {
    const lasting = () => new Unavailable(down, { perhapsRecord: true });
    const { world, clock, send, reported, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('k007') ? lasting() : null),
      probe: () => Promise.resolve(),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(60_000);
    expect(reported().filter((line) => line.endsWith(' applied'))).toHaveLength(19);
    expect(stillParked()).toMatchObject([{ key: 'k007', code: 'record.always_fails' }]);
  });

  it('that gets 5xx while a probe succeeds is parked, also where a newer one of its key comes before each try', async () => {
    const lasting = () => new Unavailable(down, { perhapsRecord: true });
    const { world, clock, send, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('hot') ? lasting() : null),
      probe: () => Promise.resolve(),
      policy: { retryInitialMs: 2_000, retryMaxMs: 30_000 },
    });
    world.assignAll();
    for (let second = 0; second < 300; second += 1) {
      send('hot', `good${second}`);
      await clock.pass(1_000);
    }
    expect(stillParked()).toMatchObject([{ key: 'hot', code: 'record.always_fails' }]);
  });

  it('of a batch that creates, and twice ended without an answer, is tried in one of its own, also beside others', async () => {
    const unknown = () => new Unavailable(down, { outcome: 'unknown', perhapsRecord: true });
    const { world, clock, calls, send } = await flowOf({
      creates: true,
      fail: (keys) => (keys.includes('k001') ? unknown() : null),
      probe: () => Promise.resolve(),
    });
    send(...keysTo(3));
    world.assignAll();
    // Others come all the time, so that some wait before and some behind those that are due again.
    for (let number = 0; number < 1_000; number += 1) {
      await clock.pass(30);
      send(`other${number}`);
    }
    const batches = calls.map(({ keys }) => keys);
    const [, second] = batches.filter((keys) => keys.includes('k001'));
    expect(second!.length).toBeGreaterThan(1);
    const later = batches.slice(batches.indexOf(second!) + 1);
    const again = later.filter((keys) => keys.some((key) => second!.includes(key)));
    expect(again.map((keys) => keys.join()).toSorted()).toEqual(second!.toSorted());
    expect(later.some((keys) => keys.length > 1)).toBe(true);
  });

  it('that cannot be read is parked by its place, and holds the offset until it is', async () => {
    const { world, broker, clock, send, reported, stillParked } = await flowOf();
    broker.appendUndecodable(plains.topic);
    send('a');
    world.assignAll();
    await clock.pass(2_000);
    expect(reported()).toEqual(['a applied']);
    expect(stillParked()).toMatchObject([{ key: null, offset: 0, code: 'record.undecodable' }]);
    expect(broker.committed(0).offset).toBe(2);
  });
});

describe('another side that fails', () => {
  it('parks nothing, is not knocked at by the halves of a batch, and gets all when it is back', async () => {
    let isDown = true;
    const { world, clock, calls, send, reported, stillParked } = await flowOf({
      fail: () => (isDown ? new Unavailable(down, { perhapsRecord: true }) : null),
      probe: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve()),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(60_000);
    expect([reported(), stillParked()]).toEqual([[], []]);
    // A breaker that is open lets one call through a second, or less.
    expect(calls.length).toBeLessThan(140);
    isDown = false;
    await clock.pass(5_000);
    expect(reported()).toHaveLength(20);
  });

  it('fails once for a batch that fails, whatever number of records is in it', async () => {
    let failures = 1;
    const { world, clock, calls, send, reported } = await flowOf({
      fail: () => ((failures -= 1) >= 0 ? new Unavailable(down) : null),
      policy: { breakerFailures: 3, retryInitialMs: 5_000, retryMaxMs: 30_000 },
      batchSize: () => 5,
    });
    send(...keysTo(30));
    world.assignAll();
    await clock.pass(1_500);
    // The five of that batch wait their back-off out; the others go on.
    expect(calls.length).toBeGreaterThan(5);
    expect(reported()).toHaveLength(30 - calls[0]!.keys.length);
  });

  it('stops the flow when records are rejected in a row, and is tried again after the pause', async () => {
    const { world, clock, calls, send } = await flowOf({
      fail: () => bad,
      batchSize: () => 1,
      policy: { rejectionsInRow: 10, rejectionsPauseMs: 30_000 },
    });
    send(...keysTo(40));
    world.assignAll();
    await clock.pass(25_000);
    expect(calls).toHaveLength(10);
    expect(world.lines.some(({ message }) => message.startsWith('flow stopped'))).toBe(true);
    await clock.pass(10_000);
    expect(calls).toHaveLength(11);
  });
});

it('no more is in work at once than the other side bears at that time', async () => {
  let bears = 3;
  let [inWork, most] = [0, 0];
  const { world, clock, send } = await flowOf({
    concurrency: () => bears,
    batchSize: () => 1,
    apply: async ([record]) => {
      most = Math.max(most, (inWork += 1));
      await clock.wait(100);
      inWork -= 1;
      return new Map([[record!, { status: 'applied' as const }]]);
    },
  });
  send(...keysTo(200));
  world.assignAll();
  const mostFromNowOn = async () => {
    await clock.pass(500);
    most = 0;
    await clock.pass(1_000);
    return most;
  };
  expect(await mostFromNowOn()).toBe(3);
  bears = 1;
  expect(await mostFromNowOn()).toBe(1);
  bears = 2;
  expect(await mostFromNowOn()).toBe(2);
});

describe('a held record', () => {
  it('is cleared by a later success of its key', async () => {
    let isMissing = true;
    const { world, clock, send, stillParked } = await flowOf({
      fail: () => (isMissing ? new Held({ code: 'sku.unknown', what: 'Not there', fix: 'Create it' }) : null),
    });
    send('a');
    world.assignAll();
    await clock.pass(2_000);
    expect(stillParked()).toMatchObject([{ key: 'a', status: 'held' }]);
    isMissing = false;
    send('a');
    await clock.pass(2_000);
    expect(stillParked()).toEqual([]);
  });
});

describe('a batch of which one lease is lost', () => {
  it('is begun anew for the others', async () => {
    let losses = 1;
    const { world, clock, send, reported, broker } = await flowOf({
      apply: (records) => {
        if ((losses -= 1) >= 0) return Promise.reject(new LeaseLost('another[5]'));
        return Promise.resolve(new Map(records.map((record) => [record, { status: 'applied' as const }])));
      },
    });
    send('a', 'b');
    world.assignAll();
    await clock.pass(3_000);
    expect(reported().toSorted()).toEqual(['a applied', 'b applied']);
    expect(broker.committed(0).offset).toBe(2);
  });
});

describe('a tombstone', () => {
  const seen = async (takesTombstones: boolean) => {
    const written: (string | null)[] = [];
    const { world, broker, clock, send, reported } = await flowOf({
      takesTombstones,
      apply: async (records) => {
        for (const { key, value } of records) written.push(value === null ? `${key} is gone` : key);
        return new Map(records.map((record) => [record, { status: 'applied' as const }]));
      },
    });
    send('a', 'b');
    broker.append(plains, 'a', null);
    world.assignAll();
    await clock.pass(2_000);
    return { written, reported: reported(), finished: broker.committed(0).offset };
  };

  it('is the newest state of its key, for a flow that takes it', async () => {
    expect(await seen(true)).toEqual({
      written: ['a is gone', 'b'],
      reported: expect.arrayContaining(['a superseded', 'b applied', 'a applied']),
      finished: 3,
    });
  });

  it('asks nothing of the others', async () => {
    expect(await seen(false)).toMatchObject({ written: ['a', 'b'], finished: 3 });
  });
});
