/**
 * Publishes by one plain producer with one request in flight.
 *
 * Never idempotent, never transactional: kafkajs rolls its sequence numbers back before it retries and so loses
 * acknowledged records (16-18 of 2,000 in platform.md, section 2). kafkajs itself does not retry here either: when one of
 * several brokers has answered and a leader moves to it, its retry takes the whole request for answered. Ours sends
 * the same batch again as a whole.
 */
import { Partitioners } from 'kafkajs';
import type { Kafka, Producer } from 'kafkajs';
import { Rejected } from '../../errors.ts';
import { createBatcher } from './batcher.ts';
import type { OutgoingRecord } from './batcher.ts';
import { BRIEF_RETRY } from '../client.ts';
import type { KafkaOptions } from '../types.ts';

export interface Publisher {
  /** Resolves with the broker's acknowledgement. @throws Unavailable, Rejected: as `Batcher.add`. */
  publish(record: OutgoingRecord): Promise<void>;
  /** Null, or why nothing could be sent lately. */
  unhealthyReason(): string | null;
  close(): Promise<void>;
}

const DEFAULT_DEADLINE_MS = 30_000;
/** Below what a broker takes as one record batch (1,048,588), since all of it may be for one partition. */
const MAX_BATCH_BYTES = 900_000;
const MAX_QUEUE_BYTES = 32 * 1024 * 1024;
const CLOSE_LIMIT_MS = 5_000;
/** A connection that takes requests and gives no answers is given up after so many of them. */
const TIMEOUTS_BEFORE_RECONNECT = 2;

export function createPublisher(client: Kafka, options: KafkaOptions): Publisher {
  let producer: Producer | null = null;
  let failing: { since: number; why: string } | null = null;
  let timeouts = 0;
  const now = options.now ?? Date.now;

  async function connected(): Promise<Producer> {
    if (producer) return producer;
    const made = client.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      // murmur2 of the key, as every Java client does it: WMS and CRM may compute the partition.
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { ...BRIEF_RETRY, retries: 0 },
    });
    await made.connect();
    producer = made;
    return made;
  }

  async function send(records: readonly OutgoingRecord[], onWrite: () => void): Promise<void> {
    const through = await connected();
    onWrite();
    try {
      await through.sendBatch({ acks: -1, topicMessages: byTopic(records) });
      failing = null;
      timeouts = 0;
    } catch (error) {
      const cause = innermost(error);
      if (cause.type === 'MESSAGE_TOO_LARGE' || cause.type === 'INVALID_RECORD')
        throw refused(records, cause);
      timeouts = cause.name === 'KafkaJSRequestTimeoutError' ? timeouts + 1 : 0;
      if (timeouts >= TIMEOUTS_BEFORE_RECONNECT) await reconnect();
      throw cause;
    }
  }

  async function reconnect(): Promise<void> {
    const old = producer;
    producer = null;
    timeouts = 0;
    await old?.disconnect().catch(() => undefined);
  }

  function onFailure(error: unknown, attempt: number): void {
    const why = error instanceof Error ? error.message : String(error);
    failing ??= { since: now(), why };
    if (attempt === 1 || attempt % 10 === 0) {
      options.log.warn({ attempt }, `Publishing is tried again: ${why}`);
    }
  }

  const batcher = createBatcher({
    send,
    onFailure,
    deadlineMs: options.publishDeadlineMs ?? DEFAULT_DEADLINE_MS,
    maxBatchBytes: MAX_BATCH_BYTES,
    maxQueueBytes: MAX_QUEUE_BYTES,
  });

  async function close(): Promise<void> {
    await batcher.close(CLOSE_LIMIT_MS);
    await reconnect();
  }

  const unhealthyReason = () =>
    failing && `nothing could be published since ${new Date(failing.since).toISOString()}: ${failing.why}`;

  return { publish: (record) => batcher.add(record), unhealthyReason, close };
}

/** One entry per topic; within it the order in which the records were added. */
function byTopic(records: readonly OutgoingRecord[]) {
  const topics = new Map<string, { key: string; value: Buffer | null; headers: Record<string, string> }[]>();
  for (const { topic, key, value, headers } of records) {
    const messages = topics.get(topic) ?? [];
    messages.push({ key, value, headers });
    topics.set(topic, messages);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

interface KafkaError extends Error {
  type?: string;
}

/** kafkajs wraps the broker's own error once for each retrier it went through. */
function innermost(error: unknown): KafkaError {
  const cause = (error as { cause?: unknown }).cause;
  if (cause instanceof Error) return innermost(cause);
  return error instanceof Error ? error : new Error(String(error));
}

function refused(records: readonly OutgoingRecord[], cause: KafkaError): Rejected {
  const record = records[0]!;
  return new Rejected(
    {
      code: cause.type === 'MESSAGE_TOO_LARGE' ? 'record.too_large' : 'record.refused_by_broker',
      what: `The broker refuses the record ${record.key} for ${record.topic}`,
      why: cause.message,
      fix: 'Make it smaller at its source, or raise max.message.bytes of the topic',
    },
    { cause },
  );
}
