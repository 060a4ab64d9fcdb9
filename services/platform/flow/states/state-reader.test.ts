/** Real: the reader, its pending set, the verdicts. Doubles: the lease, the broker. What is written is said by the test. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { outcomes, parked } from '../../../../schemas/topics.ts';
import { Rejected, Unavailable } from '../../errors.ts';
import { LeaseLost } from '../../fence.ts';
import type { Lease, Received, Undecodable } from '../../kafka/types.ts';
import { RecordedSpans } from '../../telemetry/testing/recorded-spans.ts';
import { startSpan } from '../../telemetry/tracing.ts';
import type { Handled } from '../outcome/outcome.ts';
import type { Policy } from '../outcome/policy.ts';
import { LeaseDouble } from '../testing/lease.ts';
import { plains, recordOf } from '../testing/records.ts';
import type { Plain } from '../testing/records.ts';
import { verdictsOf } from '../testing/verdicts.ts';
import { settled } from '../testing/virtual-clock.ts';
import type { StateFlow } from './state-flow.ts';
import { StateReader } from './state-reader.ts';

const spans = new RecordedSpans();
beforeEach(() => spans.forget());

const settleMs = 10_000;
const fault = { code: 'shop.down', what: 'Down', fix: 'Wait' };
const away = new Unavailable(fault);
const unknown = new Unavailable(fault, { outcome: 'unknown' });
const bad = new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Correct it' });
const applied: Handled = { status: 'applied' };

async function readerOf(
  options: { lease?: Partial<Lease>; policy?: Partial<Policy>; flow?: Partial<StateFlow<Plain>> } = {},
) {
  const world = await verdictsOf(options.policy);
  const lease = new LeaseDouble(options.lease);
  let woken = 0;
  const flow = { name: 'plains', contracts: [plains], settleMs, batchGroupOf: () => 'g', ...options.flow };
  const { context, verdicts, bus } = world;
  const reader = new StateReader<Plain>(lease, context, flow as never, verdicts, () => (woken += 1));
  let offset = lease.start;
  const receive = (...keys: string[]) =>
    reader.receive(
      keys.map((key) => recordOf(key, offset++, key.endsWith('-') ? { value: null } : {}) as never),
    );
  const now = () => bus.clock.now();
  /** What comes next is taken, and concluded as said. */
  const take = () => {
    const [entry] = reader.pending.take('g', 1, false, () => false);
    if (!entry) return null;
    const { record, attempts } = entry;
    const pressing = reader.isPressing(entry);
    const taken = { entry, record, attempts, inDoubt: false, shared: false, alone: false, pressing };
    const tried = {
      record: record as unknown as Received<never>,
      lease,
      attempts,
      startedAt: now(),
      span: startSpan('process'),
    };
    return {
      taken,
      conclude: (result: Handled | Error, changes: object = {}) =>
        reader.conclude({ ...taken, ...changes }, tried, result),
    };
  };
  const breakerTrying = () => {
    verdicts.breaker.failed(now(), { needsOperator: true, retryAfterMs: 0 });
    verdicts.breaker.begin();
    return () => verdicts.breaker.waitMs(Infinity) !== 0;
  };
  return { ...world, lease, reader, receive, take, now, breakerTrying, woken: () => woken };
}

const undecodable = (offset: number) =>
  ({
    ...recordOf('a', offset),
    undecodable: { code: 'record.undecodable', what: 'Bytes', fix: 'Look' },
  }) as unknown as Undecodable;

describe('a reader', () => {
  it('finishes what asks for nothing as it comes, and the rest when it is written', async () => {
    const accepts = ({ key }: Received<Plain>) => key !== 'other';
    const { reader, lease, receive, take, reported, woken } = await readerOf({ flow: { accepts } });
    receive('gone-', 'other');
    expect([reader.size, lease.finished, woken()]).toEqual([0, 2, 1]);
    receive('a', 'b');
    expect([reader.size, lease.finished, woken()]).toEqual([2, 2, 2]);
    const [first, second] = [take()!, take()!];
    await second.conclude(applied);
    expect(lease.finished).toBe(2);
    await first.conclude(applied);
    expect([lease.finished, reported()]).toEqual([4, ['b applied null', 'a applied null']]);
  });

  it('takes tombstones where the flow does, and tells of what was overtaken', async () => {
    const { reader, receive, bus, take } = await readerOf({ flow: { takesTombstones: true } });
    receive('a-', 'a-');
    expect(reader.size).toBe(1);
    await settled();
    expect(bus.broker.values(outcomes)).toMatchObject([{ offset: 0, status: 'superseded', attempts: 0 }]);
    expect(take()!.taken.record.offset).toBe(1);
    expect(spans.count).toBe(0);
  });

  it('collapses, groups and hurries as the flow says', async () => {
    const { reader, receive } = await readerOf({
      flow: {
        identityOf: ({ key }) => key.toLowerCase(),
        batchGroupOf: ({ key }) => key[0]!,
        urgent: ({ key }) => key === 'B',
      },
    });
    receive('a', 'A', 'b', 'B', 'c');
    expect(reader.size).toBe(3);
    const urgent = reader.pending.readyGroups().filter(({ urgentSince }) => urgentSince !== null);
    expect(urgent.map(({ batchGroup }) => batchGroup)).toEqual(['B']);
  });

  it.each<[Partial<Lease>, boolean]>([
    [{}, true],
    [{ claimed: 3 }, false],
    [{ claimed: 2 }, true],
  ])('after a lease of %j may begin when all is read that was claimed: %s', async (lease, mayBegin) => {
    const { reader, lease: held, receive, now } = await readerOf({ lease });
    receive('a', 'b');
    expect(reader.mayBegin()).toBe(mayBegin);
    expect(reader.wake(now())).toBe(mayBegin ? null : now() + 30_000);
    held.isLost = true;
    expect(reader.mayBegin()).toBe(false);
  });

  it('begins before that when it may hold no more, and nothing when it is closed', async () => {
    const { reader, receive } = await readerOf({
      lease: { claimed: 500 },
      policy: { maxPendingStates: 2, maxDistanceStates: 10 },
    });
    receive('a', 'b');
    expect([reader.full(), reader.mayBegin()]).toEqual([true, true]);
    await reader.close();
    expect([reader.mayBegin(), reader.wake(0)]).toEqual([false, null]);
    receive('c');
    expect(reader.size).toBe(2);
  });

  it('claims all that it has read, and does not begin what it cannot claim', async () => {
    const { reader, lease, receive } = await readerOf({ lease: { start: 5 } });
    receive('a', 'b');
    expect([await reader.claimed(), lease.claims]).toEqual([true, [6]]);
    lease.refusal = new LeaseLost('test.plains[0]');
    expect(await reader.claimed()).toBe(false);
    lease.refusal = new TypeError('a bug');
    await expect(reader.claimed()).rejects.toThrow('a bug');
    lease.refusal = null;
    const claimed = reader.claimed();
    await reader.close();
    expect(await claimed).toBe(false);
  });
});

describe('before writing may begin', () => {
  /** Records of these keys, which tell what is done with them; one whose key ends with `?` cannot be read. */
  const unreadOf = (...keys: string[]) => {
    const did: string[] = [];
    const records = keys.map((name, offset) => {
      const key = name.replace('?', '');
      const say = (what: string) => did.push(`${what} ${key}${offset}`);
      return {
        ...recordOf(key, offset),
        isTombstone: false,
        open: () => {
          say('open');
          return name === key ? null : { ...undecodable(offset), key };
        },
        forget: () => say('forget'),
      } as unknown as Received<never>;
    });
    return { did, records };
  };
  const lease = { catchUpTo: 4 };
  // So that none is opened to tell of it.
  const untold = async (world: Awaited<ReturnType<typeof readerOf>>) => {
    world.verdicts.overtaken = () => undefined;
    await settled();
    return world;
  };

  it('only the newest of each key is looked into, and then forgotten until it is written', async () => {
    const { reader, lease: held, take } = await untold(await readerOf({ lease }));
    const { did, records } = unreadOf('a', 'b', 'a', 'c');
    reader.receive(records.slice(0, 3));
    expect([did, reader.size, reader.pending.readyGroups()]).toEqual([[], 2, []]);
    reader.receive(records.slice(3));
    const looked = (key: string) => [`open ${key}`, `forget ${key}`];
    expect(did).toEqual([...looked('a2'), ...looked('b1'), ...looked('c3')]);
    expect([take()!, take()!, take()!].map(({ taken }) => taken.record.offset)).toEqual([2, 1, 3]);
    expect(held.finished).toBe(1);
  });

  it('one that cannot be read asks for nothing when a newer one has come, else it is parked alone', async () => {
    const world = await untold(await readerOf({ lease }));
    const { reader, lease: held, bus, take, stillParked } = world;
    bus.holdsBack = parked.topic;
    reader.receive(unreadOf('a?', 'b', 'b?', 'a').records);
    await settled();
    // It holds the offset until it is parked; what is older of its key is not so any more.
    await take()!.conclude(applied);
    expect([take(), held.finished, stillParked()]).toEqual([null, 2, []]);
    bus.acknowledge();
    await settled();
    expect([held.finished, bus.broker.values(parked)]).toMatchObject([4, [{ offset: 2, key: null }]]);
  });

  it('all are looked into, some at a time, before the first is written', async () => {
    const keys = Array.from({ length: 1_100 }, (_none, index) => `k${index}`);
    const { reader, now } = await untold(await readerOf({ lease: { catchUpTo: keys.length } }));
    const { did, records } = unreadOf(...keys, 'later');
    const opened = () => did.filter((what) => what.startsWith('open')).length;
    reader.receive(records.slice(0, keys.length));
    expect([opened(), reader.mayBegin()]).toEqual([500, false]);
    // The others of the process have their turn meanwhile.
    expect([reader.wake(now()), opened(), reader.mayBegin()]).toEqual([now(), 1_000, false]);
    expect([reader.wake(now()), opened(), reader.mayBegin()]).toEqual([null, 1_100, true]);
    reader.receive(records.slice(keys.length));
    expect([opened(), reader.size]).toEqual([1_101, 1_101]);
  });

  it('what a write may still land on is looked into at once: it counts from which record on', async () => {
    const { reader } = await untold(await readerOf({ lease: { claimed: 1, catchUpTo: 3, clean: false } }));
    const { did, records } = unreadOf('a', 'a', 'b');
    reader.receive(records.slice(0, 2));
    expect(did.filter((what) => what.startsWith('open'))).toEqual(['open a0', 'open a1']);
    reader.receive(records.slice(2));
    const [a, b] = reader.pending.take('g', 2, false, () => false);
    expect([a, b]).toMatchObject([
      { rewriteAt: expect.anything(), openOffset: 0 },
      { rewriteAt: null, openOffset: null },
    ]);
  });

  it('all are looked into where what they are about stands in them', async () => {
    const flow = { identityOf: ({ key }: Received<Plain>) => key.toLowerCase() };
    const { reader } = await untold(await readerOf({ lease, flow }));
    const { did, records } = unreadOf('a', 'A');
    reader.receive(records);
    expect([did.filter((what) => what.startsWith('open')), reader.size]).toEqual([['open a0', 'open A1'], 1]);
  });
});

describe('what was written', () => {
  it('is given back when another partition of its batch was lost: as if it had not been tried', async () => {
    const { reader, lease, receive, take, reported, breakerTrying } = await readerOf();
    const isTrying = breakerTrying();
    receive('a');
    const first = take()!;
    receive('a');
    await first.conclude(new LeaseLost('test.plains[7]'));
    await settled();
    expect([isTrying(), reported(), lease.finished]).toEqual([false, ['a superseded null'], 0]);
    expect(take()!.taken).toMatchObject({ attempts: 1, record: { offset: 1 } });
    expect(await reader.close()).toBe(true);
    // Of the overtaken one and of the try.
    expect(spans.ended('process')).toHaveLength(1);
  });

  it('is concluded by nobody when its own partition was lost, and stays in doubt', async () => {
    const { reader, lease, receive, take, reported, breakerTrying } = await readerOf();
    const isTrying = breakerTrying();
    receive('a');
    const first = take()!;
    lease.isLost = true;
    await first.conclude(applied);
    expect([isTrying(), reported(), lease.finished, await reader.close()]).toEqual([false, [], 0, false]);
    expect(spans.ended('process')).toHaveLength(1);
  });

  it('is in doubt too when the lease is lost before it is told', async () => {
    const { bus, reader, lease, receive, take, policy } = await readerOf();
    receive('a');
    const first = take()!;
    bus.failure = new Unavailable(fault);
    const concluded = first.conclude(applied);
    await settled();
    lease.isLost = true;
    await bus.clock.pass(policy.retryInitialMs);
    await concluded;
    expect([lease.finished, await reader.close()]).toEqual([0, false]);
  });

  it('hides no bug of ours while the lease stands', async () => {
    const { lease, receive, take, verdicts } = await readerOf();
    receive('a');
    const first = take()!;
    verdicts.handled = () => Promise.reject(new TypeError('a bug'));
    await expect(first.conclude(applied)).rejects.toThrow('a bug');
    expect(lease.finished).toBe(0);
  });

  it('is tried again after its back-off, alone when it may be at fault, and what it overtook is told', async () => {
    const { bus, receive, take, reported, policy, reader, now } = await readerOf();
    receive('a');
    const first = take()!;
    receive('a');
    await first.conclude(away, { alone: true });
    await settled();
    expect(reported()).toEqual(['a superseded null']);
    const dueAt = now() + 0.75 * policy.retryInitialMs;
    expect([reader.wake(now()), take()]).toEqual([dueAt, null]);
    await bus.clock.pass(policy.retryInitialMs);
    reader.wake(now());
    expect(take()!.taken.entry).toMatchObject({ alone: true, attempts: 2, rewriteAt: null });
  });

  it.each([false, true])(
    'of unknown outcome is written again then, or looked at (creates: %s)',
    async (creates) => {
      const { bus, lease, receive, take, policy, reader, now } = await readerOf({ flow: { creates } });
      receive('a');
      await take()!.conclude(unknown);
      const [backOffMs, startedAt] = [0.75 * policy.retryInitialMs, now()];
      expect(reader.wake(now())).toBe(startedAt + (creates ? settleMs : backOffMs));
      await bus.clock.pass(creates ? settleMs : backOffMs);
      reader.wake(now());
      await take()!.conclude(applied);
      expect([lease.finished, reader.size]).toEqual(creates ? [1, 0] : [0, 1]);
      expect(await reader.close()).toBe(creates);
    },
  );

  it('is told when nothing older can land on it any more: written again by then, or overtaken', async () => {
    const { bus, receive, take, reported, reader, now } = await readerOf();
    receive('a');
    await take()!.conclude(unknown);
    await bus.clock.pass(settleMs / 2);
    reader.wake(now());
    const again = take()!;
    receive('a');
    await again.conclude(applied);
    await settled();
    expect(reported()).toEqual(['a superseded null']);
    await take()!.conclude(applied);
    expect(reported()).toHaveLength(1);
    await bus.clock.pass(settleMs / 2);
    reader.wake(now());
    await take()!.conclude(applied);
    expect(reported()).toEqual(['a superseded null', 'a applied null']);
  });

  it('as part of a call in doubt is in doubt itself, whatever came of it alone', async () => {
    const { bus, lease, receive, take, reader, now } = await readerOf();
    receive('a');
    await take()!.conclude(applied, { inDoubt: true });
    expect([lease.finished, reader.wake(now()), await reader.close()]).toEqual([0, now() + settleMs, false]);
    await bus.clock.pass(settleMs);
    expect(await reader.close()).toBe(true);
  });

  it('and parked leaves, or waits until it can land no more', async () => {
    const { bus, lease, receive, take, reader, now } = await readerOf();
    receive('a', 'b');
    await take()!.conclude(bad);
    expect([reader.size, lease.finished]).toEqual([1, 1]);
    const b = take()!;
    await b.conclude(bad, { inDoubt: true });
    expect([reader.size, lease.finished]).toEqual([1, 1]);
    await bus.clock.pass(settleMs);
    reader.wake(now());
    expect([reader.size, lease.finished]).toEqual([0, 2]);
  });

  it('last of all that its partition stands still for has two tries', async () => {
    const lasting = new Unavailable(fault, { perhapsRecord: true });
    const tries = { perhapsRecordTries: 9, maxDistanceStates: 2 };
    const { bus, receive, take, reader, now, stillParked } = await readerOf({ policy: tries });
    receive('a', 'b');
    await take()!.conclude(lasting);
    const next = take()!;
    // It goes before all others, and waits no back-off out.
    reader.wake(now());
    const again = take()!;
    expect([next.taken.record.key, again.taken.record.key]).toEqual(['b', 'a']);
    await next.conclude(lasting);
    await again.conclude(lasting);
    expect([stillParked(), reader.size]).toEqual([['a'], 1]);
    await bus.clock.pass(1);
    // Not so where it failed with others in one call.
    const shared = await readerOf({ policy: { perhapsRecordTries: 1 } });
    shared.receive('a');
    await shared.take()!.conclude(lasting, { shared: true });
    expect(shared.stillParked()).toEqual([]);
  });
});

it('one that is to be written later holds the offset, and not what is told to be finished behind it', async () => {
  const inMs = 120_000;
  const dueAt = { a: Infinity } as Record<string, number>;
  const flow = { notBefore: ({ key }: Received<Plain>) => dueAt[key] ?? null };
  const { lease, receive, take, now, reader, bus } = await readerOf({ flow });
  dueAt.a = now() + inMs;
  receive('a', 'b', 'c');
  expect([lease.finished, lease.doneAbove]).toEqual([0, 0]);
  await take()!.conclude(applied);
  await take()!.conclude(applied);
  expect([take(), lease.finished, lease.doneAbove]).toEqual([null, 0, 2]);
  await bus.clock.pass(inMs);
  reader.wake(now());
  await take()!.conclude(applied);
  expect([lease.finished, lease.doneAbove]).toEqual([3, 0]);
});

describe('what a predecessor may still be writing', () => {
  const unclean = { claimed: 2, clean: false };
  it.each<[string, Partial<Lease>, boolean, object]>([
    ['is nothing after a clean one', { claimed: 2 }, false, { rewriteAt: null, notBefore: 0 }],
    ['is written at once, and again then', unclean, false, { rewriteAt: settleMs, notBefore: 0 }],
    ['waits until then where it may create', unclean, true, { rewriteAt: settleMs, notBefore: settleMs }],
  ])('%s', async (_name, lease, creates, expected) => {
    const { reader, receive, bus, now } = await readerOf({ lease, flow: { creates } });
    const startedAt = now();
    receive('a', 'b', 'c');
    const entries = () => {
      const taken = reader.pending.take('g', 9, false, () => false);
      return taken.map(({ identity, rewriteAt, notBefore }) => [
        identity.at(-1),
        rewriteAt && rewriteAt - startedAt,
        notBefore && notBefore - startedAt,
      ]);
    };
    const { rewriteAt, notBefore } = expected as { rewriteAt: number; notBefore: number };
    const rest = ['c', null, 0];
    const early = notBefore === 0 ? [['a', rewriteAt, 0], ['b', rewriteAt, 0], rest] : [rest];
    expect(entries()).toEqual(early);
    expect(await reader.close()).toBe(rewriteAt === null);
    await bus.clock.pass(settleMs);
    reader.wake(now());
    expect(entries()).toHaveLength(notBefore === 0 ? 0 : 2);
    expect(await reader.close()).toBe(true);
  });

  it('is nothing any more when that time has passed, nor where nothing was claimed', async () => {
    for (const [lease, waitMs] of [
      [unclean, settleMs],
      [{ clean: false }, 0],
    ] as const) {
      const { reader, receive, bus } = await readerOf({ lease });
      await bus.clock.pass(waitMs);
      receive('a');
      expect(reader.pending.take('g', 1, false, () => false)).toMatchObject([{ rewriteAt: null }]);
      expect(await reader.close()).toBe(true);
    }
  });

  it('may be what compaction took: then what is newer is in doubt too', async () => {
    const { reader } = await readerOf({ lease: { claimed: 3, clean: false } });
    reader.receive([recordOf('a', 1), recordOf('b', 5)] as never);
    const taken = reader.pending.take('g', 2, false, () => false);
    expect(taken.map(({ rewriteAt }) => rewriteAt !== null)).toEqual([true, true]);
  });

  it('may be of any key where its record is gone with the topic, until that is settled', async () => {
    const { reader, receive, bus } = await readerOf({ lease: { clean: false, allInDoubt: true } });
    receive('a');
    expect(reader.pending.take('g', 1, false, () => false)).toMatchObject([{ rewriteAt: expect.anything() }]);
    expect(await reader.close()).toBe(false);
    await bus.clock.pass(settleMs);
    expect(await reader.close()).toBe(true);
  });
});

describe('what cannot be read', () => {
  it('holds the offset until it is parked, and the reader open', async () => {
    const { bus, reader, lease, receive, take } = await readerOf();
    bus.holdsBack = parked.topic;
    reader.receive([undecodable(0)]);
    receive('a', 'b');
    await take()!.conclude(applied);
    let closed: boolean | null = null;
    const closing = reader.close().then((clean) => (closed = clean));
    await settled();
    expect([lease.finished, closed]).toEqual([0, null]);
    bus.acknowledge();
    await closing;
    expect([lease.finished, closed]).toEqual([1, true]);
  });

  it.each([
    ['at all', undecodable(1)],
    ['when it is looked into', { ...recordOf('a', 1), open: () => undecodable(1) }],
  ])('%s says that what is older of its key is not so any more', async (_when, unreadable) => {
    const { reader, lease, receive, take, reported, stillParked } = await readerOf();
    receive('a');
    await take()!.conclude(away);
    reader.receive([unreadable as unknown as Undecodable]);
    await settled();
    expect([reader.size, lease.finished, reported()]).toEqual([0, 2, ['a superseded null']]);
    // By its place alone.
    expect(stillParked()).toEqual(['1']);
  });

  it('says nothing of what is about something that only a value tells', async () => {
    const flow = { identityOf: ({ key }: Received<Plain>) => key.toLowerCase() };
    const { reader, receive } = await readerOf({ flow });
    receive('a');
    reader.receive([undecodable(1)]);
    await settled();
    expect(reader.size).toBe(1);
  });

  it('is left to the next owner when the lease is lost', async () => {
    const { bus, reader, lease } = await readerOf();
    bus.failure = new LeaseLost('test.plains[0]');
    lease.isLost = true;
    reader.receive([undecodable(0)]);
    expect([await reader.close(), lease.finished]).toEqual([true, 0]);
  });
});

it('closes when the batches that it is in have ended', async () => {
  const { reader } = await readerOf();
  for (let batch = 0; batch < 2; batch += 1) reader.began();
  let closed = false;
  const closing = reader.close().then(() => (closed = true));
  reader.ended();
  await settled();
  expect(closed).toBe(false);
  reader.ended();
  await closing;
});
