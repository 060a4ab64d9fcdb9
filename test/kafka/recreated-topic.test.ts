/**
 * Real: broker and registry. Asserted: a topic that is deleted and created again under its name is read from its
 * beginning, by a member of a group and by a reading of the whole topic, which tells so, also when it holds more records by then than
 * had been read of the old one, and whether the reader was there or away meanwhile.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { stock } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { sharedKafka } from '../infrastructure/main.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { applyTopics, openBus, ownTopic, recorder, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

let bus: TestBus;
let topic: Contract<Stock>;
beforeEach(async () => {
  bus = openBus();
  topic = ownTopic(stock, 1);
  await applyTopics(untyped(topic));
});
afterEach(() => bus.close());

async function publish(name: string, count: number): Promise<string[]> {
  const skus = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  for (const sku of skus) await bus.publish(topic, { value: stockOf(sku) });
  return skus.map((sku) => `WH/${sku}`);
}

/** With 15 records where there were 10. */
async function recreate(): Promise<string[]> {
  const admin = plainKafka(sharedKafka()).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic.topic] });
  await until('the topic is gone', async () => !(await admin.listTopics()).includes(topic.topic));
  await admin.disconnect();
  await applyTopics(untyped(topic));
  return publish('new', 15);
}

describe('a recreated topic', () => {
  it('is read from its beginning by a whole reading that was there', async () => {
    const seen: string[] = [];
    const reading = await bus.readAll(topic, {
      onRecord: ({ key }) => void seen.push(key),
      onRecreated: () => void seen.push('recreated'),
    });
    const old = await publish('old', 10);
    await until('the old records', () => seen.length === old.length);
    const fresh = await recreate();
    const sinceTold = () => (seen.includes('recreated') ? seen.slice(seen.indexOf('recreated') + 1) : []);
    await until('all new records', () => sinceTold().length >= fresh.length);
    expect(sinceTold()).toEqual(fresh);
    expect(seen.slice(0, 10)).toEqual(old);
    await reading.stop();
  });

  it('is read from its beginning by a member of a group that was there, under a new lease', async () => {
    const taken = recorder();
    const group = randomUUID();
    const subscription = await bus.subscribe({ contracts: untyped(topic), group, open: taken.open });
    const old = await publish('old', 10);
    await until('the old records', () => taken.records().length === old.length);
    const fresh = await recreate();
    const keys = () => taken.records().map(({ key }) => key);
    await until('all new records', () => fresh.every((key) => keys().includes(key)));
    expect(taken.newest(0).lease.start).toBe(0);
    await subscription.stop();
  });

  it('is read from its beginning by a group that was away meanwhile', async () => {
    const group = randomUUID();
    const before = recorder();
    const first = await bus.subscribe({ contracts: untyped(topic), group, open: before.open });
    const old = await publish('old', 10);
    await until('the old records', () => before.records().length === old.length);
    await first.stop();
    const fresh = await recreate();
    const after = recorder();
    const second = await bus.subscribe({ contracts: untyped(topic), group, open: after.open });
    await until('all new records', () => after.records().length >= fresh.length);
    expect(after.records().map(({ key }) => key)).toEqual(fresh);
    await second.stop();
  });
});
