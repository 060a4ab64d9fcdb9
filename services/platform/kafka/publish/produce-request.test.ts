/** Real: kafkajs' own request, whose bytes ours must equal, and its loader. */
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Random } from '../../flow/testing/random.ts';
import type { OutgoingRecord } from './outgoing-record.ts';
import { Bundle } from './bundles.ts';
import { writeProduceRequests } from './produce-request.ts';
import type { ProduceOptions, ProduceRequest } from './produce-request.ts';

const require = createRequire(import.meta.url);
const path = 'kafkajs/src/protocol/requests/produce/v7/request.js';
type Make = (options: ProduceOptions) => ProduceRequest;
const ofKafkajs = require(path) as Make;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

function anyRecord(random: Random): OutgoingRecord {
  const text = () =>
    random.pick([
      '',
      'a',
      'größer',
      '€'.repeat(random.between(0, 200)),
      '🛒',
      'x'.repeat(63),
      'x'.repeat(64),
    ]);
  const sizes = [0, 1, 63, 64, 8_100, 8_191, 8_192, 40_000, 300_000];
  return {
    topic: '',
    partitions: 6,
    key: text(),
    value: random.pick([null, Buffer.alloc(random.pick(sizes), 0xa5)]),
    headers: Object.fromEntries(
      Array.from({ length: random.between(0, 12) }, (_, index) => [`h${index}${text()}`, text()]),
    ),
  };
}

/** The same, as kafkajs would send them and as we do: in bundles. */
function anyRequest(random: Random) {
  const topics = Array.from({ length: random.between(1, 3) }, (_, index) => ({
    topic: `topic ${index}${random.pick(['', 'ü'])}`,
    partitions: Array.from({ length: random.between(1, 4) }, (_one, partition) => ({
      partition,
      messages: Array.from({ length: random.pick([1, 2, 70]) }, () => anyRecord(random)),
    })),
  }));
  const bundled = topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, messages }) => ({
      partition,
      messages: random.pick([
        [new Bundle(messages, { partition, of: 6 })],
        messages.map((record) => new Bundle([record], null)),
      ]),
    })),
  }));
  const rest = { acks: -1, timeout: 30_000, producerId: -1, producerEpoch: 0, firstSequence: 0 };
  return { theirs: { ...rest, topicData: topics }, ours: { ...rest, topicData: bundled } };
}

async function bytesOf(request: ProduceRequest): Promise<Buffer> {
  const { buf, offset } = await request.encode();
  return buf.subarray(0, offset);
}

const now = 1_795_000_000_123;

describe('a Produce request', () => {
  let make: Make;
  beforeAll(() => {
    jest.spyOn(Date, 'now').mockReturnValue(now);
    writeProduceRequests();
    make = require(path) as Make;
  });

  it.each(Array.from({ length: 60 }, (_, round) => seed + round))(
    'is what kafkajs makes (seed %i)',
    async (one) => {
      const { theirs, ours } = anyRequest(new Random(one));
      const expected = await bytesOf(ofKafkajs(theirs));
      expect((await bytesOf(make(ours))).equals(expected)).toBe(true);
    },
  );

  it('shares nothing with the next one', async () => {
    const request = (value: string) => {
      const record = { topic: 't', partitions: 1, key: 'k', value: Buffer.from(value), headers: {} };
      const messages = [new Bundle([record], null)];
      return make({
        acks: -1,
        timeout: 1,
        topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }],
      });
    };
    const first = await bytesOf(request('one'));
    const before = Buffer.from(first);
    await bytesOf(request('two'));
    expect(first).toEqual(before);
  });

  it('of anybody else stays with kafkajs', async () => {
    const partitions = [{ partition: 0, messages: [{ key: 'k', value: 'v', timestamp: 5 }] }];
    const given = { acks: 1, timeout: 1, topicData: [{ topic: 't', partitions }] };
    expect(await bytesOf(make(given))).toEqual(await bytesOf(ofKafkajs(given)));
  });

  it('of bundles is refused by every other version', async () => {
    const older = require('kafkajs/src/protocol/requests/produce/v6/request.js') as Make;
    await expect(older(anyRequest(new Random(seed)).ours).encode()).rejects.toThrow('Produce version 7');
  });

  it('is made by ours when kafkajs sends', () => {
    const { versions } = require('kafkajs/src/protocol/requests/produce/index.js') as { versions: string[] };
    expect(versions.at(-1)).toBe('7');
    expect(make).not.toBe(ofKafkajs);
  });
});
