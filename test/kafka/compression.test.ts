/**
 * Real: broker and registry. Asserted: whatever codec is used on a topic is read. Where the topic's setting differs
 * from the writer's, the broker compresses anew, so the bytes are those of the Java library.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { stock } from '../../schemas/topics.ts';
import { sharedKafka } from '../infrastructure/main.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { applyTopics, openBus, ownTopic, recorder, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

let bus: TestBus;
beforeEach(() => {
  bus = openBus();
});
afterEach(() => bus.close());

const client = () => plainKafka(sharedKafka());

async function put(topic: string, value: Buffer): Promise<void> {
  const producer = client().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: 'WH/A', value, partition: 0 }] });
  await producer.disconnect();
}

describe('records of writers that compress', () => {
  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('with %s are read', async (name) => {
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
    await setCompression(topic.topic, name);
    // Long enough for several blocks of the codec's frame, and not a repetition of one byte.
    const long = Array.from({ length: 20_000 }, (_, at) => `stock ${at * 7919}`).join(' ');
    await put(topic.topic, Buffer.from(long));
    await bus.publish(topic, { value: stockOf('B') });
    await until('both that the broker compressed', () => taken.taken[0]!.records.length === 3);
    const [, garbage, last] = taken.taken[0]!.records;
    expect(garbage!.bytes!.toString()).toBe(long);
    expect(last).toMatchObject({ key: 'WH/B', value: { sku: 'B' } });
    expect(subscription.unhealthyReason()).toBeNull();
    await subscription.stop();
  });
});

async function setCompression(topic: string, value: string): Promise<void> {
  const admin = client().admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: [{ name: 'compression.type', value }],
      },
    ],
  });
  await admin.disconnect();
}
