/** A reading of a whole topic, on a client of kafkajs that the test plays. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Batch, Kafka } from 'kafkajs';
import { stock } from '../../../../schemas/topics.ts';
import type { Registry } from '../registry/registry.ts';
import { WholeTopic } from './read-all.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** One partition, read by one member; the topic is what the test says it is. */
function played(topic: { id: string; end: number }) {
  const listeners = new Map<string, (event: { payload: object }) => void>();
  let eachBatch: (payload: object) => Promise<void> = async () => undefined;
  const connectionPool = { send: async () => ({ topicId: topic.id }) };
  const cluster = {
    findLeaderForPartitions: () => ({ 0: [0] }),
    findBroker: async () => ({
      versions: { 3: { maxVersion: 12 } },
      connectionPool,
      fetch: async () => ({}),
    }),
  };
  const nothing = async () => undefined;
  const client = {
    consumer: ({ partitionAssigners }: { partitionAssigners: ((made: object) => void)[] }) => {
      partitionAssigners[0]!({ cluster });
      return {
        on: (name: string, listener: (event: { payload: object }) => void) => listeners.set(name, listener),
        run: async (options: { eachBatch: typeof eachBatch }) => void (eachBatch = options.eachBatch),
        connect: nothing,
        subscribe: nothing,
        disconnect: nothing,
        pause: nothing,
        resume: nothing,
        seek: nothing,
      };
    },
    admin: () => ({
      connect: nothing,
      disconnect: nothing,
      deleteGroups: nothing,
      fetchTopicOffsets: async () => [{ partition: 0, low: '0', high: String(topic.end) }],
    }),
  } as unknown as Kafka;
  return {
    client,
    join: () =>
      listeners.get('consumer.group_join')!({ payload: { memberAssignment: { [stock.topic]: [0] } } }),
    /** As kafkajs gives its consumer up. */
    crashed: (error: Error) => listeners.get('consumer.crash')!({ payload: { restart: false, error } }),
    fetched: () => listeners.get('consumer.fetch')!({ payload: {} }),
    /** Tombstones, which need no schema, from where kafkajs stands. */
    offer: (fetchedOffset: number, count: number) => {
      const messages = Array.from({ length: count }, (_, index) => ({
        key: Buffer.from('WH/A'),
        value: null,
        headers: {},
        timestamp: '0',
        offset: String(fetchedOffset + index),
      }));
      const lastOffset = () => String(fetchedOffset + count - 1);
      const batch = {
        topic: stock.topic,
        partition: 0,
        fetchedOffset: String(fetchedOffset),
        messages,
        lastOffset,
      };
      return eachBatch({ batch: batch as unknown as Batch, resolveOffset: () => undefined });
    },
  };
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const contextOf = (client: Kafka, onDead: (why: string) => void = () => undefined) => ({
  client,
  brief: client,
  registry: {} as Registry,
  log,
  onDead,
  source: 'test',
});

let reading: WholeTopic<never> | null = null;
afterEach(async () => {
  await reading?.stop();
});

describe('a reading of a whole topic', () => {
  it('that kafkajs has given up says so, for only a restart mends that, in words that quote nobody', async () => {
    const kafka = played({ id: 'one', end: 0 });
    const dead: string[] = [];
    const context = contextOf(kafka.client, (why) => dead.push(why));
    reading = new WholeTopic(context, stock as never, { onRecord: () => undefined });
    await reading.start();
    kafka.crashed(new SyntaxError('jane@example.com is no number'));
    expect(dead).toEqual([expect.stringMatching(/^reading erp\.stock was given up: SyntaxError/)]);
    expect(dead[0]).not.toContain('jane');
    await reading.stop();
    kafka.crashed(new Error('closed'));
    expect(dead).toHaveLength(1);
  });

  it('is caught up with the topic that there is, when it was recreated before its end was reached', async () => {
    const topic = { id: 'one', end: 10 };
    const kafka = played(topic);
    const seen: (number | string)[] = [];
    reading = new WholeTopic(contextOf(kafka.client), stock as never, {
      onRecord: ({ offset }) => void seen.push(offset),
      onRecreated: () => void seen.push('recreated'),
    });
    let isCaughtUp = false;
    const caughtUp = () => (isCaughtUp = true);
    reading.caughtUp.then(caughtUp, () => undefined);
    await reading.start();
    kafka.join();
    kafka.fetched();
    await turn();
    await kafka.offer(0, 4);
    Object.assign(topic, { id: 'two', end: 2 });
    // kafkajs has gone to where the new topic ends.
    await kafka.offer(2, 1);
    await turn();
    expect(isCaughtUp).toBe(false);
    await kafka.offer(0, 2);
    await turn();
    expect(seen).toEqual([0, 1, 2, 3, 'recreated', 0, 1]);
    expect(isCaughtUp).toBe(true);
  });
});
