/** Doubles: kafkajs' administration. Asserted: what is waited for, what is thrown, and that each connection is let go. */
import { describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { deleteGroup, reachOf } from './subscribe/reach.ts';
import { topicsExist } from './topic-check.ts';

const moved = (type: string) => Object.assign(new Error(type), { type });

class Broker {
  readonly calls: string[] = [];
  /** What its next answers come to. */
  failures: Error[] = [];
  admin = () => ({
    connect: async () => this.#answer('connect'),
    disconnect: async () => void this.calls.push('disconnect'),
    listTopics: async () => {
      await this.#answer('list');
      return ['a', 'b'];
    },
    fetchTopicOffsets: async () => {
      await this.#answer('offsets');
      return [
        { partition: 0, low: '3', high: '9' },
        { partition: 1, low: '0', high: '4' },
      ];
    },
    fetchTopicOffsetsByTimestamp: async (_topic: string, since: number) => {
      await this.#answer(`since ${since}`);
      return [
        { partition: 0, offset: '2' },
        { partition: 1, offset: '4' },
      ];
    },
    deleteGroups: async (groups: string[]) => this.#answer(`delete ${groups.join()}`),
  });
  readonly client = this as unknown as Kafka;

  async #answer(name: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.calls.push(name);
  }
}

describe('the topics of a subscription', () => {
  const lines: string[] = [];
  const log = {
    info: () => undefined,
    warn: (_fields: object, text: string) => lines.push(text),
    error: () => undefined,
  };
  const never = new AbortController().signal;

  it('are there, and that is all', async () => {
    const broker = new Broker();
    await topicsExist(broker.client, { topics: ['a', 'b'], fix: 'Make them' }, log, never);
    expect(broker.calls).toEqual(['connect', 'list', 'disconnect']);
  });

  it('that are missing are named: a person has to make them', async () => {
    const broker = new Broker();
    await expect(
      topicsExist(broker.client, { topics: ['a', 'x', 'y'], fix: 'Make them' }, log, never),
    ).rejects.toMatchObject({
      name: 'Unavailable',
      needsOperator: true,
      fault: { code: 'kafka.topic_missing', what: 'The broker has no topic x, y', fix: 'Make them' },
    });
    expect(broker.calls.at(-1)).toBe('disconnect');
  });

  it('are asked for until there is a broker, which is said, or nobody waits any more', async () => {
    const broker = new Broker();
    broker.failures = [new Error('ECONNREFUSED')];
    await topicsExist(broker.client, { topics: ['a'], fix: 'Make them' }, log, never);
    expect(lines).toEqual(['Waiting for the broker: ECONNREFUSED']);
    expect(broker.calls).toEqual(['disconnect', 'connect', 'list', 'disconnect']);
    const stopping = new AbortController();
    stopping.abort(new Error('stopping'));
    await expect(
      topicsExist(broker.client, { topics: ['a'], fix: 'Make them' }, log, stopping.signal),
    ).rejects.toThrow('stopping');
    expect(broker.calls).toHaveLength(4);
  });
});

describe('the reach of a topic', () => {
  it('is from its first record, or from a time, to its end', async () => {
    const broker = new Broker();
    expect(await reachOf(broker.client, 'a')).toEqual(
      new Map([
        [0, { position: 3, end: 9 }],
        [1, { position: 0, end: 4 }],
      ]),
    );
    expect(await reachOf(broker.client, 'a', 7)).toEqual(
      new Map([
        [0, { position: 3, end: 9 }],
        [1, { position: 4, end: 4 }],
      ]),
    );
    expect(broker.calls).toEqual([
      'connect',
      'offsets',
      'disconnect',
      'connect',
      'offsets',
      'since 7',
      'disconnect',
    ]);
  });

  it.each(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION'])(
    'is asked for again at %s',
    async (type) => {
      const broker = new Broker();
      const asked = reachOf(broker.client, 'a');
      await new Promise((resolve) => setImmediate(resolve));
      broker.failures = [moved(type)];
      expect((await asked).size).toBe(2);
      expect(broker.calls.filter((call) => call === 'disconnect').length).toBe(1);
    },
  );

  it('is not to be had from a broker that refuses otherwise, and the connection is let go', async () => {
    const broker = new Broker();
    const asked = reachOf(broker.client, 'a');
    await new Promise((resolve) => setImmediate(resolve));
    broker.failures = [moved('TOPIC_AUTHORIZATION_FAILED')];
    await expect(asked).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
    expect(broker.calls).toEqual(['connect', 'disconnect']);
  });
});

it('a group is deleted, and the connection let go also where that is refused', async () => {
  const broker = new Broker();
  await deleteGroup(broker.client, 'g');
  expect(broker.calls).toEqual(['connect', 'delete g', 'disconnect']);
  broker.failures = [new Error('away')];
  await expect(deleteGroup(broker.client, 'g')).rejects.toThrow('away');
  expect(broker.calls.at(-1)).toBe('disconnect');
});
