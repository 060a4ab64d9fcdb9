import { describe, expect, it } from '@jest/globals';
import { outcomes } from '../../../../schemas/topics.ts';
import { Unavailable } from '../../errors.ts';
import { flowOf, keysTo } from '../testing/plain-flow.ts';
import { SetControls } from '../testing/set-controls.ts';
import { plains } from '../testing/records.ts';

const down = { code: 'shop.down', what: 'Down', fix: 'Wait' };

describe('reading', () => {
  it('stops at the bounds of memory, and goes on below them', async () => {
    for (const policy of [{ maxPendingStates: 10 }, { maxPendingBytes: 7_100 }, { maxDistanceStates: 10 }]) {
      let isDown = true;
      const { world, clock, member, send, reported } = await flowOf({
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
      expect(reported()).toHaveLength(60);
    }
  });

  it('does not run far ahead of one key that waits, in records or in bytes', async () => {
    // Keys that come again and again are not held again and again, but read.
    const [other, few] = [keysTo(400), Array.from({ length: 400 }, (_none, index) => `k${index % 5}`)];
    for (const [policy, keys] of [
      [{ maxDistanceStates: 50 }, other],
      [{ maxPendingBytes: 50 * 710 }, other],
      [{ maxDistanceStates: 10 }, few],
    ] as const) {
      const { world, clock, member, send, reported } = await flowOf({
        policy,
        fail: (keys) => (keys.includes('stuck') ? new Unavailable(down) : null),
        batchSize: () => 1,
      });
      send('stuck', ...keys);
      world.assignAll();
      await clock.pass(20_000);
      expect(reported().some((line) => line.endsWith(' applied'))).toBe(true);
      expect(member.position(0)).toBeLessThan(130);
    }
  });

  it('goes up to the claim of a predecessor, whatever the bounds, before the first write', async () => {
    const { world, broker, clock, calls, send } = await flowOf({
      policy: { maxPendingStates: 4, maxDistanceStates: 16 },
    });
    send(...keysTo(30), 'k000');
    broker.setStored(0, { offset: 0, metadata: '{"claimed":31,"clean":false,"by":"gone"}' });
    world.assignAll();
    await clock.pass(30_000);
    expect(calls[0]!.keys).toHaveLength(20);
    expect(calls.filter(({ keys }) => keys.includes('k000'))).toHaveLength(2);
  });

  it('takes in no more than its bounds where the offset was lost, and writes again what is newer', async () => {
    const { world, broker, clock, calls, member, send } = await flowOf({
      policy: { maxPendingStates: 100, maxDistanceStates: 100 },
    });
    const keys = keysTo(250);
    for (let round = 0; round < 20; round += 1) send(...keys);
    // What kafkajs makes of an offset that was out of range.
    broker.setStored(0, { offset: null, metadata: '' });
    world.assignAll();
    while (calls.length === 0) await clock.pass(100);
    expect(member.position(0)).toBeLessThan(110);
    while (broker.committed(0).offset !== 5_000) await clock.pass(10_000);
    const applied = broker.values(outcomes).filter(({ status }) => status === 'applied');
    const last = new Map(applied.map(({ key, offset }) => [key, offset]));
    expect(keys.filter((key) => last.get(key)! < 4_750)).toEqual([]);
  });

  it('goes to the end before the first write where nothing tells how far the group had read', async () => {
    for (const stored of [null, { offset: 0, metadata: '' }]) {
      const { world, broker, clock, calls, send, reported } = await flowOf();
      send('k000', ...keysTo(30), 'k000', 'k001');
      if (stored) broker.setStored(0, stored);
      world.assignAll();
      await clock.pass(30_000);
      // The newest of each key and nothing older, although the group may have written the newest long ago.
      expect(calls.flatMap(({ keys }) => keys).toSorted()).toEqual(keysTo(30));
      expect(reported().filter((line) => line.endsWith(' superseded'))).toHaveLength(3);
    }
  });

  it('begins after a while when the last records do not come, which only may have been written before', async () => {
    const { world, broker, clock, send, reported } = await flowOf();
    send('a', 'b');
    // Like the end of a transaction: an offset without a record.
    const takeOver = broker.takeOver.bind(broker);
    broker.takeOver = (topic, partition) => ({ ...takeOver(topic, partition), catchUpTo: 3 });
    world.assignAll();
    await clock.pass(29_000);
    expect(reported()).toEqual([]);
    await clock.pass(3_000);
    expect(reported().toSorted()).toEqual(['a applied', 'b applied']);
  });

  it('takes a pause for no end of what there is to read', async () => {
    const controls = new SetControls();
    const { world, broker, clock, calls, send, member } = await flowOf({ controls });
    send(...keysTo(30), ...keysTo(30));
    broker.setStored(0, { offset: 0, metadata: '{"claimed":60,"clean":true,"by":"gone"}' });
    world.assignAll();
    while (member.position(0) < 12) await clock.pass(1);
    controls.set({ paused: true });
    await clock.pass(601_000);
    expect([member.position(0) < 30, calls]).toEqual([true, []]);
    controls.set({ paused: false });
    await clock.pass(30_000);
    // Not one of its older values.
    expect(calls.flatMap(({ keys }) => keys).toSorted()).toEqual(keysTo(30));
  });

  it('asserts again also what is newer than a record that compaction took from below the claim', async () => {
    const { world, broker, clock, calls, send } = await flowOf();
    send('a', 'a', 'b');
    broker.log(plains.topic).splice(0, 1);
    broker.setStored(0, { offset: 0, metadata: '{"claimed":1,"clean":false,"by":"gone"}' });
    world.assignAll();
    await clock.pass(30_000);
    expect(calls.map(({ keys }) => keys.toSorted().join())).toEqual(['a,b', 'a,b']);
  });

  it('passes over tombstones and what is for others, without a word', async () => {
    const { world, broker, clock, send, reported } = await flowOf({ accepts: ({ key }) => key !== 'other' });
    send('other');
    broker.append(plains, 'a', null);
    send('b');
    world.assignAll();
    await clock.pass(2_000);
    expect(reported()).toEqual(['b applied']);
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

  it('has one write of a lock at a time, over all batchGroups and partitions', async () => {
    let most = 0;
    const inWork = new Map<string, number>();
    const { world, clock, send, reported } = await flowOf({
      concurrency: () => 4,
      batchSize: () => 2,
      batchGroupOf: ({ key }) => key.slice(-1),
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
    expect(reported()).toHaveLength(7);
  });
});
