import { describe, expect, it } from '@jest/globals';
import { outcomes, parked } from '../../../../schemas/topics.ts';
import { Rejected, Unavailable } from '../../errors.ts';
import type { Policy } from '../outcome/policy.ts';
import { runDocuments } from './run-documents.ts';
import { plains } from '../testing/records.ts';
import type { Plain } from '../testing/records.ts';
import { World } from '../testing/world.ts';

const down = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const settleMs = 10_000;

async function flowOf(
  fail: (text: string, attempt: number, pressing?: boolean) => Error | null,
  probe?: () => Promise<void>,
  policy: Partial<Policy> = {},
  partitions = 1,
) {
  const handled: { at: number; text: string }[] = [];
  const world = new World<Plain>({
    seed: 1,
    contract: plains,
    partitions,
    policy: { retryInitialMs: 100, retryMaxMs: 1_000, perhapsRecordTries: 3, ...policy },
    start: (context) =>
      runDocuments<Plain>(context, {
        name: 'plains',
        contract: plains,
        mode: 'on',
        concurrency: () => 2,
        settleMs,
        probe: probe ?? (() => Promise.reject(new Error('none'))),
        handle: async ({ value }, attempt) => {
          await context.clock.wait(5);
          attempt.assertCurrent();
          handled.push({ at: context.clock.now() - startedAt, text: value.text });
          await context.clock.wait(5);
          const error = fail(value.text, attempt.number, attempt.pressing);
          if (error) throw error;
          return { status: 'applied' };
        },
      }),
  });
  const { broker, clock } = world;
  const startedAt = clock.now();
  const send = (...texts: string[]) => {
    for (const text of texts) broker.append(plains, text[0]!, { key: text[0]!, text });
  };
  await world.begin();
  const reported = () => broker.values(outcomes).map(({ offset, status }) => `${offset} ${status}`);
  return { world, broker, clock, handled, send, reported };
}

describe('a flow of documents', () => {
  it('tells a handler that its partition stands still for it, so that it need not wait any more', async () => {
    const notYet = new Unavailable(down, { notYet: true });
    const { world, broker, clock, send, reported } = await flowOf(
      (text, _attempt, pressing) => (text === 'a1' && !pressing ? notYet : null),
      undefined,
      { maxDistanceRecords: plains.partitions * 5, retryInitialMs: 1_000_000, retryMaxMs: 1_000_000 },
    );
    send('a1', ...Array.from({ length: 20 }, (_none, index) => `b${index}`));
    world.assignAll();
    await clock.pass(5_000);
    expect(reported()).toHaveLength(21);
    expect(broker.values(outcomes).map(({ status }) => status)).not.toContain('unchanged');
  });

  it('tries what was not yet there as soon as it may be, and counts no try for it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const notYet = new Unavailable(down, { notYet: true, retryAfterMs: 60_000, until: promise });
    const tries: number[] = [];
    const { world, clock, handled, send } = await flowOf((_text, attempt) => {
      tries.push(attempt);
      return tries.length < 3 ? notYet : null;
    });
    send('a1');
    world.assignAll();
    await clock.pass(30_000);
    resolve();
    await clock.pass(60_000);
    // The second try finds it still missing, and that it may be there already.
    expect(tries).toEqual([1, 1, 1]);
    expect(handled[1]!.at).toBeGreaterThanOrEqual(30_000);
    expect(handled[2]!.at).toBeLessThan(31_000);
  });

  it('lets the key of an unknown outcome wait until it is settled, and no other', async () => {
    const unknown = new Unavailable(down, { outcome: 'unknown' });
    const { world, clock, handled, send } = await flowOf((text, attempt) =>
      text === 'a1' && attempt === 1 ? unknown : null,
    );
    send('a1', 'a2', 'b1', 'b2');
    world.assignAll();
    await clock.pass(5_000);
    expect(handled.map(({ text }) => text).toSorted()).toEqual(['a1', 'b1', 'b2']);
    await clock.pass(10_000);
    expect(handled.slice(3).map(({ text }) => text)).toEqual(['a1', 'a2']);
    expect(handled[3]!.at - handled[0]!.at).toBeGreaterThanOrEqual(settleMs);
  });

  it('parks the document that gets no answer while a probe succeeds, when that is settled and it was looked for', async () => {
    const lasting = () => new Unavailable(down, { perhapsRecord: true, outcome: 'unknown' });
    const { world, broker, clock, handled, send } = await flowOf(
      (text) => (text === 'a1' ? lasting() : null),
      () => Promise.resolve(),
    );
    send('a1', 'a2', 'b1');
    world.assignAll();
    await clock.pass(60_000);
    expect(broker.values(parked)).toMatchObject([{ offset: 0, code: 'record.always_fails', attempts: 3 }]);
    expect(broker.values(parked)[0]!.cause).not.toContain('may have been carried out');
    const tries = handled.filter(({ text }) => text === 'a1');
    const next = handled.find(({ text }) => text === 'a2')!;
    expect([tries.length, next.at - tries[2]!.at >= settleMs]).toEqual([3, true]);
  });

  it('goes on for all other keys while one gets no answer, and parks that one', async () => {
    const timedOut = () => new Unavailable(down, { perhapsRecord: true, outcome: 'unknown' });
    const { world, broker, clock, send, reported } = await flowOf(
      (text) => (text === 'a!' ? timedOut() : null),
      () => Promise.resolve(),
      { maxDistanceRecords: 100, perhapsRecordTries: 5 },
    );
    send('a!');
    for (let number = 0; number < 2_000; number += 1) send(`${'bcdefghij'[number % 9]}${number}`);
    world.assignAll();
    await clock.pass(60_000);
    expect(reported().filter((line) => line.endsWith(' applied'))).toHaveLength(2_000);
    // The partition stood for it: two tries, one more after the probe, and a look when that could land no more.
    expect(broker.values(parked)).toMatchObject([{ key: 'a', code: 'record.always_fails', attempts: 3 }]);
    expect(broker.committed(0).offset).toBe(2_001);
  });

  it('serves each partition in its turn, however much another one has to do', async () => {
    const { world, broker, clock, handled, send } = await flowOf(() => null, undefined, {}, 2);
    for (let number = 0; number < 400; number += 1) {
      const key = 'abcdefghij'[number % 10]!;
      send(`${key}${number}`);
      broker.append(plains, key.toUpperCase(), { key, text: `${key.toUpperCase()}${number}` }, 1);
    }
    world.assignAll(world.members[0]);
    await clock.pass(2_000);
    const ofFirst = handled.filter(({ text }) => text < 'a').length;
    expect([handled.length < 600, ofFirst / handled.length]).toEqual([true, expect.closeTo(0.5, 1)]);
  });

  it('parks no more than a few while one kind of call fails for all, though a probe of another kind succeeds', async () => {
    let isBroken = true;
    const { world, broker, clock, send, reported } = await flowOf(
      () => (isBroken ? new Unavailable(down, { perhapsRecord: true }) : null),
      () => Promise.resolve(),
    );
    const keys = 'abcdefghijklmnopqrstuvwxyz'.split('');
    send(...keys.map((key) => `${key}1`));
    world.assignAll();
    await clock.pass(600_000);
    expect(broker.values(parked).length).toBeLessThanOrEqual(3);
    isBroken = false;
    await clock.pass(30_000);
    expect(reported().filter((line) => line.endsWith(' applied')).length).toBeGreaterThanOrEqual(23);
  });

  it('parks all of many bad documents in the end, when good ones come between', async () => {
    const { world, broker, clock, send, reported } = await flowOf(
      (text) => (text.endsWith('!') ? new Unavailable(down, { perhapsRecord: true }) : null),
      () => Promise.resolve(),
    );
    send(...'abcdefgh'.split('').map((key) => `${key}!`));
    world.assignAll();
    for (const key of 'ijklmnop') {
      await clock.pass(30_000);
      send(`${key}1`);
    }
    await clock.pass(60_000);
    expect(broker.values(parked)).toHaveLength(8);
    expect(reported().filter((line) => line.endsWith(' applied'))).toHaveLength(8);
  });

  it('parks all of many bad documents in the end, where no good one is left', async () => {
    const { world, broker, clock, send } = await flowOf(
      () => new Unavailable(down, { perhapsRecord: true }),
      () => Promise.resolve(),
    );
    send(...'abcdef'.split('').map((key) => `${key}1`));
    world.assignAll();
    await clock.pass(600_000);
    expect(broker.values(parked).length).toBeLessThanOrEqual(3);
    await clock.pass(3_600_000);
    expect(broker.values(parked)).toHaveLength(6);
  });

  it('parks what is rejected or cannot be read, and goes on with the next', async () => {
    const bad = new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Correct it' });
    const { world, broker, clock, send, reported } = await flowOf((text) => (text === 'a1' ? bad : null));
    send('a1', 'a2');
    broker.appendUndecodable(plains.topic);
    broker.append(plains, 'a', null);
    send('a3');
    world.assignAll();
    await clock.pass(3_000);
    expect(reported()).toEqual(['0 rejected', '1 applied', '3 unchanged', '4 applied']);
    expect(
      broker
        .values(parked)
        .map(({ offset, code }) => `${offset} ${code}`)
        .toSorted(),
    ).toEqual(['0 plain.bad', '2 record.undecodable']);
    expect(broker.committed(0).offset).toBe(5);
  });

  it('waits while the other side is away, parks nothing, and keeps the order', async () => {
    let isDown = true;
    const { world, broker, clock, handled, send, reported } = await flowOf(() =>
      isDown ? new Unavailable(down) : null,
    );
    send('a1', 'a2', 'a3', 'b1');
    world.assignAll();
    await clock.pass(60_000);
    expect([broker.values(parked), reported()]).toEqual([[], []]);
    isDown = false;
    handled.length = 0;
    await clock.pass(10_000);
    expect(handled.map(({ text }) => text).filter((text) => text.startsWith('a'))).toEqual([
      'a1',
      'a2',
      'a3',
    ]);
    expect(reported()).toHaveLength(4);
  });
});
