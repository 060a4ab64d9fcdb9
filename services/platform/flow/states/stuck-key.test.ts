/** A key whose every write gets no answer, among many that can be written. The other side is a double. */
import { describe, expect, it } from '@jest/globals';
import { parked } from '../../../../schemas/topics.ts';
import { Unavailable } from '../../errors.ts';
import { flowOf, keysTo } from '../testing/plain-flow.ts';

const timedOut = () =>
  new Unavailable(
    { code: 'http.deadline', what: 'No answer', fix: 'Look' },
    { outcome: 'unknown', perhapsRecord: true },
  );
const notYet = () => new Unavailable({ code: 'not.there', what: 'Not there', fix: 'Wait' }, { notYet: true });
const well = () => Promise.resolve();
const settleMs = 10_000;

describe('one key that only times out', () => {
  for (const creates of [false, true])
    it(`is parked, and thousands of records of others are written (creates: ${creates})`, async () => {
      const { world, broker, clock, calls, send, reported, stillParked } = await flowOf({
        creates,
        policy: { maxDistanceStates: 200, perhapsRecordTries: 5 },
        fail: (keys) => (keys.includes('stuck') ? timedOut() : null),
        probe: well,
      });
      send('first', 'stuck', 'last');
      for (let round = 0; round < 60; round += 1) send(...keysTo(50));
      world.assignAll();
      await clock.pass(120_000);
      expect(stillParked()).toMatchObject([
        { key: 'stuck', code: 'record.always_fails', cause: expect.stringContaining('while other calls') },
      ]);
      const newest = broker.log('test.plains').slice(-50);
      const applied = new Set(reported().filter((line) => line.endsWith(' applied')));
      expect(newest.filter(({ key }) => !applied.has(`${key} applied`))).toEqual([]);
      expect(broker.committed(0).offset).toBe(3_003);
      // Nobody was parked for it meanwhile.
      const blamed = broker.values(parked).map(({ key }) => key);
      expect(blamed).toEqual(['stuck']);
      // What creates is never repeated before an unknown outcome is settled.
      const tries = calls.filter(({ keys }) => keys.includes('stuck')).map(({ at }) => at);
      const waits = tries.slice(1).map((at, index) => at - tries[index]!);
      if (creates) expect(Math.min(...waits)).toBeGreaterThanOrEqual(settleMs);
    });

  it('or is not there yet holds nobody up for longer than its partition can go on without it', async () => {
    const { world, broker, clock, send, reported, stillParked } = await flowOf({
      policy: { maxDistanceStates: 200 },
      fail: (keys) => (keys.includes('absent') ? notYet() : null),
      batchSize: () => 1,
    });
    send('absent', 'last');
    world.assignAll();
    await clock.pass(60_000);
    expect(reported()).toEqual(['last applied']);
    for (let round = 0; round < 60; round += 1) send(...keysTo(50));
    await clock.pass(600_000);
    expect([stillParked(), broker.committed(0).offset]).toEqual([[], 3_002]);
    expect(reported().filter((line) => line.startsWith('absent'))).toEqual(['absent unchanged']);
  });

  it('is found in a batch, and what was written with it is written again when the batch can land no more', async () => {
    const { world, clock, calls, send, stillParked } = await flowOf({
      fail: (keys) => (keys.includes('k003') ? timedOut() : null),
      probe: well,
      policy: { perhapsRecordTries: 3 },
    });
    send(...keysTo(8));
    world.assignAll();
    await clock.pass(60_000);
    expect(stillParked()).toMatchObject([{ key: 'k003', code: 'record.always_fails' }]);
    const together = calls.findLast(({ keys }) => keys.includes('k003') && keys.length > 1)!;
    for (const key of together.keys.filter((one) => one !== 'k003'))
      expect(calls.some(({ keys, at }) => keys.includes(key) && at >= together.at + settleMs)).toBe(true);
  });

  it('waits with all others while the other side is away', async () => {
    const { world, clock, send, stillParked } = await flowOf({
      policy: { maxDistanceStates: 20 },
      fail: timedOut,
      probe: () => Promise.reject(new Error('down')),
    });
    send(...keysTo(60));
    world.assignAll();
    await clock.pass(300_000);
    expect(stillParked()).toEqual([]);
  });
});
