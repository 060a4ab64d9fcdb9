/** Real: the reader, its queues, the verdicts. Doubles: the lease, the broker, the handler. One record at a time. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { outcomes, parked } from '../../../../schemas/topics.ts';
import { Rejected, Unavailable } from '../../errors.ts';
import { LeaseLost, currentFence } from '../../fence.ts';
import type { Lease } from '../../kafka/types.ts';
import { RecordedSpans } from '../../telemetry/testing/recorded-spans.ts';
import type { Attempt } from '../outcome/outcome.ts';
import type { Policy } from '../outcome/policy.ts';
import { LeaseDouble } from '../testing/lease.ts';
import { plains, recordOf } from '../testing/records.ts';
import { verdictsOf } from '../testing/verdicts.ts';
import { settled } from '../testing/virtual-clock.ts';
import { DocumentReader } from './document-reader.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const settleMs = 10_000;
const fault = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const unknown = new Unavailable(fault, { outcome: 'unknown' });

async function readerOf(options: { lease?: Partial<Lease>; policy?: Partial<Policy> } = {}) {
  const world = await verdictsOf(options.policy);
  const lease = new LeaseDouble(options.lease);
  const handled: string[] = [];
  let woken = 0;
  /** What the handler does with a try, after a turn. */
  const habit = { handle: (_attempt: Attempt): void | Promise<void> => undefined };
  const flow = {
    name: 'plains',
    contract: plains,
    mode: 'on',
    settleMs,
    handle: async ({ offset }: { offset: number }, attempt: Attempt) => {
      handled.push(`${offset} try ${attempt.number}${lease.claims.at(-1)! >= offset ? '' : ' unclaimed'}`);
      await settled();
      await habit.handle(attempt);
      return { status: 'applied' };
    },
  };
  const { context, verdicts, bus } = world;
  const reader = new DocumentReader(lease, context, flow as never, verdicts, () => (woken += 1));
  const receive = (...keys: string[]) =>
    reader.receive(keys.map((key, index) => recordOf(key, lease.start + index) as never));
  /** One try of what comes next, if anything may begin. */
  const work = async () => {
    const document = reader.queues.take(bus.clock.now());
    if (document) await reader.work(document);
    return document !== null;
  };
  return { ...world, lease, reader, handled, habit, receive, work, woken: () => woken };
}

describe('a document', () => {
  it('that waits for another try holds the offset, and not what is told to be finished behind it', async () => {
    const { lease, receive, work, habit } = await readerOf();
    receive('a', 'b', 'c');
    habit.handle = ({ number }) => {
      if (lease.claims.length === 1 && number === 1) throw new Unavailable(fault);
    };
    expect([await work(), await work(), await work()]).toEqual([true, true, true]);
    expect([lease.finished, lease.doneAbove]).toEqual([0, 2]);
  });

  it('that comes after the end of its reader is left to the next one', async () => {
    const { reader, receive, work, woken } = await readerOf();
    await reader.close();
    receive('a');
    expect([reader.closed, reader.size, woken(), await work()]).toEqual([true, 0, 0, false]);
  });

  it('is claimed, handled under the fence, and then finished up to what is open', async () => {
    const { reader, lease, handled, habit, receive, work, reported, woken } = await readerOf();
    let fence: unknown = null;
    habit.handle = () => void (fence = currentFence());
    receive('a', 'b');
    expect([woken(), lease.finished]).toEqual([1, null]);
    const [first, second] = [reader.queues.take(0)!, reader.queues.take(0)!];
    await reader.work(second);
    expect([handled, lease.finished, fence]).toEqual([['1 try 1'], 0, lease]);
    await reader.work(first);
    expect([handled, lease.finished]).toEqual([['1 try 1', '0 try 1'], 2]);
    expect(reported()).toEqual(['b applied null', 'a applied null']);
    expect(spans.ended('process test.plains')).toHaveLength(2);
    expect(await work()).toBe(false);
  });

  it('that is a tombstone asks for nothing', async () => {
    const { reader, handled, work, bus } = await readerOf();
    reader.receive([recordOf('a', 0, { value: null }) as never]);
    await work();
    expect(handled).toEqual([]);
    expect(bus.broker.values(outcomes)).toMatchObject([{ status: 'unchanged', cause: 'a tombstone' }]);
  });

  it('that cannot be read is finished when it is parked, and says nothing of the other side', async () => {
    const { reader, lease, work, bus, verdicts } = await readerOf();
    reader.receive([
      {
        ...recordOf('a', 0),
        undecodable: { code: 'record.undecodable', what: 'Bytes', fix: 'Look' },
      },
    ]);
    verdicts.breaker.failed(bus.clock.now(), { needsOperator: true, retryAfterMs: 0 });
    verdicts.breaker.begin();
    bus.holdsBack = parked.topic;
    const working = work();
    for (let turns = 0; turns < 3; turns += 1) await settled();
    expect([reader.size, lease.finished]).toEqual([1, null]);
    bus.acknowledge();
    await working;
    expect([reader.size, lease.finished]).toEqual([0, 1]);
    expect([verdicts.breaker.state, verdicts.breaker.waitMs(Infinity)]).toEqual([1, 0]);
  });

  it('that failed waits its back-off out, or until its outcome is settled, and so does the next of its key', async () => {
    const { bus, lease, reader, habit, receive, work, handled, policy } = await readerOf();
    const startedAt = bus.clock.now();
    receive('a', 'a');
    habit.handle = () => Promise.reject(new Unavailable(fault));
    await work();
    expect(reader.wake(startedAt)).toBe(startedAt + 0.75 * policy.retryInitialMs);
    await bus.clock.pass(policy.retryInitialMs);
    habit.handle = () => Promise.reject(unknown);
    await work();
    expect([reader.wake(startedAt), lease.finished]).toEqual([bus.clock.now() + settleMs, 0]);
    await bus.clock.pass(settleMs);
    habit.handle = () => Promise.reject(new Rejected(fault));
    await work();
    expect(lease.finished).toBe(1);
    expect(handled).toEqual(['0 try 1', '0 try 2', '0 try 3']);
  });

  it('that lets others of its key pass is tried after each of them, and holds the offset meanwhile', async () => {
    const { lease, habit, receive, work, handled, reported } = await readerOf();
    let isThere = false;
    habit.handle = () => {
      if (handled.at(-1)!.startsWith('1')) isThere = true;
      else if (!isThere) throw new Unavailable(fault, { notYet: true, letsPass: true, retryAfterMs: 5_000 });
    };
    receive('a', 'a');
    for (const finished of [0, 0, 2]) {
      await work();
      expect(lease.finished).toBe(finished);
    }
    // What was not to be yet counts for none of the tries.
    expect(handled).toEqual(['0 try 1', '1 try 1', '0 try 1']);
    expect(reported()).toEqual(['a applied null', 'a applied null']);
  });

  it('is parked when it stands still for others, sooner; and after an unknown outcome when it was looked for', async () => {
    const { bus, reader, habit, receive, work, handled, stillParked, lease } = await readerOf({
      policy: { maxDistanceRecords: 2, perhapsRecordTries: 9 },
    });
    const tries: boolean[] = [];
    habit.handle = (attempt) => {
      let isLook = false;
      try {
        attempt.assertCurrent();
      } catch (error) {
        isLook = error instanceof Unavailable;
      }
      tries.push(isLook);
      throw new Unavailable(fault, { perhapsRecord: true, outcome: 'unknown' });
    };
    receive('a', 'a');
    await work();
    expect(reader.full()).toBe(true);
    for (let round = 0; round < 2; round += 1) {
      await bus.clock.pass(settleMs);
      reader.wake(bus.clock.now());
      await work();
    }
    // The second try is the last one, and the look after it begins nothing and counts for none.
    expect([handled, tries]).toEqual([
      ['0 try 1', '0 try 2', '0 try 2'],
      [false, false, true],
    ]);
    expect([stillParked(), lease.finished]).toEqual([['a'], 1]);
    // What was tried last may still come, so the next of the key waits.
    expect([reader.queues.take(bus.clock.now()), reader.wake(bus.clock.now())]).toEqual([
      null,
      bus.clock.now() + settleMs,
    ]);
  });
});

describe('a reader', () => {
  it.each<[string, Partial<Policy>]>([
    ['documents', { maxPendingKeys: 3 }],
    ['bytes', { maxPendingBytes: 33 }],
    ['offsets from the lowest unfinished one', { maxDistanceRecords: 3 }],
  ])('is full with as many %s as it may hold', async (_name, policy) => {
    const { reader } = await readerOf({ policy, lease: { start: 5 } });
    const receive = (offset: number) =>
      reader.receive([recordOf(`k${offset}`, offset, { sizeBytes: 11 }) as never]);
    for (const offset of [5, 6]) receive(offset);
    expect(reader.full()).toBe(false);
    receive(7);
    expect(reader.full()).toBe(true);
  });

  it.each([
    ['at once after a predecessor that left cleanly', { claimed: 2, clean: true }, 0],
    ['at once where nothing was claimed', { clean: false }, 0],
    ['when it is settled, what another may have begun', { claimed: 1, clean: false }, settleMs],
  ])('begins %s', async (_name, lease, waitMs) => {
    const { bus, receive, reader } = await readerOf({ lease });
    const startedAt = bus.clock.now();
    receive('a', 'b');
    await bus.clock.pass(waitMs - 1);
    const begun = () => reader.queues.take(bus.clock.now())?.record.offset ?? null;
    expect(begun()).toBe(waitMs === 0 ? 0 : 1);
    // And it does not leave cleanly before.
    expect(await reader.close()).toBe(waitMs === 0);
    await bus.clock.pass(1);
    expect([begun(), await reader.close()]).toEqual([
      waitMs === 0 ? 1 : 0,
      bus.clock.now() >= startedAt + waitMs,
    ]);
  });

  it('begins nothing before it is settled what was begun for records that are gone', async () => {
    const { bus, receive, reader } = await readerOf({ lease: { clean: false, allInDoubt: true } });
    receive('a', 'b');
    await bus.clock.pass(settleMs - 1);
    expect([reader.queues.take(bus.clock.now()), await reader.close()]).toEqual([null, false]);
    await bus.clock.pass(1);
    expect(reader.queues.take(bus.clock.now())).toMatchObject({ queue: 'key:a' });
    expect(await reader.close()).toBe(true);
  });

  it('closes when what is in flight has ended, takes nothing more, and is in doubt after an unknown outcome', async () => {
    const { bus, reader, habit, receive, work } = await readerOf();
    let end: (error: Error) => void = () => undefined;
    habit.handle = () => new Promise((_resolve, reject) => (end = reject));
    receive('a');
    const working = work();
    for (let turns = 0; turns < 3; turns += 1) await settled();
    let closed: boolean | null = null;
    const closing = reader.close().then((clean) => (closed = clean));
    receive('b');
    await settled();
    expect([closed, reader.size]).toEqual([null, 1]);
    end(unknown);
    await working;
    await closing;
    expect(closed).toBe(false);
    await bus.clock.pass(settleMs - 1);
    expect(await reader.close()).toBe(false);
    await bus.clock.pass(1);
    expect(await reader.close()).toBe(true);
  });

  it('concludes nothing of what it lost meanwhile, and is in doubt of it', async () => {
    const { bus, reader, lease, habit, receive, work, reported, verdicts } = await readerOf();
    verdicts.breaker.failed(bus.clock.now(), { needsOperator: true, retryAfterMs: 0 });
    verdicts.breaker.begin();
    receive('a');
    habit.handle = (attempt) => {
      lease.isLost = true;
      attempt.assertCurrent();
    };
    await work();
    expect([reported(), lease.finished, await reader.close()]).toEqual([[], null, false]);
    expect(verdicts.breaker.waitMs(Infinity)).toBe(0);
  });

  it('begins anew what shared a look-up with work that was lost elsewhere', async () => {
    const { bus, reader, lease, habit, receive, work, reported, verdicts, policy } = await readerOf();
    verdicts.breaker.failed(bus.clock.now(), { needsOperator: true, retryAfterMs: 0 });
    verdicts.breaker.begin();
    receive('a');
    habit.handle = () => Promise.reject(new LeaseLost('test.plains[7]'));
    await work();
    expect([reported(), lease.finished, verdicts.breaker.waitMs(Infinity)]).toEqual([[], 0, 0]);
    expect([reader.wake(bus.clock.now()), await reader.close()]).toEqual([
      bus.clock.now() + policy.retryInitialMs,
      true,
    ]);
    expect(spans.ended('process test.plains')).toHaveLength(1);
  });

  it('handles nothing that it cannot claim, and hides no error but the loss of its lease', async () => {
    const { lease, handled, receive, work } = await readerOf();
    receive('a', 'b', 'c');
    lease.refusal = new LeaseLost('test.plains[0]');
    await work();
    lease.refusal = new TypeError('a bug');
    await expect(work()).rejects.toThrow('a bug');
    lease.isLost = true;
    await work();
    expect(handled).toEqual([]);
  });
});
