/** Real: broker and registry. Asserted: what `cartage topics apply` makes, what it leaves alone, what it says. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { orders, schemaText, stock } from '../../schemas/topics.ts';
import { openTopicAdmin } from '../../services/platform/kafka/connect.ts';
import type { TopicAdmin } from '../../services/platform/kafka/topic-admin.ts';
import { sharedKafka } from '../infrastructure/main.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { openAdmin, optionsFor, ownTopic, until, untyped } from './support.ts';

const once = { replicationFactor: 1, dryRun: false };
let topics: TopicAdmin;
let raw: Admin;

beforeAll(async () => {
  topics = openAdmin();
  raw = plainKafka(sharedKafka()).admin();
  await raw.connect();
});
afterAll(() => Promise.all([topics.close(), raw.disconnect()]));

async function settingsOf(topic: string): Promise<Record<string, string>> {
  const { resources } = await raw.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return Object.fromEntries(
    resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]),
  );
}

/** What was changed is answered by the controller; the broker that is asked hears of it a moment later. */
const shows = (topic: string, settings: Record<string, string>) =>
  until(`${topic} with its settings`, async () => {
    const shown = await settingsOf(topic);
    return Object.entries(settings).every(([name, value]) => shown[name] === value);
  });

describe('applying topics', () => {
  it('creates topics and contracts, says so, and a second run changes nothing', async () => {
    const [state, documents] = [ownTopic(stock, 3), ownTopic(orders, 2)];
    const rows = [...untyped(state), ...untyped(documents as never)];
    expect((await topics.check(rows)).map((change) => change.action)).toContain('created');
    const first = await topics.apply(rows, once);
    expect(first.map(({ topic, action }) => [topic, action])).toEqual([
      [state.topic, 'created'],
      [state.topic, 'compatibility'],
      [state.topic, 'registered'],
      [documents.topic, 'created'],
      [documents.topic, 'compatibility'],
      [documents.topic, 'registered'],
    ]);
    const second = await topics.apply(rows, once);
    expect(second.map((change) => change.action)).toEqual(['unchanged', 'unchanged']);
    expect(await topics.check(rows)).toEqual([]);
    expect(await settingsOf(state.topic)).toMatchObject({
      'cleanup.policy': 'compact',
      'segment.ms': '86400000',
    });
    expect(await settingsOf(documents.topic)).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': '2419200000',
    });
    const { topics: made } = await raw.fetchTopicMetadata({ topics: [state.topic] });
    expect(made[0]!.partitions).toHaveLength(3);
  });

  it('mends a setting that differs and keeps what an operator has set besides', async () => {
    const topic = ownTopic(orders, 1);
    await topics.apply(untyped(topic as never), once);
    await raw.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic.topic,
          configEntries: [
            { name: 'retention.ms', value: '1000' },
            { name: 'max.message.bytes', value: '2000000' },
            { name: 'segment.ms', value: '86400000' },
            { name: 'min.insync.replicas', value: '2' },
            { name: 'compression.type', value: 'lz4' },
          ],
        },
      ],
    });
    await shows(topic.topic, { 'retention.ms': '1000', 'compression.type': 'lz4' });
    const [dry] = await topics.apply(untyped(topic as never), { ...once, dryRun: true });
    const detail =
      'min.insync.replicas 2 -> 1, compression.type lz4 -> producer, retention.ms 1000 -> 2419200000';
    expect(dry).toMatchObject({ action: 'settings', detail });
    expect(await topics.check(untyped(topic as never))).toMatchObject([{ action: 'settings', detail }]);
    expect(await settingsOf(topic.topic)).toMatchObject({ 'retention.ms': '1000' });
    await topics.apply(untyped(topic as never), once);
    await shows(topic.topic, {
      'retention.ms': '2419200000',
      'max.message.bytes': '2000000',
      'min.insync.replicas': '1',
      'compression.type': 'producer',
    });
    expect((await topics.apply(untyped(topic as never), once))[0]!.action).toBe('unchanged');
  });

  it('does not touch the number of partitions, and says why', async () => {
    const topic = ownTopic(stock, 2);
    await topics.apply(untyped(topic), once);
    const [change] = await topics.apply(untyped({ ...topic, partitions: 6 }), once);
    expect(change).toMatchObject({ action: 'conflict' });
    expect(change!.detail).toMatch(/2 partitions, the table says 6.*order/);
  });

  it('explains a contract that is not compatible with the one before', async () => {
    const topic = ownTopic(stock, 1);
    await topics.apply(untyped(topic), once);
    const broken = JSON.parse(schemaText('erp.stock')) as { fields: { name: string }[] };
    broken.fields = broken.fields.filter((field) => field.name !== 'quantity');
    const options = optionsFor();
    const other = openTopicAdmin(options, { schemaText: () => JSON.stringify(broken) });
    const changes = await other.apply(untyped(topic), once);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ action: 'conflict' });
    expect(changes[0]!.detail).toMatch(/not compatible with all earlier ones/);
    await other.close();
    expect((await topics.apply(untyped(topic), once))[0]!.action).toBe('unchanged');
  });

  it('creates nothing in a dry run', async () => {
    const topic = ownTopic(stock, 1);
    const changes = await topics.apply(untyped(topic), { ...once, dryRun: true });
    expect(changes.map((change) => change.action)).toEqual(['created', 'compatibility', 'registered']);
    expect(await raw.listTopics()).not.toContain(topic.topic);
  });
});
