/**
 * Leases over the lives and deaths of their owners. Real: broker, registry, and members as processes of their own
 * where they are killed or put to sleep. Asserted: what the next owner is told, and what the old one may still do.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { stock } from '../../schemas/topics.ts';
import { LeaseLost } from '../../services/platform/fence.ts';
import { startMember } from './member-process.ts';
import type { MemberProcess } from './member-process.ts';
import { applyTopics, openAdmin, openBus, ownTopic, recorder, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

const sessionTimeoutMs = 3_000;
const topic = ownTopic(stock, 1);
let bus: TestBus;
const members: MemberProcess[] = [];

beforeAll(async () => {
  await applyTopics(untyped(topic));
  bus = openBus();
  for (let number = 0; number < 20; number++) await bus.publish(topic, { value: stockOf('A', number) });
});

afterAll(async () => {
  for (const member of members) member.signal('SIGKILL');
  await bus.close();
});

function member(group: string): MemberProcess {
  const made = startMember({ topic: topic.topic, group, sessionTimeoutMs });
  members.push(made);
  return made;
}

const claimed = (one: MemberProcess) =>
  one.news.some((news) => news.said === 'claimed' && news.offset === 19);

describe('a successor', () => {
  it('of nobody begins at the earliest record, clean', async () => {
    const taken = recorder();
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group: randomUUID(),
      open: taken.open,
    });
    await until('a lease', () => subscription.ready());
    expect(taken.taken[0]!.lease).toMatchObject({ start: 0, claimed: 0, clean: true });
    await until('all records', () => taken.records().length === 20);
    await subscription.stop();
  });

  it('of a killed process is told up to where that may have been at work', async () => {
    const group = randomUUID();
    const first = member(group);
    await until('the first member has claimed all', () => claimed(first));
    first.signal('SIGKILL');
    await first.exited;
    const taken = recorder();
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group,
      sessionTimeoutMs,
      open: taken.open,
    });
    await until('the takeover', () => subscription.ready());
    expect(taken.taken[0]!.lease).toMatchObject({ start: 0, claimed: 20, clean: false });
    await subscription.stop();
  });

  it('of a process that stopped is told that nothing is in flight', async () => {
    const group = randomUUID();
    const first = member(group);
    await until('the first member has claimed all', () => claimed(first));
    first.tell('stop');
    await first.exited;
    const taken = recorder();
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group,
      sessionTimeoutMs,
      open: taken.open,
    });
    await until('the takeover', () => subscription.ready());
    expect(taken.taken[0]!.lease).toMatchObject({ start: 0, claimed: 20, clean: true });
    await subscription.stop();
  });

  it('of a reader that could not say so is told that something may be in flight', async () => {
    const group = randomUUID();
    const unsure = recorder({
      clean: () => false,
      work: (lease, records) => void lease.claim(records.at(-1)!.offset),
    });
    const first = await bus.subscribe({ contracts: untyped(topic), group, open: unsure.open });
    await until('all records', () => unsure.records().length === 20);
    await unsure.taken[0]!.lease.claim(19);
    await first.stop();
    const taken = recorder();
    const second = await bus.subscribe({ contracts: untyped(topic), group, open: taken.open });
    await until('the takeover', () => second.ready());
    expect(taken.taken[0]!.lease).toMatchObject({ start: 0, claimed: 20, clean: false });
    await second.stop();
  });

  it('goes on where the predecessor had finished, never before', async () => {
    const group = randomUUID();
    const half = recorder({ work: (lease) => lease.finish(12) });
    const first = await bus.subscribe({ contracts: untyped(topic), group, open: half.open });
    await until('all records', () => half.records().length === 20);
    half.taken[0]!.lease.finish(5);
    await first.stop();
    const taken = recorder();
    const second = await bus.subscribe({ contracts: untyped(topic), group, open: taken.open });
    await until('the rest', () => taken.records().length === 8);
    expect(taken.taken[0]!.lease.start).toBe(12);
    expect(taken.records()[0]!.offset).toBe(12);
    await second.stop();
  });
});

describe('an owner', () => {
  it('has nothing finished or claimed without a commit of its own generation', async () => {
    const group = randomUUID();
    const admin = openAdmin();
    const slow = recorder({ work: () => undefined });
    const subscription = await bus.subscribe({ contracts: untyped(topic), group, open: slow.open });
    await until('all records', () => slow.records().length === 20);
    const committed = async (offset: number) => {
      const [lag] = await admin.lag(group, [topic.topic]);
      return lag!.committed === offset && lag!.end === 20;
    };
    await until('the commit of its start', () => committed(0));
    slow.taken[0]!.lease.finish(7);
    await until('the commit', () => committed(7));
    await subscription.stop();
    await admin.close();
  });

  it('that slept longer than its session holds nothing when it wakes, and may claim nothing', async () => {
    const group = randomUUID();
    const sleeper = member(group);
    await until('the sleeper has claimed all', () => claimed(sleeper));
    sleeper.signal('SIGSTOP');
    const taken = recorder();
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group,
      sessionTimeoutMs,
      open: taken.open,
    });
    await until('the takeover', () => subscription.ready());
    expect(taken.taken[0]!.lease).toMatchObject({ claimed: 20, clean: false });
    sleeper.tell('held?');
    sleeper.signal('SIGCONT');
    await until('its answer', () => sleeper.news.some((news) => news.said === 'held'));
    expect(sleeper.news.find((news) => news.said === 'held')).toEqual({
      said: 'held',
      held: [false],
      claim: ['LeaseLost'],
    });
    await until('its reader was told', () => sleeper.news.some((news) => news.said === 'closed'));
    expect(sleeper.news.find((news) => news.said === 'closed')).toMatchObject({ lost: true });
    await subscription.stop();
    await until('the sleeper takes part again', () => {
      const opened = sleeper.news.filter((news) => news.said === 'open');
      return opened.length > 1 && opened.at(-1)!.clean;
    });
    sleeper.signal('SIGKILL');
  });

  it('finishes what is in flight before the partition goes to a new member', async () => {
    const group = randomUUID();
    const pair = ownTopic(stock, 2);
    await applyTopics(untyped(pair));
    for (let number = 0; number < 20; number++) await bus.publish(pair, { value: stockOf(`B${number}`) });
    const order: string[] = [];
    const work = Promise.withResolvers<void>();
    const first = recorder({
      work: (lease, records) => void lease.claim(records.at(-1)!.offset),
      close: async () => {
        order.push('first asked to close');
        await work.promise;
        order.push('first closed');
      },
    });
    const one = await bus.subscribe({ contracts: untyped(pair), group, open: first.open });
    await until('all records', () => first.records().length === 20);
    await Promise.all(first.taken.map(({ lease, records }) => lease.claim(records.at(-1)!.offset)));
    const second = recorder();
    const joining = bus.subscribe({
      contracts: untyped(pair),
      group,
      open: (lease) => {
        order.push('second opened');
        return second.open(lease);
      },
    });
    await until('the first is asked to close', () => order.length === 2);
    expect(first.taken.map((taken) => taken.lease.isCurrent())).toEqual([true, true]);
    work.resolve();
    const other = await joining;
    await until('both have one', () => one.leases().length === 1 && other.leases().length === 1);
    expect(order.indexOf('second opened')).toBeGreaterThan(order.lastIndexOf('first closed'));
    expect(first.taken.slice(0, 2).map((taken) => taken.closed)).toEqual([{ lost: false }, { lost: false }]);
    expect(first.taken.slice(0, 2).map((taken) => taken.lease.isCurrent())).toEqual([false, false]);
    await expect(first.taken[0]!.lease.claim(5)).rejects.toBeInstanceOf(LeaseLost);
    // Both new owners: the one who knows the work was its own, and the stranger.
    expect([first.taken[2]!, second.taken[0]!].map(({ lease }) => lease.clean)).toEqual([true, true]);
    await Promise.all([one.stop(), other.stop()]);
  });
});
