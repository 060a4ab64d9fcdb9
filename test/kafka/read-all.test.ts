/** Real: broker and registry. Asserted: everything up to the end before `caughtUp`, live afterwards, no group left. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outcomes, stock } from '../../schemas/topics.ts';
import type { Outcome, Stock } from '../../schemas/types.ts';
import type { Received } from '../../services/platform/kafka/types.ts';
import { sharedKafka } from '../infrastructure/main.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { applyTopics, openBus, ownTopic, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

let bus: TestBus;
beforeAll(() => {
  bus = openBus({ source: 'cartage/test/read-all' });
});
afterAll(() => bus.close());

async function groups(): Promise<string[]> {
  const admin = plainKafka(sharedKafka()).admin();
  await admin.connect();
  const list = await admin.listGroups();
  await admin.disconnect();
  return list.groups.map((group) => group.groupId);
}

describe('reading a whole topic', () => {
  it('hands over all that is there before it says so, then goes on live', async () => {
    const topic = ownTopic(stock, 4);
    await applyTopics(untyped(topic));
    const skus = Array.from({ length: 300 }, (_, index) => `K${index}`);
    await Promise.all(skus.map((sku) => bus.publish(topic, { value: stockOf(sku) })));
    await bus.tombstone(topic, 'WH/K7');
    const current = new Map<string, Received<Stock>>();
    const reading = await bus.readAll(topic, {
      onRecord: (record) =>
        void (record.value === null ? current.delete(record.key) : current.set(record.key, record)),
    });
    await reading.caughtUp;
    expect(current.size).toBe(299);
    expect(current.has('WH/K7')).toBe(false);
    await bus.publish(topic, { value: stockOf('late') });
    await until('the live record', () => current.has('WH/late'));
    await reading.stop();
    const ours = (group: string) => group.startsWith('cartage-read-cartage/test/read-all');
    await until('no group of it', async () => !(await groups()).some(ours));
  });

  it('of some keys reads the partitions on which these lie, and no others', async () => {
    const topic = ownTopic(stock, 4);
    await applyTopics(untyped(topic));
    const partitionOf = new Map<string, number>();
    const all = await bus.readAll(topic, {
      onRecord: ({ key, partition }) => void partitionOf.set(key, partition),
    });
    for (let sku = 0; sku < 40; sku += 1) await bus.publish(topic, { value: stockOf(`P${sku}`) });
    await until('all', () => partitionOf.size === 40);
    await all.stop();
    const keys = ['WH/P7', 'WH/P8'];
    const seen: string[] = [];
    const reading = await bus.readAll(topic, { keys, onRecord: ({ key }) => void seen.push(key) });
    await reading.caughtUp;
    const wanted = new Set(keys.map((key) => partitionOf.get(key)));
    const there = [...partitionOf].filter(([, partition]) => wanted.has(partition)).map(([key]) => key);
    expect(seen.toSorted()).toEqual(there.toSorted());
    expect(there.length).toBeLessThan(40);
    await reading.stop();
  });

  it('of an empty topic is caught up at once', async () => {
    const topic = ownTopic(stock, 2);
    await applyTopics(untyped(topic));
    const seen: string[] = [];
    const reading = await bus.readAll(topic, { onRecord: (record) => void seen.push(record.key) });
    await reading.caughtUp;
    await bus.publish(topic, { value: stockOf('first') });
    await until('the live record', () => seen.length === 1);
    await reading.stop();
  });

  it('begins at a point in time when told so', async () => {
    const topic = ownTopic(outcomes, 1);
    await applyTopics(untyped(topic as never));
    const outcome = (key: string): Outcome => ({
      group: 'g',
      topic: 't',
      partition: 0,
      offset: 0,
      key,
      documentId: null,
      eventId: null,
      status: 'applied',
      code: null,
      cause: null,
      targetId: null,
      attempts: 1,
      version: null,
      occurredAt: null,
      publishedAt: 0,
      startedAt: 0,
      finishedAt: 0,
      traceId: null,
    });
    await bus.publish(topic, { value: outcome('old') });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sinceMs = Date.now();
    await bus.publish(topic, { value: outcome('new') });
    const seen: string[] = [];
    const reading = await bus.readAll(topic, { sinceMs, onRecord: (record) => void seen.push(record.key) });
    await reading.caughtUp;
    expect(seen).toEqual(['new']);
    await reading.stop();
    const later = await bus.readAll(topic, {
      sinceMs: Date.now() + 60_000,
      onRecord: () => void seen.push('?'),
    });
    await later.caughtUp;
    expect(seen).toEqual(['new']);
    await later.stop();
  });
});
