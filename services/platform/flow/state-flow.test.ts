import { describe, expect, it } from '@jest/globals';
import { outcomes, parked } from '../../../schemas/topics.ts';
import { Held, Rejected, Unavailable } from '../errors.ts';
import { LeaseLost } from '../kafka/types.ts';
import type { Policy } from './policy.ts';
import { runStates } from './state-flow.ts';
import type { StateFlow } from './state-flow.ts';
import { plains } from './testing/records.ts';
import type { Plain } from './testing/records.ts';
import { World } from './testing/world.ts';

const down = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const bad = new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Correct it' });

/** A flow whose writes take 100 ms and fail as `fail` says; the keys of each call are kept. */
async function flowOf(
  options: Partial<StateFlow<Plain>> & {
    fail?: (keys: string[]) => Error | null;
    policy?: Partial<Policy>;
    partitions?: number;
  } = {},
) {
  const { fail = () => null, policy, partitions = 1, ...flow } = options;
  const calls: { at: number; keys: string[] }[] = [];
  const world = new World<Plain>({
    seed: 1,
    contract: plains,
    partitions,
    policy: { retryInitialMs: 100, retryMaxMs: 1_000, ...policy },
    start: (context) =>
      runStates<Plain>(context, {
        name: 'plains',
        contracts: [plains],
        mode: 'on',
        concurrency: 1,
        settleMs: 10_000,
        laneOf: () => 'all',
        batchSize: () => 20,
        apply: async (records, attempt) => {
          attempt.assertHeld();
          const keys = records.map(({ key }) => key);
          calls.push({ at: context.clock.now(), keys });
          await context.clock.wait(100);
          const error = fail(keys);
          if (error) throw error;
          return new Map(records.map((record) => [record, { status: 'applied' as const }]));
        },
        ...flow,
      }),
  });
  const { broker, clock } = world;
  const member = await world.begin();
  const send = (...keys: string[]) => {
    for (const key of keys) broker.append(plains, key, { key, text: 'x'.repeat(90) });
  };
  const told = () => broker.values(outcomes).map(({ key, status }) => `${key} ${status}`);
  const stillParked = () => {
    const found = new Map(broker.log(parked.topic).map((record) => [record.key!, record]));
    return [...found.values()].flatMap((record) =>
      'undecodable' in record || record.value === null
        ? []
        : [record.value as unknown as { key: string; code: string }],
    );
  };
  return { world, broker, clock, member, calls, send, told, stillParked };
}

const keysTo = (count: number) =>
  Array.from({ length: count }, (_none, index) => `k${String(index).padStart(3, '0')}`);

describe('one bad record', () => {
  it('of twenty is parked alone, the batch being split down to it', async () => {
    const { world, clock, send, told, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('k007') ? bad : null),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(10_000);
    expect(told().filter((line) => line.endsWith(' applied'))).toHaveLength(19);
    expect(stillParked()).toMatchObject([{ key: 'k007', code: 'plain.bad', status: 'rejected' }]);
  });

  it('that meets a bug of ours is parked alone too', async () => {
    const { world, clock, send, told, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('k007') ? new TypeError('undefined is no function') : null),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(20_000);
    expect(told().filter((line) => line.endsWith(' applied'))).toHaveLength(19);
    expect(stillParked()).toMatchObject([{ key: 'k007', code: 'bug' }]);
  });

  it('that gets 5xx while a probe succeeds is parked alone', async () => {
    const lasting = () => new Unavailable(down, { perhapsRecord: true });
    const { world, clock, send, told, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('k007') ? lasting() : null),
      probe: () => Promise.resolve(),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(60_000);
    expect(told().filter((line) => line.endsWith(' applied'))).toHaveLength(19);
    expect(stillParked()).toMatchObject([{ key: 'k007', code: 'record.always_fails' }]);
  });

  it('that cannot be read is parked by its place, and holds the offset until it is', async () => {
    const { world, broker, clock, send, told, stillParked } = await flowOf();
    broker.appendUndecodable(plains.topic);
    send('a');
    world.assignAll();
    await clock.pass(2_000);
    expect(told()).toEqual(['a applied']);
    expect(stillParked()).toMatchObject([{ key: null, offset: 0, code: 'record.undecodable' }]);
    expect(broker.committed(0).offset).toBe(2);
  });
});

describe('another side that fails', () => {
  it('parks nothing, is not knocked at by the halves of a batch, and gets all when it is back', async () => {
    let isDown = true;
    const { world, clock, calls, send, told, stillParked } = await flowOf({
      fail: () => (isDown ? new Unavailable(down, { perhapsRecord: true }) : null),
      probe: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve()),
    });
    send(...keysTo(20));
    world.assignAll();
    await clock.pass(60_000);
    expect([told(), stillParked()]).toEqual([[], []]);
    // A breaker that is open lets one call through a second, or less.
    expect(calls.length).toBeLessThan(140);
    isDown = false;
    await clock.pass(5_000);
    expect(told()).toHaveLength(20);
  });

  it('fails once for a batch that fails, whatever number of records is in it', async () => {
    let failures = 1;
    const { world, clock, calls, send, told } = await flowOf({
      fail: () => ((failures -= 1) >= 0 ? new Unavailable(down) : null),
      policy: { breakerFailures: 3, retryInitialMs: 5_000, retryMaxMs: 30_000 },
      batchSize: () => 5,
    });
    send(...keysTo(30));
    world.assignAll();
    await clock.pass(1_500);
    // The five of that batch wait their back-off out; the others go on.
    expect(calls.length).toBeGreaterThan(5);
    expect(told()).toHaveLength(30 - calls[0]!.keys.length);
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

describe('a held record', () => {
  it('is settled by a later success of its key', async () => {
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

describe('reading', () => {
  it('stops at the bounds of memory, and goes on below them', async () => {
    for (const policy of [{ maxPendingKeys: 10 }, { maxPendingBytes: 1_100 }, { maxDistanceRecords: 10 }]) {
      let isDown = true;
      const { world, clock, member, send, told } = await flowOf({
        policy,
        fail: () => (isDown ? new Unavailable(down) : null),
      });
      send(...keysTo(60));
      world.assignAll();
      await clock.pass(3_000);
      // One fetch may go over the bound.
      expect(member.position(0)).toBeGreaterThanOrEqual(10);
      expect(member.position(0)).toBeLessThan(16);
      isDown = false;
      await clock.pass(30_000);
      expect(told()).toHaveLength(60);
    }
  });

  it('does not run far ahead of one key that waits, in records or in bytes', async () => {
    for (const policy of [{ maxDistanceRecords: 50 }, { maxPendingBytes: 50 * 110 }]) {
      const { world, clock, member, send, told } = await flowOf({
        policy,
        fail: (keys) => (keys.includes('stuck') ? new Unavailable(down) : null),
        batchSize: () => 1,
      });
      send('stuck', ...Array.from({ length: 400 }, (_none, index) => `k${index % 5}`));
      world.assignAll();
      await clock.pass(20_000);
      expect(told().some((line) => line.endsWith(' applied'))).toBe(true);
      expect(member.position(0)).toBeLessThan(130);
    }
  });

  it('goes up to the mark of a predecessor, whatever the bounds, before the first write', async () => {
    const { world, broker, clock, calls, send } = await flowOf({
      policy: { maxPendingKeys: 4, maxDistanceRecords: 4 },
    });
    send(...keysTo(30), 'k000');
    broker.owners.set(0, { member: 'gone', generation: -1 });
    broker.commit(
      0,
      { member: 'gone', generation: -1 },
      { offset: 0, metadata: '{"mark":31,"clean":false,"by":"gone"}' },
    );
    broker.owners.delete(0);
    world.assignAll();
    await clock.pass(30_000);
    expect(calls[0]!.keys).toHaveLength(20);
    expect(calls.filter(({ keys }) => keys.includes('k000'))).toHaveLength(2);
  });

  it('asserts again also what is newer than a record that compaction took from below the mark', async () => {
    const { world, broker, clock, calls, send } = await flowOf();
    send('a', 'a', 'b');
    broker.log(plains.topic).splice(0, 1);
    broker.owners.set(0, { member: 'gone', generation: -1 });
    broker.commit(
      0,
      { member: 'gone', generation: -1 },
      { offset: 0, metadata: '{"mark":1,"clean":false,"by":"gone"}' },
    );
    broker.owners.delete(0);
    world.assignAll();
    await clock.pass(30_000);
    expect(calls.map(({ keys }) => keys.join())).toEqual(['a,b', 'a,b']);
  });

  it('passes over tombstones and what is for others, without a word', async () => {
    const { world, broker, clock, send, told } = await flowOf({ accepts: ({ key }) => key !== 'other' });
    send('other');
    broker.append(plains, 'a', null);
    send('b');
    world.assignAll();
    await clock.pass(2_000);
    expect(told()).toEqual(['b applied']);
    expect(broker.committed(0).offset).toBe(3);
  });
});

describe('order of work', () => {
  it('lets an urgent record of any partition go first, and overdue ones every second time', async () => {
    let left = 0;
    const { world, broker, clock, calls, send } = await flowOf({
      partitions: 2,
      batchSize: () => 1,
      urgent: ({ key }) => key.startsWith('u'),
    });
    send(...keysTo(5));
    world.assignAll(world.members[0]);
    await clock.pass(150);
    broker.append(plains, 'u', { key: 'u', text: '' }, 1);
    await clock.pass(400);
    expect(calls.slice(0, 4).map(({ keys }) => keys[0])).toContain('u');
    // From now on urgent ones come without an end.
    for (const more of keysTo(900)) broker.append(plains, `u${more}`, { key: `u${more}`, text: '' }, 1);
    send('normal');
    await clock.pass(50_000);
    expect(calls.some(({ keys }) => keys[0] === 'normal')).toBe(false);
    await clock.pass(15_000);
    left = calls.filter(({ keys }) => keys[0] === 'normal').length;
    expect(left).toBe(1);
  });

  it('has one write of a lock at a time, over all lanes and partitions', async () => {
    let most = 0;
    const inWork = new Map<string, number>();
    const { world, clock, send, told } = await flowOf({
      concurrency: 4,
      batchSize: () => 2,
      laneOf: ({ key }) => key.slice(-1),
      lockOf: ({ key }) => key.slice(0, 1),
      apply: async (records) => {
        for (const { key } of records) inWork.set(key[0]!, (inWork.get(key[0]!) ?? 0) + 1);
        most = Math.max(most, ...inWork.values());
        await clock.wait(50);
        for (const { key } of records) inWork.set(key[0]!, inWork.get(key[0]!)! - 1);
        return new Map(records.map((record) => [record, { status: 'applied' as const }]));
      },
    });
    send('a1', 'a2', 'b1', 'b2', 'a3', 'c1', 'b3');
    world.assignAll();
    await clock.pass(3_000);
    expect(most).toBe(1);
    expect(told()).toHaveLength(7);
  });
});

describe('a batch of which one lease is lost', () => {
  it('is begun anew for the others', async () => {
    let losses = 1;
    const { world, clock, send, told, broker } = await flowOf({
      apply: (records) => {
        if ((losses -= 1) >= 0) return Promise.reject(new LeaseLost('another', 5));
        return Promise.resolve(new Map(records.map((record) => [record, { status: 'applied' as const }])));
      },
    });
    send('a', 'b');
    world.assignAll();
    await clock.pass(3_000);
    expect(told().toSorted()).toEqual(['a applied', 'b applied']);
    expect(broker.committed(0).offset).toBe(2);
  });
});
