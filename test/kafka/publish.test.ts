/**
 * Real: broker and registry. Asserted: what lies on the topic afterwards, read by a plain consumer of another library
 * setting (kafkajs and the Confluent registry client by themselves, as WMS or CRM would).
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { KafkaMessage } from 'kafkajs';
import { parked, products, stock } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { sharedKafka, sharedRegistry } from '../infrastructure/main.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { applyTopics, openBus, ownTopic, stockOf, until, untyped } from './support.ts';
import { productOf } from '../../services/catalog-applier/testing/product.ts';
import type { TestBus } from './support.ts';

const topic = ownTopic(stock, 3);
const raw = ownTopic(parked, 1);
let bus: TestBus;

beforeAll(async () => {
  await applyTopics([...untyped(topic), ...untyped(raw as never)]);
  bus = openBus();
});
afterAll(() => bus.close());

type Stored = KafkaMessage & { partition: number };

/** Everything on the topic, as a stranger reads it. */
async function everything(name: string): Promise<Stored[]> {
  const kafka = plainKafka(sharedKafka(), { clientId: 'stranger', retry: { retries: 10 } });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(name);
  await admin.disconnect();
  const expected = ends.reduce((sum, one) => sum + Number(one.high) - Number(one.low), 0);
  const consumer = kafka.consumer({ groupId: `stranger-${name}-${Math.random()}`, maxWaitTimeInMs: 100 });
  const found: Stored[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: name, fromBeginning: true });
  await consumer.run({
    // Member by member: within this process a message tells most when it is asked for.
    eachMessage: async ({ message: { offset, key, value, headers }, partition }) =>
      void found.push({ offset, key, value, headers, partition } as Stored),
  });
  await until(`${expected} records on ${name}`, () => found.length >= expected);
  await consumer.disconnect();
  return found.toSorted((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset));
}

describe('publishing', () => {
  it('resolves when the record is on the topic, in the Confluent wire format with CloudEvents headers', async () => {
    await bus.publish(topic, {
      value: stockOf('S-1', 7),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    const [record] = await everything(topic.topic);
    const headers = Object.fromEntries(
      Object.entries(record!.headers!).map(([name, value]) => [name, String(value as Buffer)]),
    );
    expect(record!.key!.toString()).toBe('WH/S-1');
    expect(headers).toMatchObject({
      ce_specversion: '1.0',
      ce_source: 'cartage/test/kafka',
      ce_type: topic.topic,
      ce_partitionkey: 'WH/S-1',
      'content-type': 'application/avro',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(headers.ce_id).toMatch(/^[0-9a-f]{32}$/);
    expect(Date.parse(headers.ce_time!)).not.toBeNaN();
    const stranger = new SchemaRegistry({ host: sharedRegistry() });
    const decoded = (await stranger.decode(record!.value!)) as Stock;
    expect(decoded).toMatchObject({ source: 'WH', sku: 'S-1', quantity: '1.0000', occurredAt: null });
  });

  it('keeps a key where it is when somebody adds partitions', async () => {
    const grown = ownTopic(stock, 3);
    await applyTopics(untyped(grown));
    const skus = Array.from({ length: 20 }, (_, index) => `S-${index}`);
    const publishAll = () => Promise.all(skus.map((sku) => bus.publish(grown, { value: stockOf(sku, 1) })));
    await publishAll();
    const admin = plainKafka(sharedKafka()).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: grown.topic, count: 7 }] });
    // Known to all brokers before anybody asks for their ends.
    await until('the new partitions', () =>
      admin.fetchTopicOffsets(grown.topic).then(
        (ends) => ends.length === 7,
        () => false,
      ),
    );
    await admin.disconnect();
    // A producer that has seen the new partitions.
    const later = openBus();
    await Promise.all(skus.map((sku) => later.publish(grown, { value: stockOf(sku, 2) })));
    await later.close();
    const places = Map.groupBy(await everything(grown.topic), ({ key }) => String(key));
    for (const records of places.values())
      expect([records.length, new Set(records.map(({ partition }) => partition)).size]).toEqual([2, 1]);
    expect(places.size).toBe(skus.length);
  });

  it('gives the same state the same ce_id, and another version another one', async () => {
    await bus.publish(topic, { value: stockOf('S-2', 1) });
    await bus.publish(topic, { value: stockOf('S-2', 1) });
    await bus.publish(topic, { value: stockOf('S-2', 2) });
    const mine = (await everything(topic.topic)).filter((one) => one.key!.toString() === 'WH/S-2');
    const ids = mine.map((one) => one.headers!.ce_id!.toString());
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('keeps the order of each key under concurrent calls, and one key on one partition', async () => {
    const calls = Array.from({ length: 600 }, (_, index) =>
      bus.publish(topic, { value: stockOf(`K${index % 7}`, index) }),
    );
    await Promise.all(calls);
    const stranger = new SchemaRegistry({ host: sharedRegistry() });
    const numbers = new Map<string, number[]>();
    const partitions = new Map<string, Set<number>>();
    for (const record of await everything(topic.topic)) {
      const key = record.key!.toString();
      if (!key.startsWith('WH/K')) continue;
      const value = (await stranger.decode(record.value!)) as Stock;
      numbers.set(key, [...(numbers.get(key) ?? []), value.version.number]);
      partitions.set(key, (partitions.get(key) ?? new Set()).add(record.partition));
    }
    expect([...numbers.values()].flat()).toHaveLength(600);
    for (const list of numbers.values()) expect(list).toEqual(list.toSorted((a, b) => a - b));
    for (const list of partitions.values()) expect(list.size).toBe(1);
  });

  it('writes a tombstone for a key that is gone', async () => {
    await bus.tombstone(topic, 'WH/S-3');
    const [record] = (await everything(topic.topic)).filter((one) => one.key!.toString() === 'WH/S-3');
    expect(record!.value).toBeNull();
  });

  it('refuses a value that does not fit, naming the field and not the value', async () => {
    const wrong = { ...stockOf('S-4'), quantity: 3 as unknown as string };
    await expect(bus.publish(topic, { value: wrong })).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'record.does_not_fit', what: expect.stringContaining('quantity') as unknown },
    });
  });

  it('says of many together which do not fit, and the others are on the topic', async () => {
    const many = [stockOf('S-5'), { ...stockOf('S-6'), quantity: 3 as unknown as string }, stockOf('S-7')];
    const errors = await bus.publishAll(topic, many);
    expect([...errors].map(([place, { name }]) => [place, name])).toEqual([[1, 'Rejected']]);
    const keys = (await everything(topic.topic)).map(({ key }) => String(key));
    expect(keys.filter((key) => /S-[567]$/.test(key)).toSorted()).toEqual(['WH/S-5', 'WH/S-7']);
  });

  it('refuses a record that no broker takes, and goes on with the next one', async () => {
    const value = {
      group: 'g',
      topic: 't',
      partition: 0,
      offset: 0,
      key: 'k',
      documentId: null,
      status: 'rejected',
      code: 'c',
      cause: 'x',
      why: null,
      fix: 'y',
      attempts: 1,
      parkedAt: 0,
      eventId: null,
      headers: {},
      waitsFor: null,
    };
    const large = bus.publish(raw, { value: { ...value, recordValue: Buffer.alloc(1_000_001) } });
    const small = bus.publish(raw, { value: { ...value, recordValue: Buffer.alloc(100_000) } });
    await expect(large).rejects.toMatchObject({ name: 'Rejected', fault: { code: 'record.too_large' } });
    await small;
  });

  it('says what to run when the contract is not registered, or the topic is missing', async () => {
    const unregistered = ownTopic(products);
    await expect(bus.publish(unregistered, { value: productOf('s') })).rejects.toMatchObject({
      name: 'Unavailable',
      outcome: 'none',
      fault: { code: 'registry.contract_missing', fix: 'Run `cartage topics apply`' },
    });
    await expect(
      bus.subscribe({ contracts: untyped(unregistered as never), group: 'g', open: () => null as never }),
    ).rejects.toMatchObject({
      fault: { code: 'kafka.topic_missing', fix: 'Run `cartage topics apply`' },
    });
  });
});
