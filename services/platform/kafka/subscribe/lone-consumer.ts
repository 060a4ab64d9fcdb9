import type { Cluster, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { coPartitionAssigner } from './assigner.ts';
import { followCoordinator } from './coordinator.ts';
import { fetchPatiently } from './patience.ts';

const sessionTimeoutMs = 30_000;
const heartbeatIntervalMs = 3_000;
/** What comes in one answer lies in memory whole, beside all that is made of it. */
const maxBytesPerPartition = 256 * 1024;
/** Bounds how late a partition is fetched again that waited for the schema registry. */
const maxWaitMs = 250;

export interface LoneConsumerOptions {
  groupId: string;
  /** Nothing is paused, or to be resumed soon. */
  isQuiet: () => boolean;
  /** Nothing will be read any more. */
  over: AbortSignal;
  /** Called once, with the brokers as the consumer knows them. */
  onCluster: (cluster: Cluster) => void;
}

/** The only member of a group of its own. */
export function openConsumer(
  client: Kafka,
  { groupId, isQuiet, over, onCluster }: LoneConsumerOptions,
): Consumer {
  const take = (cluster: Cluster) => {
    onCluster(cluster);
    fetchPatiently(cluster, { waitMs: heartbeatIntervalMs, isQuiet, over });
    followCoordinator(cluster, groupId, over);
  };
  return client.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    maxWaitTimeInMs: maxWaitMs,
    maxBytesPerPartition,
    allowAutoTopicCreation: false,
    partitionAssigners: [coPartitionAssigner(take)],
  });
}

export interface ConsumerEvents {
  onJoin(partitions: number[]): void;
  onFetch(): void;
  /** Read so far without a record: an end of the topic that compaction, or a transaction, left empty. */
  onPassed(partition: number, position: number): void;
  /** kafkajs has given it up. */
  onDead(error: Error): void;
  eachBatch(payload: EachBatchPayload): Promise<void>;
}

export async function runConsumer(consumer: Consumer, topic: string, events: ConsumerEvents): Promise<void> {
  consumer.on('consumer.group_join', ({ payload }) => events.onJoin(payload.memberAssignment[topic] ?? []));
  consumer.on('consumer.fetch', () => events.onFetch());
  consumer.on('consumer.end_batch_process', ({ payload }) => {
    if (payload.batchSize === 0) events.onPassed(payload.partition, Number(payload.lastOffset) + 1);
  });
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) events.onDead(payload.error);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: (payload) => events.eachBatch(payload),
  });
}
