/** A reading of a whole topic, on a client of kafkajs that the test plays. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Batch, Kafka } from 'kafkajs';
import { stock } from '../../../../schemas/topics.ts';
import type { Registry } from '../registry/registry.ts';
import { createDecoder } from '../wire.ts';
import { WholeTopic } from './read-all.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** One partition, read by one member; the topic is what the test says it is. */
function played(topic: { id: string; end: number; low?: number; since?: number }) {
  const calls: string[] = [];
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
  const call = (name: string) => async (asked?: { offset?: string } | string[]) => {
    await turn();
    calls.push([name, ...(Array.isArray(asked) ? asked : asked?.offset ? [asked.offset] : [])].join(' '));
  };
  const nothing = async () => undefined;
  let config: Record<string, unknown> = {};
  let isPaused = false;
  const client = {
    consumer: (given: { partitionAssigners: ((made: object) => void)[] }) => {
      config = given;
      given.partitionAssigners[0]!({ cluster });
      return {
        on: (name: string, listener: (event: { payload: object }) => void) => listeners.set(name, listener),
        run: async (options: { eachBatch: typeof eachBatch }) => void (eachBatch = options.eachBatch),
        connect: call('connect'),
        subscribe: nothing,
        disconnect: async () => {
          // It takes its time to leave.
          for (let turns = 0; turns < 9; turns += 1) await turn();
          calls.push('disconnect');
        },
        pause: () => void (isPaused = true),
        resume: () => void (isPaused = false),
        seek: ({ offset }: { offset: string }) => void calls.push(`seek ${offset}`),
      };
    },
    admin: () => ({
      connect: nothing,
      disconnect: nothing,
      deleteGroups: call('delete'),
      fetchTopicOffsets: async () => [{ partition: 0, low: String(topic.low ?? 0), high: String(topic.end) }],
      fetchTopicOffsetsByTimestamp: async () => [{ partition: 0, offset: String(topic.since ?? 0) }],
    }),
  } as unknown as Kafka;
  return {
    client,
    calls,
    isPaused: () => isPaused,
    config: () => config,
    /** An end of the topic that compaction has left without records. */
    ended: (lastOffset: number) =>
      listeners.get('consumer.end_batch_process')!({
        payload: { partition: 0, batchSize: 0, lastOffset: String(lastOffset) },
      }),
    join: () =>
      listeners.get('consumer.group_join')!({ payload: { memberAssignment: { [stock.topic]: [0] } } }),
    /** As kafkajs gives its consumer up. */
    crashed: (error: Error) => listeners.get('consumer.crash')!({ payload: { restart: false, error } }),
    fetched: () => listeners.get('consumer.fetch')!({ payload: {} }),
    /** Tombstones, which need no schema, from where kafkajs stands. */
    offer: (fetchedOffset: number, count: number, key: Buffer | null = Buffer.from('WH/A')) => {
      const messages = Array.from({ length: count }, (_, index) => ({
        key,
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

const read = { topic: stock.topic, decoder: createDecoder(stock as never, {} as Registry) };

let reading: WholeTopic<never> | null = null;
afterEach(async () => {
  await reading?.stop();
});

describe('a reading of a whole topic', () => {
  it('that kafkajs has given up says so, for only a restart mends that, in words that quote nobody', async () => {
    const kafka = played({ id: 'one', end: 0 });
    const dead: string[] = [];
    const context = contextOf(kafka.client, (why) => dead.push(why));
    reading = new WholeTopic(context, read, { onRecord: () => undefined });
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
    reading = new WholeTopic(contextOf(kafka.client), read, {
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

  it('hands nothing over at rest, and then all that has come, where that is more than is known', async () => {
    const topic = { id: 'one', end: 2 };
    const kafka = played(topic);
    const seen: number[] = [];
    reading = new WholeTopic(contextOf(kafka.client), read, {
      onRecord: ({ offset }) => void seen.push(offset),
    });
    await reading.start();
    kafka.join();
    await kafka.offer(0, 2);
    await reading.caughtUp;
    reading.rest();
    topic.end = 5;
    // In flight when it came to rest; and whoever joins anew rests on.
    await kafka.offer(2, 1);
    kafka.join();
    await reading.goOn(3);
    expect([seen, kafka.calls.filter((call) => call.startsWith('seek'))]).toEqual([[0, 1], ['seek 0']]);
    let isThere = false;
    const goingOn = reading.goOn(2).then(() => (isThere = true));
    await turn();
    expect(kafka.calls.at(-1)).toBe('seek 2');
    await kafka.offer(2, 2);
    await turn();
    expect(isThere).toBe(false);
    await kafka.offer(4, 1);
    await goingOn;
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('rests also when the registry answers for what had been fetched before', async () => {
    const kafka = played({ id: 'one', end: 1 });
    const schema = Promise.withResolvers<never>();
    const offsetOf = (message: { offset: string }) => ({ offset: Number(message.offset) }) as never;
    const decode = (message: { offset: string }) =>
      message.offset === '0' ? offsetOf(message) : schema.promise.then(() => offsetOf(message));
    const seen: number[] = [];
    const options = { onRecord: ({ offset }: { offset: number }) => void seen.push(offset) };
    reading = new WholeTopic(contextOf(kafka.client), { ...read, decoder: { decode } }, options);
    await reading.start();
    kafka.join();
    await kafka.offer(0, 1);
    await reading.caughtUp;
    await kafka.offer(1, 1);
    reading.rest();
    schema.resolve({} as never);
    await turn();
    // Fetched, it would come to nobody, and at once again.
    expect([seen, kafka.isPaused()]).toEqual([[0, 1], true]);
  });

  it('does not go on where it is stopped meanwhile', async () => {
    const topic = { id: 'one', end: 1 };
    const kafka = played(topic);
    reading = new WholeTopic(contextOf(kafka.client), read, { onRecord: () => undefined });
    await reading.start();
    kafka.join();
    await kafka.offer(0, 1);
    await reading.caughtUp;
    reading.rest();
    topic.end = 2;
    const goingOn = reading.goOn(0).then(
      () => 'there',
      () => 'stopped',
    );
    await reading.stop();
    expect(await Promise.race([goingOn, turn()])).toBe('stopped');
  });

  it('is begun anew at the next look where the topic was recreated with as many records as had been read', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'setTimeout', 'performance'] });
    try {
      const topic = { id: 'one', end: 2 };
      const kafka = played(topic);
      const seen: (number | string)[] = [];
      reading = new WholeTopic(contextOf(kafka.client), read, {
        onRecord: ({ offset }) => void seen.push(offset),
        onRecreated: () => void seen.push('recreated'),
      });
      await reading.start();
      kafka.join();
      kafka.fetched();
      await turn();
      await kafka.offer(0, 2);
      topic.id = 'two';
      jest.advanceTimersByTime(5_000);
      await turn();
      await kafka.offer(0, 2);
      expect(seen).toEqual([0, 1, 'recreated', 0, 1]);
      expect(kafka.calls.at(-1)).toBe('seek 0');
    } finally {
      jest.useRealTimers();
    }
  });

  it('begins where it is to, goes on where it stands, and hands over what can be read and what cannot', async () => {
    const kafka = played({ id: 'one', end: 9, low: 2, since: 5 });
    const seen: string[] = [];
    reading = new WholeTopic(contextOf(kafka.client), read, {
      sinceMs: 1,
      onRecord: ({ offset }) => void seen.push(`${offset}`),
      onUndecodable: ({ offset }) => void seen.push(`${offset} undecodable`),
    });
    await reading.start();
    expect(kafka.config()).toMatchObject({
      groupId: expect.stringMatching(/^cartage-read-test-/),
      sessionTimeout: 30_000,
      heartbeatInterval: 3_000,
      maxWaitTimeInMs: 250,
      allowAutoTopicCreation: false,
    });
    kafka.join();
    await kafka.offer(5, 2);
    await kafka.offer(7, 1, null);
    kafka.join();
    expect(seen).toEqual(['5', '6', '7 undecodable']);
    expect(kafka.calls).toEqual(['connect', 'seek 5', 'seek 8']);
  });

  it.each(['all of it is handed over', 'what is left of it holds no record'])(
    'is caught up when %s',
    async (end) => {
      const kafka = played({ id: 'one', end: 2 });
      reading = new WholeTopic(contextOf(kafka.client), read, { onRecord: () => undefined });
      let isCaughtUp = false;
      void reading.caughtUp.then(() => (isCaughtUp = true)).catch(() => undefined);
      await reading.start();
      kafka.join();
      await kafka.offer(0, 1);
      await turn();
      expect(isCaughtUp).toBe(false);
      if (end === 'all of it is handed over') await kafka.offer(1, 1);
      else kafka.ended(1);
      await turn();
      expect(isCaughtUp).toBe(true);
    },
  );

  it('of nothing is caught up at once, and ends when it has left and its group is gone', async () => {
    const kafka = played({ id: 'one', end: 0 });
    const one = new WholeTopic(contextOf(kafka.client), read, { onRecord: () => undefined });
    let stops = 0;
    one.onStopped = () => (stops += 1);
    await one.start();
    await one.caughtUp;
    const stopping = one.stop();
    expect(one.stop()).toBe(stopping);
    await stopping;
    expect([kafka.calls.at(-2), kafka.calls.at(-1)!.split('-')[0], stops]).toEqual([
      'disconnect',
      'delete cartage',
      1,
    ]);
  });

  it('that ends before it is caught up never will be', async () => {
    const kafka = played({ id: 'one', end: 9 });
    const one = new WholeTopic(contextOf(kafka.client), read, { onRecord: () => undefined });
    await one.start();
    const caughtUp = one.caughtUp.then(
      () => 'caught up',
      (error: Error) => error.message,
    );
    await one.stop();
    expect(await caughtUp).toBe('the reading is being stopped');
    // And hands nothing over any more.
    await kafka.offer(0, 1);
  });

  it('is not well when nothing was fetched for a minute, until it is stopped on purpose', async () => {
    const clock = jest.spyOn(performance, 'now');
    try {
      clock.mockReturnValue(0);
      const kafka = played({ id: 'one', end: 0 });
      reading = new WholeTopic(contextOf(kafka.client), read, { onRecord: () => undefined });
      await reading.start();
      clock.mockReturnValue(60_000);
      expect(reading.unhealthyReason()).toBeNull();
      clock.mockReturnValue(61_000);
      expect(reading.unhealthyReason()).toBe('erp.stock has not been read for 61 s');
      kafka.fetched();
      expect(reading.unhealthyReason()).toBeNull();
      clock.mockReturnValue(999_000);
      await reading.stop();
      expect(reading.unhealthyReason()).toBeNull();
    } finally {
      clock.mockRestore();
    }
  });
});
