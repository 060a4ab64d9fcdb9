/** Real: broker and registry. Asserted: what other writers compress is read, or the reader says that it cannot. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { CompressionTypes } from 'kafkajs';
import { stock } from '../../schemas/topics.ts';
import { sharedKafka } from '../infrastructure/main.ts';
import { applyTopics, openBus, ownTopic, recorder, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

jest.setTimeout(60_000);

let bus: TestBus;
beforeEach(() => {
  bus = openBus();
});
afterEach(() => bus.close());

const { GZIP, LZ4, ZSTD } = kafkajs.CompressionTypes;
const codecs = kafkajs.CompressionCodecs as unknown as Record<number, unknown>;

async function putCompressed(topic: string, value: Buffer, compression: CompressionTypes): Promise<void> {
  const producer = new kafkajs.Kafka({
    brokers: [sharedKafka()],
    logLevel: kafkajs.logLevel.NOTHING,
  }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  await producer.send({ topic, compression, messages: [{ key: 'WH/A', value, partition: 0 }] });
  await producer.disconnect();
}

/** An lz4 frame of one block that is stored as it is; the checksum of this header is always 0x82. */
function storedLz4(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((bytes.length | 0x80000000) >>> 0);
  return Buffer.concat([Buffer.from('04224d18604082', 'hex'), size, bytes, Buffer.alloc(4)]);
}

describe('records of writers that compress', () => {
  it('with gzip or zstd are read', async () => {
    const topic = ownTopic(stock, 1);
    await applyTopics(untyped(topic));
    const taken = recorder();
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group: randomUUID(),
      open: taken.open,
    });
    await bus.publish(topic, { value: stockOf('A') });
    await until('the plain record', () => taken.records().length === 1);
    const bytes = taken.records()[0]!.bytes!;
    await putCompressed(topic.topic, bytes, GZIP);
    await putCompressed(topic.topic, bytes, ZSTD);
    await until('both others', () => taken.records().length === 3);
    expect(taken.records().map((record) => record.key)).toEqual(['WH/A', 'WH/A', 'WH/A']);
    await subscription.stop();
  });

  it('with lz4 end the consumer, which says why and what to do', async () => {
    const topic = ownTopic(stock, 1);
    await applyTopics(untyped(topic));
    const taken = recorder();
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group: randomUUID(),
      open: taken.open,
    });
    await until('a lease', () => subscription.ready());
    const missing = codecs[LZ4];
    // There for the writing only: by the time the batch is on the topic it is missing again.
    const compress = async ({ buffer }: { buffer: Buffer }) => {
      codecs[LZ4] = missing;
      return storedLz4(buffer);
    };
    codecs[LZ4] = () => ({ compress });
    await putCompressed(topic.topic, Buffer.from('anything'), LZ4);
    await until('trouble', () => subscription.trouble() !== null);
    expect(subscription.trouble()).toMatch(/is dead: .*LZ4.*use gzip, zstd or no compression/);
    expect(subscription.ready()).toBe(false);
    expect(taken.taken[0]!.lease.held()).toBe(false);
    await subscription.stop();
  });
});
