/**
 * Topics and contracts on the broker and in the registry, made from the one table in schemas/topics.ts. A second run
 * changes nothing. Never lowers anything that could lose records: partitions are neither removed nor added (with
 * another number of partitions a key moves, and its records are no longer in one order).
 */
import { setTimeout } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { beginsOf, lagOf } from './group-lag.ts';
import { topicSettings } from '../../../schemas/topic-settings.ts';
import type { Contract } from '../../../schemas/topics.ts';
import { noBroker } from './no-broker.ts';
import type { RegistryApi } from './registry/registry-api.ts';
import { oneLine, subjectOf } from './registry/registry.ts';
import type { PartitionLag } from './types.ts';
import type { TopicAdmin, TopicChange } from './topic-admin.ts';

export interface TopicAdminContext {
  client: Kafka;
  api: RegistryApi;
  schemaText: (topic: string) => string;
}

type Row = Contract<never>;
type Change = Pick<TopicChange, 'action' | 'detail'>;

const compatibility = 'FULL_TRANSITIVE';
/** kafkajs: the value was set on this topic, as opposed to a default of broker or cluster. */
const configSourceTopic = 1;
const leadersWithinMs = 30_000;
const lookAgainMs = 50;

export class KafkaTopicAdmin implements TopicAdmin {
  readonly #context: TopicAdminContext;
  #connecting: Promise<Admin> | null = null;

  constructor(context: TopicAdminContext) {
    this.#context = context;
  }

  async connect(): Promise<void> {
    await this.#connected();
  }

  async apply(
    rows: readonly Row[],
    { replicationFactor, dryRun }: { replicationFactor: number; dryRun: boolean },
  ): Promise<TopicChange[]> {
    const admin = await this.#connected();
    const existing = await existingTopics(admin, rows);
    const missing = rows.filter((row) => !existing.has(row.topic));
    if (!dryRun && missing.length > 0) await create(admin, missing, replicationFactor);
    const changes: TopicChange[] = [];
    for (const row of rows) {
      const found = existing.get(row.topic);
      const made = [
        ...(found === undefined
          ? [created(row, replicationFactor)]
          : await adjust(admin, row, found, dryRun)),
        ...(await this.#registerContract(row.topic, dryRun)),
      ];
      if (made.length === 0) made.push({ action: 'unchanged', detail: 'topic and contract stand' });
      changes.push(...made.map((change) => ({ topic: row.topic, ...change })));
    }
    return changes;
  }

  async check(rows: readonly Row[]): Promise<TopicChange[]> {
    const changes = await this.apply(rows, { replicationFactor: 1, dryRun: true });
    return changes.filter((change) => change.action !== 'unchanged');
  }

  async missing(topics: readonly string[]): Promise<string[]> {
    const existing = new Set(await (await this.#connected()).listTopics());
    return topics.filter((topic) => !existing.has(topic));
  }

  async lag(group: string, topics: string[]): Promise<PartitionLag[]> {
    return lagOf(await this.#connected(), group, topics);
  }

  async begins(topic: string, sinceMs: number): Promise<Map<number, number>> {
    return beginsOf(await this.#connected(), topic, sinceMs);
  }

  async close(): Promise<void> {
    await this.#connecting?.then((admin) => admin.disconnect()).catch(() => undefined);
    await this.#context.api.close();
  }

  #connected(): Promise<Admin> {
    this.#connecting ??= (async () => {
      const admin = this.#context.client.admin();
      await admin.connect();
      return admin;
    })().catch((error: unknown) => {
      this.#connecting = null;
      throw noBroker(error);
    });
    return this.#connecting;
  }

  async #registerContract(topic: string, dryRun: boolean): Promise<Change[]> {
    const { api } = this.#context;
    const subject = subjectOf(topic);
    const schema = oneLine(this.#context.schemaText(topic));
    const changes: Change[] = [];
    const level = await api.compatibility(subject);
    if (level !== compatibility) {
      if (!dryRun) await api.setCompatibility(subject, compatibility);
      changes.push({
        action: 'compatibility',
        detail: `${subject}: ${level ?? 'none of its own'} -> ${compatibility}`,
      });
    }
    const known = await api.idOf(subject, schema);
    if (known !== null) return changes;
    if (dryRun) return [...changes, { action: 'registered', detail: `${subject}: a new version` }];
    const answer = await api.register(subject, schema);
    if ('id' in answer)
      return [...changes, { action: 'registered', detail: `${subject}: schema id ${answer.id}` }];
    return [...changes, { action: 'conflict', detail: incompatible(subject, answer.conflict) }];
  }
}

interface Existing {
  partitions: number;
  /** Of the partition with the fewest copies. */
  replicationFactor: number;
}

async function existingTopics(admin: Admin, rows: readonly Row[]): Promise<Map<string, Existing>> {
  const names = new Set(await admin.listTopics());
  const wanted = rows.map((row) => row.topic).filter((topic) => names.has(topic));
  // Without a name kafkajs would describe all topics of the cluster.
  if (wanted.length === 0) return new Map();
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted });
  return new Map(
    topics.map(({ name, partitions }) => {
      const replicationFactor = Math.min(...partitions.map(({ replicas }) => replicas.length));
      return [name, { partitions: partitions.length, replicationFactor }];
    }),
  );
}

/** All in one request. Resolves when each partition has a leader, so that whoever comes next can use them. */
async function create(admin: Admin, rows: readonly Row[], replicationFactor: number): Promise<void> {
  await admin.createTopics({
    // kafkajs' own wait ends with an error when the broker that it asks does not know the topic yet.
    waitForLeaders: false,
    topics: rows.map((row) => ({
      topic: row.topic,
      numPartitions: row.partitions,
      replicationFactor,
      configEntries: Object.entries(topicSettings(row, replicationFactor)).map(([name, value]) => ({
        name,
        value,
      })),
    })),
  });
  const names = rows.map((row) => row.topic);
  const deadline = Date.now() + leadersWithinMs;
  while (!(await haveLeaders(admin, names))) {
    if (Date.now() > deadline)
      throw new Error(`the new topics ${names.join(', ')} have no leaders yet; run it again`);
    await setTimeout(lookAgainMs);
  }
}

async function haveLeaders(admin: Admin, names: string[]): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    return topics.every(
      ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
    );
  } catch (error) {
    const { type } = error as { type?: string };
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE') return false;
    throw error;
  }
}

function created(row: Row, replicationFactor: number): Change {
  return {
    action: 'created',
    detail: `${row.partitions} partitions, ${describe(topicSettings(row, replicationFactor))}`,
  };
}

async function adjust(admin: Admin, row: Row, existing: Existing, dryRun: boolean): Promise<Change[]> {
  const { partitions, replicationFactor } = existing;
  const changes: Change[] = [];
  if (partitions !== row.partitions) {
    changes.push({
      action: 'conflict',
      detail: `it has ${partitions} partitions, the table says ${row.partitions}. Keys would move to other partitions and lose their order, so this is not changed: stop all writers, read the topic to its end, delete it and apply again`,
    });
  }
  const found = await settingsOf(admin, row.topic);
  const wanted = topicSettings(row, replicationFactor);
  const different = Object.entries(wanted).filter(([name, value]) => found.effective[name] !== value);
  if (different.length === 0) return changes;
  if (!dryRun) {
    // AlterConfigs replaces everything: what an operator has set besides is sent again.
    const entries = Object.entries({ ...found.setOnTopic, ...wanted });
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: row.topic,
          configEntries: entries.map(([name, value]) => ({ name, value })),
        },
      ],
    });
  }
  const detail = different
    .map(([name, value]) => `${name} ${found.effective[name] ?? 'unset'} -> ${value}`)
    .join(', ');
  return [...changes, { action: 'settings', detail }];
}

async function settingsOf(admin: Admin, topic: string) {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  const entries = resources[0]?.configEntries ?? [];
  const setHere = entries.filter((entry) => (entry.configSource as number) === configSourceTopic);
  const record = (list: typeof entries) =>
    Object.fromEntries(list.map((entry) => [entry.configName, entry.configValue]));
  return { effective: record(entries), setOnTopic: record(setHere) };
}

function describe(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

function incompatible(subject: string, why: string): string {
  return `${subject}: the registry refuses the new version because it is not compatible with all earlier ones (${why}). Older records or readers would break: keep every field, give new ones a default. The check of schemas/ names the field`;
}
