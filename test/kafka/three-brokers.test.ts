/**
 * Real: three brokers of this test's own, each behind a proxy, and the shared registry. Two members of a group write
 * states, and hand documents on by a real flow, one publisher gives them some, a third process reads the whole topic.
 * Asserted, through each fault: what was acknowledged is on the topic in the order of its key and takes effect, no effect
 * comes after a newer one of its key, and everything goes on within seconds. How long each kind of reading stood still is
 * printed, fault by fault.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import { outcomes, parked, stock } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import type { Received } from '../../services/platform/kafka/types.ts';
import { startTcpProxy, startThreeBrokers } from '../infrastructure/main.ts';
import type { TcpProxy, TestBroker, ThreeBrokers } from '../infrastructure/main.ts';
import { threeBrokers } from '../infrastructure/three-brokers.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { HandingOn } from './handing-on.ts';
import { StateWriter } from './state-writer.ts';
import type { Effect } from './state-writer.ts';
import { applyTopics, openBus, ownTopic, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

/**
 * So long may a fault hold a flow up on a machine that does much else: 2 s were measured where it does not. What is not
 * done at once (a session that runs out, metadata that grow old) takes half a minute and more.
 */
const standstillMaxMs = 25_000;
const keys = 12;
const topic = ownTopic(stock, 6);
const writer = new StateWriter();
const documents = ownTopic(stock, 2);
const handedTo = ownTopic(stock, 2);
const handing = new HandingOn(documents, handedTo);
/** Read whole, by somebody who is in no group with others. */
const onTopic: Effect[] = [];
const acknowledged: number[] = [];
const acknowledgedDocuments: number[] = [];
const refused: unknown[] = [];
const inFlight = new Set<Promise<void>>();

let proxies: TcpProxy[];
let cluster: ThreeBrokers;
let buses: TestBus[];
let admin: Admin;
let load: NodeJS.Timeout;

beforeAll(async () => {
  proxies = await Promise.all([startTcpProxy(), startTcpProxy(), startTcpProxy()]);
  const [first, second, third] = proxies.map((proxy) => proxy.port);
  cluster = await startThreeBrokers({ advertisedProxyPorts: [first!, second!, third!] });
  proxies.forEach((proxy, index) => proxy.forwardTo(cluster.brokers[index]!.proxiedPort!));

  const direct = cluster.brokers.map((broker) => broker.bootstrap);
  admin = plainKafka(direct).admin();
  await admin.connect();
  const brokers = proxies.map((proxy) => `127.0.0.1:${proxy.port}`);
  await applyTopics(untyped(topic, documents, handedTo), { brokers }, 3);
  await applyTopics(untyped(outcomes as never, parked as never), { brokers }, 3);
  buses = ['member one', 'member two', 'publisher', 'reader'].map((clientId) =>
    openBus({ brokers, clientId, publishDeadlineMs: 60_000 }),
  );
  await readByGroup(buses.slice(0, 2));
  const read = await buses[3]!.readAll(topic, {
    onRecord: ({ key, partition, offset, value }: Received<Stock>) =>
      void onTopic.push({ key, partition, offset, number: value!.version.number, atMs: performance.now() }),
  });
  await read.caughtUp;
  load = startLoad(buses[2]!);
  await until('effects', () => writer.effects.length > 100 && handing.effects.length > 20);
});

afterAll(async () => {
  clearInterval(load);
  await handing.stop();
  await Promise.all(buses.map((bus) => bus.close()));
  await admin.disconnect();
  await cluster.remove();
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

async function readByGroup(members: TestBus[]): Promise<void> {
  const group = randomUUID();
  const subscriptions = await Promise.all(
    members.map((bus) => bus.subscribe({ contracts: untyped(topic), group, open: writer.open })),
  );
  await until('each member has its half', () => subscriptions.every((one) => one.leases().length === 3));
  const ofDocuments = await Promise.all(members.map((bus) => handing.start(bus, `documents-${group}`)));
  await until('each member has one', () => ofDocuments.every((one) => one.leases().length === 1));
}

/** Numbered states of a few keys, about 100 a second, and of each tenth a document, as fast as answers come. */
function startLoad(bus: TestBus): NodeJS.Timeout {
  let number = 0;
  const publish = (to: typeof topic, mine: number, noted: number[]) => {
    const one: Promise<void> = bus
      .publish(to, { value: stockOf(`K${mine % keys}`, mine) })
      .then(
        () => void noted.push(mine),
        (error: unknown) => void refused.push(error),
      )
      .finally(() => inFlight.delete(one));
    inFlight.add(one);
  };
  return setInterval(() => {
    const mine = number++;
    publish(topic, mine, acknowledged);
    if (mine % 10 === 0) publish(documents, mine / 10, acknowledgedDocuments);
  }, 10);
}

/** Does something to the cluster under load, waits until all is well, and says how long what stood still. */
async function standstillThrough(fault: string, happens: () => Promise<void>): Promise<number> {
  const beganAt = performance.now();
  await happens();
  const calmAt = performance.now();
  const marked = acknowledged.length;
  const [handed, read] = [handing.effects.length, onTopic.length];
  await until('acknowledgements after it', () => acknowledged.length > marked + 50);
  const newest = acknowledged.slice(0, marked + 50).reduce((a, b) => Math.max(a, b));
  await until('effects after it', () => appliedUpTo(newest));
  const hasGoneOn = () => handing.effects.length > handed + 10 && onTopic.length > read + 50;
  await until('documents and the whole reading after it', hasGoneOn, 15_000);
  const endedAt = performance.now();
  const kinds = { states: writer.effects, documents: handing.effects, 'the whole topic': onTopic };
  const silences = Object.entries(kinds).map(([kind, effects]) => {
    const longestMs = Math.max(...partitionsOf(effects, beganAt, endedAt));
    return { said: `${kind} ${Math.round(longestMs)} ms`, longestMs };
  });
  console.log(
    `${fault}: no partition stood still for more than ${silences.map(({ said }) => said).join(', ')} (the fault lasted ${Math.round(calmAt - beganAt)} ms)`,
  );
  return Math.max(...silences.map(({ longestMs }) => longestMs));
}

/** Whether each key has taken effect in a state at least as new as its newest number up to this one. */
function appliedUpTo(number: number): boolean {
  const newest = new Map(writer.effects.map((effect) => [effect.number % keys, effect.number]));
  return newest.size === keys && [...newest.values()].every((one) => one > number - keys);
}

/** The longest silence of each partition. */
function partitionsOf(all: readonly Effect[], fromMs: number, toMs: number): number[] {
  const partitions = Map.groupBy(all, (effect) => effect.partition);
  return [...partitions.values()].map((effects) => {
    const times = effects.map((effect) => effect.atMs).filter((atMs) => atMs >= fromMs && atMs <= toMs);
    return [...times, toMs].reduce(
      (longest, atMs, index) => Math.max(longest, atMs - (index === 0 ? fromMs : times[index - 1]!)),
      0,
    );
  });
}

async function leaderOf(name: string, partition: number): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  return topics[0]!.partitions.find((one) => one.partitionId === partition)!.leader;
}

const brokerOf = (id: number): TestBroker => cluster.brokers[id - 1]!;

/** What an operator waits for between two brokers: all copies are up to date. */
async function inSync(): Promise<void> {
  await cluster.allNamed();
  await until('all copies are in sync', async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic.topic, '__consumer_offsets'] });
    return topics.every((one) => one.partitions.every((partition) => partition.isr.length === 3));
  });
}

describe('three brokers under load', () => {
  it.each([1, 2, 3])('broker %i is rolled', async (id) => {
    const standstillMs = await standstillThrough(`Roll of broker ${id}`, async () => {
      await brokerOf(id).stop();
      await brokerOf(id).restart();
      await inSync();
    });
    expect(standstillMs).toBeLessThan(standstillMaxMs);
  });

  it('the coordinator of the group moves while all brokers live', async () => {
    const before = await leaderOf('__consumer_offsets', 0);
    const others = [1, 2, 3].filter((id) => id !== before);
    const standstillMs = await standstillThrough('Coordinator moved', async () => {
      await reassign('__consumer_offsets', [{ partition: 0, replicas: others }]);
    });
    expect(standstillMs).toBeLessThan(standstillMaxMs);
    await reassign('__consumer_offsets', [{ partition: 0, replicas: [...others, before] }]);
    await inSync();
  });

  it('all leaders move while all brokers live', async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic.topic] });
    const before = topics[0]!.partitions.map(({ partitionId, leader }) => ({
      partition: partitionId,
      leader,
    }));
    const others = before.map(({ partition, leader }) => ({
      partition,
      replicas: [1, 2, 3].filter((id) => id !== leader),
    }));
    const standstillMs = await standstillThrough('All leaders moved', () => reassign(topic.topic, others));
    expect(standstillMs).toBeLessThan(standstillMaxMs);
    await reassign(
      topic.topic,
      others.map(({ partition, replicas }, index) => ({
        partition,
        replicas: [...replicas, before[index]!.leader],
      })),
    );
    await inSync();
  });

  it('the leader of a partition, and coordinator, is killed and stays away', async () => {
    const id = await leaderOf('__consumer_offsets', 0);
    const standstillMs = await standstillThrough('Leader killed', () => brokerOf(id).kill());
    expect(standstillMs).toBeLessThan(standstillMaxMs);
    await brokerOf(id).restart();
    await inSync();
  });

  it('the leader of a partition is cut off from its clients', async () => {
    const leader = await leaderOf(topic.topic, 0);
    const standstillMs = await standstillThrough('Leader cut off for 4 s', async () => {
      proxies[leader - 1]!.blackHole(true);
      await new Promise((resolve) => {
        setTimeout(resolve, 4_000);
      });
      proxies[leader - 1]!.blackHole(false);
    });
    expect(standstillMs).toBeLessThan(standstillMaxMs);
  });

  it('has lost nothing and turned nothing round, by the end', async () => {
    clearInterval(load);
    await Promise.all(inFlight);
    expect(refused).toEqual([]);
    const numbersOf = (effects: readonly Effect[]) => new Set(effects.map(({ number }) => number));
    await until('all is read', () => numbersOf(onTopic).isSupersetOf(new Set(acknowledged)));
    await until('all has taken effect', () => appliedUpTo(Math.max(...acknowledged)));
    await until('all is handed on', () =>
      numbersOf(handing.effects).isSupersetOf(new Set(acknowledgedDocuments)),
    );
    for (let key = 0; key < keys; key++) {
      for (const effects of [onTopic, handing.effects]) {
        const numbers = [...numbersOf(effects.filter(({ number }) => number % keys === key))];
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }
      const offsets = writer.effects.filter((one) => one.number % keys === key).map((one) => one.offset);
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    }
    await until('no trouble', () => buses.every((bus) => bus.unhealthyReason() === null));
  });
});

// At the end, without a load: what all of the above takes for granted.
describe('the cluster', () => threeBrokers(() => cluster));

/** Gives partitions other copies, and with them other leaders; resolves when it has come about. */
async function reassign(
  name: string,
  partitions: { partition: number; replicas: number[] }[],
): Promise<void> {
  await admin.alterPartitionReassignments({ topics: [{ topic: name, partitionAssignment: partitions }] });
  await until('the copies have moved', async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    return partitions.every(({ partition, replicas }) => {
      const found = topics[0]!.partitions.find(({ partitionId }) => partitionId === partition)!;
      return found.replicas.length === replicas.length && replicas.includes(found.leader);
    });
  });
}
