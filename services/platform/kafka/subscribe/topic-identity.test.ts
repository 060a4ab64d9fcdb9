import { describe, expect, it } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { topicIdOf } from './topic-identity.ts';

const int32 = (value = 0) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
/** Compact: its length plus one before it, in seven bits a byte. */
const text = (words: string) => {
  const length = words.length + 1;
  const prefix = length > 0x7f ? [(length & 0x7f) | 0x80, length >> 7] : [length];
  return Buffer.concat([Buffer.from(prefix), Buffer.from(words)]);
};
/** No tags, or one that nobody knows. */
const tags = (count = 0) =>
  Buffer.concat([Buffer.from([count]), ...Array(count).fill(Buffer.from([9, 2, 0xff, 0xff]))]);

interface Told {
  id: Buffer;
  brokers?: number;
  rack?: Buffer;
  tagged?: number;
  topics?: number;
  error?: number;
}

/** The answer of a broker to Metadata, version 10, up to the id of the one topic. */
function answerOf({
  id,
  brokers = 1,
  rack = Buffer.from([0]),
  tagged = 0,
  topics = 1,
  error = 0,
}: Told): Buffer {
  const broker = [int32(7), text('localhost'), int32(9092), rack, tags(tagged)];
  return Buffer.concat([
    tags(tagged),
    int32(3_000),
    Buffer.from([brokers + 1]),
    ...Array.from({ length: brokers }, () => broker).flat(),
    text('a cluster of many letters '.repeat(6)),
    int32(7),
    Buffer.from([topics + 1]),
    Buffer.from([error >> 8, error & 0xff]),
    text('erp.stock'),
    id,
  ]);
}

interface Asked {
  request: { apiKey: number; apiVersion: number; encode(): Promise<{ buffer: Buffer; size(): number }> };
  response: { decode(bytes: Buffer): Promise<object>; parse(answer: object): Promise<object> };
}

function clusterThatAnswers(answer: Buffer, options: { leaders?: object; maxVersion?: number } = {}) {
  const { leaders = { 0: [0] }, maxVersion = 12 } = options;
  const asked: Asked[] = [];
  const connectionPool = {
    send: async (one: Asked) => {
      asked.push(one);
      return one.response.parse(await one.response.decode(answer));
    },
  };
  const cluster = {
    findLeaderForPartitions: () => leaders,
    findBroker: async () => ({ versions: maxVersion === 0 ? null : { 3: { maxVersion } }, connectionPool }),
  } as unknown as Cluster;
  return { cluster, asked };
}

const id = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const idIn = (told: Partial<Told> = {}, options: object = {}) =>
  topicIdOf(clusterThatAnswers(answerOf({ id, ...told }), options).cluster, 'erp.stock', 0);

describe('the id of a topic', () => {
  it.each<[string, Partial<Told>]>([
    ['one broker', {}],
    ['several brokers in racks', { brokers: 3, rack: text('a') }],
    ['tags that nobody knows', { brokers: 2, tagged: 2 }],
  ])('is read from the answer of its leader, which tells of %s', async (_name, told) => {
    expect(await idIn(told)).toBe(id.toString('hex'));
  });

  it('is asked for by the name of the topic, in the words of the protocol', async () => {
    const { cluster, asked } = clusterThatAnswers(answerOf({ id }));
    const long = 'x'.repeat(200);
    for (const topic of ['erp.stock', long]) await topicIdOf(cluster, topic, 0);
    expect(asked[0]!.request).toMatchObject({ apiKey: 3, apiVersion: 10, apiName: 'Metadata' });
    const bodies = await Promise.all(asked.map(({ request }) => request.encode()));
    const around = (name: Buffer) =>
      Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(16), name, Buffer.from([0, 0, 0, 0, 0])]);
    expect(bodies.map(({ buffer }) => buffer)).toEqual([around(text('erp.stock')), around(text(long))]);
    expect(bodies[0]!.size()).toBe(bodies[0]!.buffer.length);
  });

  it('is unknown while the brokers have given it none: the first one is not that of another topic', async () => {
    expect(await idIn({ id: Buffer.alloc(16) })).toBeNull();
  });

  it.each<[string, Partial<Told>, object]>([
    ['nobody leads it', {}, { leaders: {} }],
    ['the broker is too old', {}, { maxVersion: 9 }],
    ['the broker says nothing of its versions', {}, { maxVersion: 0 }],
    ['there is no such topic', { topics: 0 }, {}],
    ['the broker refuses to tell', { error: 3 }, {}],
  ])('is unknown where %s', async (_name, told, options) => {
    expect(await idIn(told, options)).toBeNull();
  });

  it('is unknown where nobody answers, and the oldest version that tells it will do', async () => {
    expect(await topicIdOf({} as Cluster, 'erp.stock', 0)).toBeNull();
    expect(await idIn({}, { maxVersion: 10 })).toBe(id.toString('hex'));
  });
});
