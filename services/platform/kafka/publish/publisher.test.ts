/** Real: the publisher and its batches. Double: kafkajs' producer, which answers, refuses, or says nothing. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { OutgoingRecord } from './outgoing-record.ts';
import { Publisher } from './publisher.ts';
import type { Bundle } from './bundles.ts';
import type { Sockets } from './sockets.ts';
import type { KafkaOptions } from '../types.ts';

type Sent = { acks: number; topicMessages: { topic: string; messages: Bundle[] }[] };

const kafkaError = (type: string, message = type) => Object.assign(new Error(message), { type });
/** As each retrier of kafkajs wraps it once more. */
const wrapped = (error: Error) =>
  new Error('retries exceeded', { cause: new Error('again', { cause: error }) });

class Cluster {
  readonly connections: Sockets[] = [];
  readonly calls: string[] = [];
  readonly batches: Sent[] = [];
  /** What the next connections, or batches, come to. */
  refusals: Error[] = [];
  failures: Error[] = [];
  hangs = false;

  /** No answer comes, until the connection is reset. */
  async #lost(): Promise<never> {
    this.calls.push('sent');
    while (!this.connections.at(-1)!.wereReset) await turn();
    throw new Error('reset');
  }

  open = (_options: KafkaOptions, sockets: Sockets) => {
    const number = this.connections.push(sockets);
    return {
      connect: async () => {
        await turn();
        const refusal = this.refusals.shift();
        if (refusal) throw refusal;
        this.calls.push(`connect ${number}`);
      },
      // Longer than a new one takes.
      disconnect: async () => {
        for (let turns = 0; turns < 3; turns += 1) await turn();
        this.calls.push(`disconnect ${number}`);
        throw new Error('was not connected any more');
      },
      sendBatch: async (sent: Sent) => {
        await turn();
        if (this.hangs) await this.#lost();
        const failure = this.failures.shift();
        if (failure) throw failure;
        this.batches.push(sent);
        return [];
      },
    };
  };
}

const lines: string[] = [];
const log = {
  info: () => undefined,
  warn: ({ attempt }: { attempt: number }, text: string) => lines.push(`${attempt} ${text}`),
  error: () => undefined,
};
let publisher: Publisher;
let cluster: Cluster;

function setUp(options: Partial<KafkaOptions> = {}) {
  cluster = new Cluster();
  lines.length = 0;
  const given = { log, now: () => 1_700_000_000_000, ...options } as unknown as KafkaOptions;
  publisher = new Publisher(given, cluster.open);
  return publisher;
}

afterEach(() => publisher.close());

const recordOf = (topic: string, key: string): OutgoingRecord => ({
  topic,
  key,
  partitions: 2,
  value: Buffer.from('x'),
  headers: {},
});
const publish = (...keys: string[]) =>
  Promise.all(keys.map((key) => publisher.publish(recordOf('t', key), null)));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the publisher', () => {
  it('connects with the first record, and sends the records of a turn together, by topic, to be kept by all copies', async () => {
    setUp();
    const acknowledged = [
      publisher.publish(recordOf('t', 'a'), null),
      publisher.publish(recordOf('u', 'b'), null),
      publisher.publish(recordOf('t', 'c'), null),
    ];
    expect(cluster.calls).toEqual([]);
    await Promise.all(acknowledged);
    await publish('d');
    expect(cluster.calls).toEqual(['connect 1']);
    expect(cluster.batches.map(({ acks }) => acks)).toEqual([-1, -1]);
    const keys = cluster.batches[0]!.topicMessages.map(({ topic, messages }) => [
      topic,
      ...messages.flatMap(({ records }) => records.map(({ key }) => key)),
    ]);
    expect(keys).toEqual([
      ['t', 'a', 'c'],
      ['u', 'b'],
    ]);
    expect(publisher.unhealthyReason()).toBeNull();
  });

  it.each(['MESSAGE_TOO_LARGE', 'INVALID_RECORD'])(
    'rejects what the broker will never take: %s',
    async (type) => {
      setUp();
      cluster.failures = [wrapped(kafkaError(type, 'no'))];
      await expect(publish('a')).rejects.toMatchObject({
        name: 'Rejected',
        fault: {
          code: type === 'MESSAGE_TOO_LARGE' ? 'record.too_large' : 'record.refused_by_broker',
          what: 'The broker refuses the record a for t',
          why: 'no',
        },
      });
      // The broker is well, and the next record goes the same way.
      expect([publisher.unhealthyReason(), lines]).toEqual([null, []]);
      await publish('b');
      expect(cluster.calls).toEqual(['connect 1']);
    },
  );

  it('is not well from the first failure until something could be sent, and says why and since when', async () => {
    setUp();
    cluster.failures = [wrapped(kafkaError('LEADER_NOT_AVAILABLE', 'no leader')), new Error('another')];
    const acknowledged = publish('a');
    await until(() => cluster.failures.length === 0);
    await turn();
    expect(publisher.unhealthyReason()).toBe(
      'nothing could be published since 2023-11-14T22:13:20.000Z: no leader',
    );
    await acknowledged;
    expect(publisher.unhealthyReason()).toBeNull();
    expect(lines).toEqual(['1 Publishing is tried again: no leader']);
    expect(cluster.calls).toEqual(['connect 1']);
  });

  it('takes another connection where one was refused, and where no answer came', async () => {
    setUp();
    cluster.refusals = [new Error('ECONNREFUSED')];
    cluster.failures = [Object.assign(new Error('no answer'), { name: 'KafkaJSRequestTimeoutError' })];
    await publish('a');
    expect(cluster.connections.map(({ wereReset }) => wereReset)).toEqual([false, true, false]);
    expect(cluster.calls).toEqual(['connect 2', 'disconnect 2', 'connect 3']);
  });

  it('takes back what is under way when its fence falls', async () => {
    setUp();
    let isCurrent = true;
    cluster.hangs = true;
    const acknowledged = publisher.publish(recordOf('t', 'a'), { isCurrent: () => isCurrent });
    await until(() => cluster.calls.length === 2);
    isCurrent = false;
    await expect(acknowledged).rejects.toMatchObject({ fault: { code: 'kafka.lease_over' } });
    expect(cluster.connections[0]!.wereReset).toBe(true);
  });

  it('finds out that the broker is back though there is nothing to publish', async () => {
    setUp({ publishDeadlineMs: 60 });
    cluster.failures = Array.from({ length: 9 }, () => new Error('away'));
    await expect(publish('a')).rejects.toMatchObject({
      fault: { code: 'kafka.not_acknowledged', why: 'away' },
    });
    cluster.failures = [];
    cluster.refusals = [new Error('ECONNREFUSED')];
    expect(publisher.unhealthyReason()).not.toBeNull();
    await until(() => publisher.unhealthyReason() === null);
    // The first look was refused: it looked again.
    expect(cluster.calls).toEqual(['connect 1', 'disconnect 1', 'connect 3']);
  });

  it('lets its connection go when it is closed, and looks for the broker no more', async () => {
    setUp({ publishDeadlineMs: 60 });
    cluster.failures = [new Error('away'), new Error('away')];
    await expect(publish('a')).rejects.toThrow();
    await publisher.close();
    expect(cluster.calls).toEqual(['connect 1', 'disconnect 1']);
    expect(cluster.connections[0]!.wereReset).toBe(true);
    await expect(publish('b')).rejects.toMatchObject({ fault: { code: 'kafka.closing' } });
  });
});
