/** Real: what is compared, made and corrected. Doubles: kafkajs' administration of a cluster, the registry. */
import { describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { topicSettings } from '../../../schemas/topic-settings.ts';
import type { Contract } from '../../../schemas/topics.ts';
import type { RegistryApi } from './registry/registry-api.ts';
import { waitingOf } from './group-lag.ts';
import { writeClaim } from './subscribe/claim.ts';
import { KafkaTopicAdmin } from './topics.ts';

const rowOf = (topic: string, partitions = 2): Contract<never> =>
  ({ topic, partitions, retentionMs: 'compacted' }) as unknown as Contract<never>;
const [a, b] = [rowOf('a'), rowOf('b', 3)];
const claim = { claimed: 7, clean: false, by: 'me', topicId: null };

interface Topic {
  partitions: number;
  copies: number[];
  settings: Record<string, string>;
}

class Cluster {
  readonly topics = new Map<string, Topic>();
  readonly calls: string[] = [];
  /** Looks for the leaders of a new topic that find none. */
  leaderless = 0;
  refusal: Error | null = null;
  readonly offsets: Record<string, string> = {};

  admin = () => ({
    connect: async () => {
      await Promise.resolve();
      if (this.refusal) throw this.refusal;
      this.calls.push('connect');
    },
    disconnect: async () => void this.calls.push('disconnect'),
    listTopics: async () => [...this.topics.keys(), 'foreign'],
    fetchTopicMetadata: async ({ topics }: { topics: string[] }) => {
      if (topics.length === 0) throw new Error('all topics of the cluster');
      this.leaderless -= 1;
      if (this.leaderless === 1) throw Object.assign(new Error('none'), { type: 'LEADER_NOT_AVAILABLE' });
      if (this.leaderless === 2)
        throw Object.assign(new Error('none'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
      return {
        topics: topics.map((name) => {
          const { partitions, copies } = this.topics.get(name)!;
          return {
            name,
            partitions: Array.from({ length: partitions }, (_none, partition) => ({
              leader: this.leaderless === 0 && partition === 1 ? -1 : 0,
              replicas: Array(copies[partition]).fill(0),
            })),
          };
        }),
      };
    },
    createTopics: async ({ topics, waitForLeaders }: { topics: NewTopic[]; waitForLeaders: boolean }) => {
      this.calls.push(
        `create ${topics.map(({ topic }) => topic).join()}${waitForLeaders ? ' and wait' : ''}`,
      );
      for (const { topic, numPartitions, replicationFactor, configEntries } of topics)
        this.topics.set(topic, {
          partitions: numPartitions,
          copies: Array(numPartitions).fill(replicationFactor),
          settings: Object.fromEntries(configEntries.map(({ name, value }) => [name, value])),
        });
    },
    describeConfigs: async ({ resources: [asked] }: { resources: { name: string }[] }) => {
      const { settings } = this.topics.get(asked!.name)!;
      const set = Object.entries(settings).map(([configName, configValue]) => ({
        configName,
        configValue,
        configSource: 1,
      }));
      return {
        resources: [
          { configEntries: [...set, { configName: 'flush.ms', configValue: '9', configSource: 5 }] },
        ],
      };
    },
    alterConfigs: async ({ resources: [one] }: { resources: Altered[] }) => {
      this.calls.push(`alter ${one!.name}`);
      this.topics.get(one!.name)!.settings = Object.fromEntries(
        one!.configEntries.map(({ name, value }) => [name, value]),
      );
    },
    fetchOffsets: async () => [
      {
        topic: 'b',
        partitions: [
          { partition: 0, offset: '4', metadata: writeClaim({ ...claim, doneAbove: 2 }) },
          { partition: 1, offset: '-1', metadata: '' },
        ],
      },
    ],
    fetchTopicOffsets: async () => [
      { partition: 1, high: '9' },
      { partition: 0, high: '7' },
      { partition: 2, high: '0' },
    ],
  });
}

interface NewTopic {
  topic: string;
  numPartitions: number;
  replicationFactor: number;
  configEntries: { name: string; value: string }[];
}

interface Altered {
  name: string;
  configEntries: { name: string; value: string }[];
}

class Registry implements RegistryApi {
  readonly calls: string[] = [];
  levels: Record<string, string> = {};
  ids: Record<string, number> = {};
  conflict: string | null = null;
  schemaById = async () => null;
  idOf = async (subject: string) => this.ids[subject] ?? null;
  compatibility = async (subject: string) => this.levels[subject] ?? null;
  async register(subject: string, schema: string) {
    await Promise.resolve();
    if (this.conflict !== null) return { conflict: this.conflict };
    this.calls.push(`register ${subject} ${schema}`);
    this.ids[subject] = 7;
    return { id: 7 };
  }
  async setCompatibility(subject: string, level: string) {
    await Promise.resolve();
    this.calls.push(`level ${subject} ${level}`);
    this.levels[subject] = level;
  }
  close = async () => void this.calls.push('close');
}

function setUp() {
  const [cluster, api] = [new Cluster(), new Registry()];
  const admin = new KafkaTopicAdmin({
    client: cluster as unknown as Kafka,
    api,
    schemaText: (topic) => `{\n"name": "${topic}"\n}`,
  });
  const apply = async (rows: readonly Contract<never>[], options: object = {}) => {
    const changes = await admin.apply(rows, { replicationFactor: 3, dryRun: false, ...options });
    return changes.map(({ topic, action, detail }) => `${topic} ${action}: ${detail}`);
  };
  return { cluster, api, admin, apply };
}

describe('applying the topics', () => {
  it('makes what is missing in one request, waits for its leaders, and changes nothing the second time', async () => {
    const { cluster, api, apply } = setUp();
    cluster.leaderless = 3;
    const settings = Object.entries(topicSettings(a, 3)).map(([name, value]) => `${name}=${value}`);
    expect(await apply([a, b])).toEqual([
      `a created: 2 partitions, ${settings.join(', ')}`,
      'a compatibility: a-value: none of its own -> FULL_TRANSITIVE',
      'a registered: a-value: schema id 7',
      `b created: 3 partitions, ${settings.join(', ')}`,
      'b compatibility: b-value: none of its own -> FULL_TRANSITIVE',
      'b registered: b-value: schema id 7',
    ]);
    expect(cluster.calls).toEqual(['connect', 'create a,b']);
    expect([...cluster.topics.values()].map(({ copies }) => copies)).toEqual([
      [3, 3],
      [3, 3, 3],
    ]);
    // Until each partition of both has a leader.
    expect(cluster.leaderless).toBeLessThan(0);
    // In the order in which the registry needs it.
    expect(api.calls.slice(0, 2)).toEqual(['level a-value FULL_TRANSITIVE', 'register a-value {"name":"a"}']);
    expect(await apply([a, b])).toEqual([
      'a unchanged: topic and contract stand',
      'b unchanged: topic and contract stand',
    ]);
    expect([cluster.calls.length, api.calls.length]).toEqual([2, 4]);
  });

  it('corrects settings by the copies that there are, and keeps what an operator has set besides', async () => {
    const { cluster, api, apply } = setUp();
    Object.assign(api, { levels: { 'a-value': 'FULL_TRANSITIVE' }, ids: { 'a-value': 7 } });
    const settings = { ...topicSettings(a, 1), 'segment.ms': '1', 'max.message.bytes': '5' };
    cluster.topics.set('a', { partitions: 2, copies: [3, 2], settings });
    expect(await apply([a])).toEqual(['a settings: segment.ms 1 -> 86400000']);
    expect(cluster.topics.get('a')!.settings).toEqual({ ...topicSettings(a, 1), 'max.message.bytes': '5' });
    delete cluster.topics.get('a')!.settings['cleanup.policy'];
    expect(await apply([a])).toEqual(['a settings: cleanup.policy unset -> compact']);
  });

  it('tells of other partitions and of a contract that does not go on, and changes neither', async () => {
    const { cluster, api, apply } = setUp();
    Object.assign(api, { levels: { 'a-value': 'BACKWARD' }, conflict: 'a field is gone' });
    cluster.topics.set('a', { partitions: 3, copies: [1, 1, 1], settings: topicSettings(a, 1) });
    expect(await apply([a])).toEqual([
      expect.stringMatching(/^a conflict: it has 3 partitions, the table says 2/),
      'a compatibility: a-value: BACKWARD -> FULL_TRANSITIVE',
      expect.stringMatching(/^a conflict: a-value: .*\(a field is gone\)/),
    ]);
    expect(cluster.calls).toEqual(['connect']);
  });

  it('dry says the same, and does nothing; nor does a check, which tells what is to be changed alone', async () => {
    const { cluster, api, admin, apply } = setUp();
    cluster.topics.set('a', { partitions: 2, copies: [1, 1], settings: {} });
    Object.assign(api, { levels: { 'b-value': 'FULL_TRANSITIVE' } });
    const expected = [
      expect.stringMatching(/^a settings: segment\.ms unset -> 86400000, /),
      'a compatibility: a-value: none of its own -> FULL_TRANSITIVE',
      'a registered: a-value: a new version',
      expect.stringMatching(/^b created: 3 partitions/),
      'b registered: b-value: a new version',
    ];
    expect(await apply([a, b], { dryRun: true })).toEqual(expected);
    expect((await admin.check([a, b])).map(({ topic, action }) => `${topic} ${action}`)).toEqual([
      'a settings',
      'a compatibility',
      'a registered',
      'b created',
      'b registered',
    ]);
    expect([cluster.calls, api.calls]).toEqual([['connect'], []]);
    await apply([a, b]);
    expect(await admin.check([a, b])).toEqual([]);
  });
});

it('the lag of a group is told by topic and partition; what it never committed is null, what is done all the same no lag', async () => {
  const { admin } = setUp();
  const lags = await admin.lag('g', ['b', 'a']);
  expect(lags.map((lag) => waitingOf(lag))).toEqual([7, 9, 0, 1, 9, 0]);
  expect(await admin.lag('g', ['b', 'a'])).toEqual([
    { topic: 'a', partition: 0, committed: null, end: 7 },
    { topic: 'a', partition: 1, committed: null, end: 9 },
    { topic: 'a', partition: 2, committed: null, end: 0 },
    { topic: 'b', partition: 0, committed: 4, end: 7, doneAbove: 2 },
    { topic: 'b', partition: 1, committed: null, end: 9 },
    { topic: 'b', partition: 2, committed: null, end: 0 },
  ]);
});

describe('a connection', () => {
  it('that is refused says where to look, and is tried again by the next call', async () => {
    const { cluster, admin } = setUp();
    cluster.refusal = new Error('SASL refused');
    await expect(admin.connect()).rejects.toMatchObject({
      name: 'Unavailable',
      fault: { code: 'kafka.unreachable', why: 'SASL refused' },
    });
    cluster.refusal = null;
    await admin.connect();
    await admin.connect();
    expect(cluster.calls).toEqual(['connect']);
  });

  it('is let go in the end, where there was one', async () => {
    const { cluster, api, admin } = setUp();
    await admin.connect();
    await admin.close();
    expect([cluster.calls, api.calls]).toEqual([['connect', 'disconnect'], ['close']]);
    const never = setUp();
    await never.admin.close();
    expect([never.cluster.calls, never.api.calls]).toEqual([[], ['close']]);
  });
});
