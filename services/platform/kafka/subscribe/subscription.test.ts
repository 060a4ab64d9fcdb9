/**
 * A member of a group from joining to leaving. Real: all of ours. Double: kafkajs, which the test plays: it joins, hands
 * batches over, crashes. The clock is the test's; timers are real and short.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { Batch, Cluster, Kafka } from 'kafkajs';
import { stock } from '../../../../schemas/topics.ts';
import type { Registry } from '../registry/registry.ts';
import type { Received, Undecodable } from '../types.ts';
import type { CoordinatingBroker } from './coordinator.ts';
import { GroupMember } from './subscription.ts';

const sessionTimeoutMs = 1_000;
type Listener = (event: { payload: object }) => void;

/** kafkajs with one broker, and a topic of two partitions that end at 10. */
class Kafkajs {
  config: Record<string, unknown> = {};
  running: {
    eachBatch(payload: object): Promise<void>;
    autoCommit: boolean;
    eachBatchAutoResolve: boolean;
  } | null = null;
  readonly calls: string[] = [];
  readonly commits: string[] = [];
  heartbeats = 0;
  generation = 0;
  failure: Error | null = null;
  lacks: number | null = null;
  fetchFailure: Error | null = null;
  readonly #listeners = new Map<string, Listener>();

  readonly #broker = {
    findGroupCoordinator: async () => ({ coordinator: { nodeId: '1' } }),
    joinGroup: async () => ({ generationId: (this.generation += 1), memberId: 'm' }),
    syncGroup: async () => ({}),
    heartbeat: async () => {
      await turn();
      this.heartbeats += 1;
      if (this.failure) throw this.failure;
    },
    leaveGroup: async () => void this.calls.push('leave'),
    offsetFetch: async ({ topics }: { topics: { partitions: { partition: number }[] }[] }) => {
      await turn();
      if (this.fetchFailure) throw this.fetchFailure;
      const partitions = topics[0]!.partitions.map(({ partition }) => ({
        partition,
        offset: '-1',
        metadata: null,
      }));
      return { responses: [{ partitions }] };
    },
    offsetCommit: async ({
      topics,
    }: {
      topics: { partitions: { partition: number; offset: string; metadata: string }[] }[];
    }) => {
      await turn();
      for (const { partitions } of topics)
        for (const { partition, offset, metadata } of partitions)
          this.commits.push(
            `${partition}: ${offset}${(JSON.parse(metadata) as { clean: boolean }).clean ? ' clean' : ''}`,
          );
    },
  };

  readonly cluster = {
    getNodeIds: () => [1],
    findBroker: async () => this.#broker,
    findLeaderForPartitions: () => ({}),
    refreshMetadata: async () => undefined,
    fetchTopicsOffset: async ([{ partitions, fromBeginning }]: [
      { partitions: { partition: number }[]; fromBeginning: boolean },
    ]) => [
      {
        partitions: partitions
          .filter(({ partition }) => partition !== this.lacks)
          .map(({ partition }) => ({ partition, offset: fromBeginning ? '0' : '10' })),
      },
    ],
  } as unknown as Cluster & { findGroupCoordinator(): Promise<CoordinatingBroker> };

  consumer = (config: Record<string, unknown>) => {
    this.config = config;
    (config.partitionAssigners as ((made: object) => void)[])[0]!({ cluster: this.cluster });
    const call = (name: string) => async () => {
      await turn();
      this.calls.push(name);
    };
    const of =
      (name: string) =>
      (one: { topic?: string; partition?: number; offset?: string } | { partitions: number[] }[]) => {
        const [first] = Array.isArray(one) ? one : [];
        if (first) this.calls.push(`${name} ${first.partitions.join()}`);
        else
          this.calls.push(
            `${name} ${(one as { partition: number }).partition} ${(one as { offset: string }).offset}`,
          );
      };
    return {
      on: (name: string, listener: Listener) => this.#listeners.set(name, listener),
      run: async (options: NonNullable<Kafkajs['running']>) => {
        await turn();
        this.running = options;
      },
      connect: call('connect'),
      subscribe: async (asked: object) => void this.calls.push(`subscribe ${JSON.stringify(asked)}`),
      disconnect: call('disconnect'),
      pause: of('pause'),
      resume: of('resume'),
      seek: of('seek'),
    };
  };

  async join(partitions = [0, 1]): Promise<void> {
    const coordinator = await this.cluster.findGroupCoordinator();
    await coordinator.joinGroup({});
    await coordinator.syncGroup({});
    this.emit('consumer.group_join', { memberAssignment: { [stock.topic]: partitions } });
  }

  emit(name: string, payload: object = {}): void {
    this.#listeners.get(name)!({ payload });
  }

  /** Tombstones, which need no schema. @returns what kafkajs may count as read. */
  async offer(partition: number, fetchedOffset: number, count: number): Promise<string[]> {
    const resolved: string[] = [];
    const messages = Array.from({ length: count }, (_none, index) => ({
      key: Buffer.from('WH/A'),
      value: null,
      headers: {},
      timestamp: '0',
      offset: String(fetchedOffset + index),
    }));
    const lastOffset = () => String(fetchedOffset + count - 1);
    const batch = {
      topic: stock.topic,
      partition,
      fetchedOffset: String(fetchedOffset),
      messages,
      lastOffset,
    };
    await this.running!.eachBatch({
      batch: batch as unknown as Batch,
      resolveOffset: (offset: string) => resolved.push(offset),
    });
    return resolved;
  }
}

let member: GroupMember | null = null;
afterEach(async () => {
  await member?.stop();
  member = null;
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function started(
  options: {
    sessionTimeoutMs?: number;
    receive?: () => void;
    close?: () => Promise<boolean>;
    commitIntervalMs?: number;
  } = {},
) {
  const kafka = new Kafkajs();
  const clock = { ms: 0, monotonicMs: () => clock.ms, wallMs: () => clock.ms };
  const [lines, dead, schemas, closed]: string[][] = [[], [], [], []];
  const records: (Received<never> | Undecodable)[] = [];
  const line = (level: string) => (_fields: object, text: string) => lines!.push(`${level} ${text}`);
  const made = new GroupMember(
    {
      client: kafka as unknown as Kafka,
      registry: {
        writer: async (topic: string) => {
          schemas!.push(topic);
          throw new Error('away');
        },
      } as unknown as Registry,
      log: { info: line('info'), warn: line('warn'), error: line('error') },
      onDead: (why) => dead!.push(why),
      clock,
    },
    {
      contracts: [stock as never],
      group: 'g',
      sessionTimeoutMs: options.sessionTimeoutMs ?? sessionTimeoutMs,
      commitIntervalMs: options.commitIntervalMs ?? 5,
      open: () => ({
        receive: (given) => {
          options.receive?.();
          records.push(...given);
        },
        full: () => false,
        close: async (lost) => {
          await turn();
          closed!.push(lost ? 'lost' : 'asked');
          return options.close?.() ?? true;
        },
      }),
    },
  );
  let stops = 0;
  made.onStopped = () => (stops += 1);
  member = made;
  await made.start();
  return {
    kafka,
    clock,
    member: made,
    lines: lines!,
    dead: dead!,
    schemas: schemas!,
    closed: closed!,
    records,
    stops: () => stops,
  };
}

describe('a member', () => {
  it('reads all of its topics, commits by itself, and waits for nobody for long', async () => {
    const patient = await started({ sessionTimeoutMs: 30_000 });
    expect(patient.kafka.config).toMatchObject({ rebalanceTimeout: 45_000, heartbeatInterval: 1_000 });
    await patient.member.stop();
    const { kafka, schemas, member: one } = await started();
    expect(kafka.config).toMatchObject({
      groupId: 'g',
      sessionTimeout: 1_000,
      rebalanceTimeout: 1_500,
      heartbeatInterval: 200,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 1_048_576,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
    });
    expect(kafka.running).toMatchObject({ autoCommit: false, eachBatchAutoResolve: false });
    expect(kafka.calls).toEqual(['connect', `subscribe {"topics":["${stock.topic}"],"fromBeginning":true}`]);
    expect(schemas).toEqual([stock.topic]);
    expect([one.ready(), one.leases(), await one.lag(), one.unhealthyReason()]).toEqual([
      false,
      [],
      [],
      null,
    ]);
  });

  it('reads what it is given when its lease is open, hands it over, and stores what is finished', async () => {
    const { kafka, member: one, records, lines } = await started();
    await kafka.join();
    expect(kafka.calls.at(-1)).toBe('pause 0,1');
    expect([one.ready(), await kafka.offer(0, 0, 2)]).toEqual([false, []]);
    await until(() => one.ready());
    expect(kafka.calls).toEqual(expect.arrayContaining(['seek 0 0', 'resume 0', 'seek 1 0', 'resume 1']));
    expect(await kafka.offer(0, 0, 3)).toEqual(['2']);
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    // Not where it stands: it is fetched again.
    expect(await kafka.offer(1, 5, 1)).toEqual([]);
    one
      .leases()
      .find(({ partition }) => partition === 0)!
      .finish(2);
    await until(() => kafka.commits.includes('0: 2 clean'));
    expect((await one.lag()).find(({ partition }) => partition === 0)).toMatchObject({
      committed: 2,
      end: 10,
    });
    expect(lines).toEqual(['info The group has given out its partitions']);
  });

  it('finishes before it joins anew, and leaves cleanly in the end, once', async () => {
    const { kafka, member: one, closed, stops } = await started();
    await kafka.join();
    await until(() => one.ready());
    await one.leases()[0]!.claim(0);
    await kafka.join([1]);
    expect(closed).toEqual(['asked', 'asked']);
    await until(() => one.ready());
    expect(one.leases().map(({ partition }) => partition)).toEqual([1]);
    const stopping = one.stop();
    expect(one.stop()).toBe(stopping);
    await stopping;
    expect([closed.length, kafka.calls.at(-1), stops(), one.ready()]).toEqual([3, 'disconnect', 1, false]);
    // Nobody joins for what is stopping.
    await expect(kafka.cluster.findGroupCoordinator()).rejects.toThrow('stopping');
    const { commits } = kafka;
    const count = commits.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(commits).toHaveLength(count);
  });

  it('is not well when nothing was fetched for half a minute, until it is stopped on purpose', async () => {
    const { kafka, clock, member: one } = await started();
    clock.ms = 30_000;
    expect(one.unhealthyReason()).toBeNull();
    clock.ms = 31_000;
    expect(one.unhealthyReason()).toBe('g has fetched nothing for 31 s');
    kafka.emit('consumer.fetch');
    expect(one.unhealthyReason()).toBeNull();
    clock.ms = 99_000;
    await one.stop();
    expect(one.unhealthyReason()).toBeNull();
  });

  it('says itself that it is there when the fetch loop is held up, but not when it stands for good', async () => {
    const { kafka, clock, member: one } = await started();
    await kafka.join();
    await until(() => one.ready());
    clock.ms = 399;
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(kafka.heartbeats).toBe(0);
    clock.ms = 400;
    await until(() => kafka.heartbeats > 0);
    expect(one.leases()).toHaveLength(2);
    // The session is over by its own clock: nothing is sent for it any more.
    clock.ms = 5_000;
    const { heartbeats } = kafka;
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect([kafka.heartbeats, one.leases()]).toEqual([heartbeats, []]);
  });
});

describe('a member whose consumer crashed', () => {
  it('gives its partitions up and leaves, and is dead where kafkajs has given it up, in words that quote nobody', async () => {
    const { kafka, member: one, closed, dead } = await started();
    await kafka.join();
    await until(() => one.ready());
    kafka.emit('consumer.crash', { restart: true, error: new Error('away') });
    expect(one.ready()).toBe(false);
    await until(() => closed.length === 2);
    expect([closed, kafka.calls.at(-1), dead]).toEqual([['lost', 'lost'], 'leave', []]);
    kafka.emit('consumer.crash', { restart: false, error: new SyntaxError('jane@example.com is no number') });
    expect(dead).toEqual([expect.stringMatching(/^the consumer of g was given up: SyntaxError/)]);
    expect(dead[0]).not.toContain('jane');
    await one.stop();
    kafka.emit('consumer.crash', { restart: false, error: new Error('closed') });
    expect(dead).toHaveLength(1);
  });

  it('before it had joined leaves nothing', async () => {
    const { kafka, dead } = await started();
    kafka.emit('consumer.crash', { restart: true, error: new Error('away') });
    kafka.emit('consumer.group_join', { memberAssignment: { [stock.topic]: [0] } });
    expect([kafka.calls.filter((call) => call !== 'connect').length, dead]).toEqual([1, []]);
  });
});

it('a reader that throws is the end of the process, and nothing is thrown into kafkajs', async () => {
  const {
    kafka,
    member: one,
    dead,
  } = await started({
    receive: () => {
      throw new TypeError('a bug');
    },
  });
  await kafka.join();
  await until(() => one.ready());
  expect(await kafka.offer(0, 0, 1)).toEqual(['0']);
  expect(dead).toEqual([expect.stringContaining('threw in receive()')]);
});

it('what the coordinator does not tell yet is asked for as long as the generation lasts', async () => {
  const { kafka, member: one, lines } = await started();
  kafka.fetchFailure = new Error('loading');
  await kafka.join();
  await until(() => lines.includes('warn Cannot read the committed offsets yet'));
  expect(one.ready()).toBe(false);
  kafka.fetchFailure = null;
  await until(() => one.ready());
});

it('what cannot be opened at all is joined anew', async () => {
  const { kafka, member: one, lines } = await started();
  // Of partition 7 the broker tells no end.
  kafka.lacks = 7;
  await kafka.join([0, 7]);
  await until(() => lines.length > 1);
  expect(lines[1]).toMatch(/^error The partitions could not be opened, joining anew: TypeError/);
  const coordinator = await kafka.cluster.findGroupCoordinator();
  await expect(coordinator.heartbeat({} as never)).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
  expect(one.ready()).toBe(false);
});
