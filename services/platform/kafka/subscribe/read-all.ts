/**
 * A whole topic, from its beginning or a point in time, then live.
 *
 * kafkajs cannot read without a group, so each reading is the only member of a group of its own, which never commits
 * and is deleted at the end. Where it stands is known here alone: after every (re)join it seeks there.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, Kafka } from 'kafkajs';
import type { Contract } from '../../../../schemas/topics.ts';
import { coPartitionAssigner } from './assigner.ts';
import { followCoordinator } from './coordinator.ts';
import type { Registry } from '../registry/registry.ts';
import type { KafkaOptions, ReadAll, ReadAllOptions, Received } from '../types.ts';
import { settlesWithin } from '../unless-aborted.ts';
import { createDecoder } from '../wire.ts';
import type { Decoded } from '../wire.ts';

export interface ReadAllContext {
  client: Kafka;
  /** For short questions that must not wait for half an hour. */
  brief: Kafka;
  registry: Registry;
  log: KafkaOptions['log'];
  source: string;
}

interface Reach {
  /** Next offset to be handed over. */
  position: number;
  /** End of the topic when the reading began. */
  end: number;
}

const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_INTERVAL_MS = 3_000;
const MAX_WAIT_MS = 250;
const LEAVE_LIMIT_MS = 2_000;
const WATCHDOG_MS = 60_000;
const NOT_LED = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']);
const NOT_LED_RETRY_MS = 100;
const NOT_LED_TRIES = 100;

export async function startReadAll<Value>(
  context: ReadAllContext,
  contract: Contract<Value>,
  options: ReadAllOptions<Value>,
): Promise<ReadAll & { unhealthyReason(): string | null }> {
  const { client, brief, registry, log } = context;
  const { topic } = contract;
  const groupId = `cartage-read-${context.source}-${randomUUID()}`;
  const decoder = createDecoder(contract as unknown as Contract<never>, registry);
  const reach = await reachOf(brief, topic, options.sinceMs);
  const caughtUp = Promise.withResolvers<void>();
  const over = new AbortController();
  caughtUp.promise.catch(() => undefined);
  let problem: string | null = null;
  let lastFetchAt = performance.now();
  let stopped: Promise<void> | null = null;

  const consumer = client.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: MAX_WAIT_MS,
    allowAutoTopicCreation: false,
    partitionAssigners: [coPartitionAssigner((cluster) => followCoordinator(cluster, groupId, over.signal))],
  });

  consumer.on('consumer.group_join', ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) {
      consumer.seek({ topic, partition, offset: String(at(partition).position) });
    }
  });
  consumer.on('consumer.fetch', () => (lastFetchAt = performance.now()));
  // Emitted also for what never comes to eachBatch, such as a compacted end.
  consumer.on('consumer.end_batch_process', ({ payload }) =>
    advance(payload.partition, Number(payload.lastOffset) + 1),
  );
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart && !over.signal.aborted)
      problem = `reading ${topic} has ended: ${payload.error.message}`;
  });

  function at(partition: number): Reach {
    const known = reach.get(partition) ?? { position: 0, end: 0 };
    reach.set(partition, known);
    return known;
  }

  function advance(partition: number, position: number): void {
    const known = at(partition);
    known.position = Math.max(known.position, position);
    settle();
  }

  function settle(): void {
    if ([...reach.values()].every((one) => one.position >= one.end)) caughtUp.resolve();
  }

  async function take(batch: Batch): Promise<void> {
    for (const message of batch.messages) {
      // Read again after a rejoin, but handed over already.
      if (Number(message.offset) < at(batch.partition).position) continue;
      hand(await decoder.decode(message, batch.partition, over.signal));
      at(batch.partition).position = Number(message.offset) + 1;
    }
  }

  function hand(record: Decoded): void {
    try {
      if ('undecodable' in record) options.onUndecodable?.(record);
      else options.onRecord(record as unknown as Received<Value>);
    } catch (error) {
      problem = `the reader of ${topic} threw at [${record.partition}] ${record.offset}: ${String(error)}`;
      log.error({ topic, partition: record.partition, offset: record.offset }, problem);
    }
  }

  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: async (payload) => {
      try {
        await take(payload.batch);
        payload.resolveOffset(payload.batch.lastOffset());
      } catch (error) {
        if (!over.signal.aborted) log.error({ topic }, `A batch could not be taken: ${String(error)}`);
      }
    },
  });
  settle();

  async function stop(): Promise<void> {
    over.abort(new Error('the reading is being stopped'));
    caughtUp.reject(over.signal.reason);
    await settlesWithin(consumer.disconnect(), LEAVE_LIMIT_MS);
    await settlesWithin(deleteGroup(brief, groupId), LEAVE_LIMIT_MS);
  }

  function unhealthyReason(): string | null {
    const silentMs = performance.now() - lastFetchAt;
    if (silentMs > WATCHDOG_MS) return `${topic} has not been read for ${Math.round(silentMs / 1000)} s`;
    return problem;
  }

  return { caughtUp: caughtUp.promise, stop: () => (stopped ??= stop()), unhealthyReason };
}

/** Where each partition begins (at the point in time, if one is given) and ends now. */
async function reachOf(
  client: Kafka,
  topic: string,
  sinceMs: number | undefined,
): Promise<Map<number, Reach>> {
  const admin = client.admin();
  await admin.connect();
  try {
    const { ends, since } = await whenLed(async () => ({
      ends: await admin.fetchTopicOffsets(topic),
      since: sinceMs === undefined ? null : await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs),
    }));
    const starts = new Map(since?.map((one) => [one.partition, Number(one.offset)]));
    return new Map(
      ends.map(({ partition, low, high }) => [
        partition,
        { position: Math.max(Number(low), starts.get(partition) ?? 0), end: Number(high) },
      ]),
    );
  } finally {
    await admin.disconnect();
  }
}

/** Right after a topic was made, or its leader moved, a broker refuses to speak for it for a moment. */
async function whenLed<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const { type = '' } = error as { type?: string };
      if (!NOT_LED.has(type) || tries >= NOT_LED_TRIES) throw error;
      await delay(NOT_LED_RETRY_MS);
    }
  }
}

async function deleteGroup(client: Kafka, groupId: string): Promise<void> {
  const admin = client.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } finally {
    await admin.disconnect();
  }
}
