/**
 * Publishes by one plain producer with one request in flight.
 *
 * Never idempotent, never transactional: kafkajs rolls its sequence numbers back before it retries and so loses
 * acknowledged records (16-18 of 2,000 with answers cut off by a proxy). kafkajs itself does not retry here either:
 * when one of several brokers has answered and a leader moves to it, its retry takes the whole request for answered.
 * Ours sends the same batch again as a whole.
 */
import type { Producer } from 'kafkajs';
import { Rejected } from '../../errors.ts';
import type { Fence } from '../../fence.ts';
import { Batcher } from './batcher.ts';
import type { OutgoingRecord } from './outgoing-record.ts';
import { Bundles } from './bundles.ts';
import { briefRetry, createClient } from '../client.ts';
import type { KafkaOptions } from '../types.ts';
import { Sockets } from './sockets.ts';

const defaultDeadlineMs = 30_000;
/** Below what a broker takes as one record batch (1,048,588), since all of it may be for one partition. */
const maxBatchBytes = 900_000;
const maxQueueBytes = 32 * 1024 * 1024;
const closeLimitMs = 5_000;
/** How soon a publisher with nothing to publish finds out that the broker is there again. */
const recheckMs = 2_000;

/** The part of kafkajs' producer that is used. */
type Sender = Pick<Producer, 'connect' | 'sendBatch' | 'disconnect'>;

interface Connection {
  producer: Sender;
  sockets: Sockets;
  ready: Promise<void>;
}

export class Publisher {
  readonly #options: KafkaOptions;
  readonly #open: typeof producerOf;
  readonly #batcher: Batcher;
  readonly #bundles = new Bundles();
  #connection: Connection | null = null;
  #failing: { since: number; why: string } | null = null;
  #recheck: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: KafkaOptions, open: typeof producerOf = producerOf) {
    this.#options = options;
    this.#open = open;
    this.#batcher = new Batcher({
      send: (records, onWrite) => this.#send(records, onWrite),
      abandon: () => this.#connection?.sockets.reset(),
      onFailure: (error, attempt) => this.#onFailure(error, attempt),
      deadlineMs: options.publishDeadlineMs ?? defaultDeadlineMs,
      maxBatchBytes,
      maxQueueBytes,
    });
  }

  /**
   * Resolves with the broker's acknowledgement. Under a fence, no attempt begins after it has fallen.
   * @throws Unavailable, LeaseLost, Rejected: as `Batcher.add`.
   */
  publish(record: OutgoingRecord, fence: Fence | null): Promise<void> {
    return this.#batcher.add(record, fence);
  }

  /** The same for many, as `Batcher.addAll`. */
  publishAll(records: readonly (OutgoingRecord | Error)[], fence: Fence | null): Promise<Map<number, Error>> {
    return this.#batcher.addAll(records, fence);
  }

  /** Null, or why nothing could be sent lately. */
  unhealthyReason(): string | null {
    if (this.#failing === null) return null;
    return `nothing could be published since ${new Date(this.#failing.since).toISOString()}: ${this.#failing.why}`;
  }

  async close(): Promise<void> {
    await this.#batcher.close(closeLimitMs);
    this.#closed = true;
    if (this.#recheck) clearTimeout(this.#recheck);
    await this.#disconnect();
  }

  async #send(records: readonly OutgoingRecord[], onWrite: () => void): Promise<void> {
    const through = await this.#connected();
    onWrite();
    try {
      await through.producer.sendBatch({ acks: -1, topicMessages: this.#bundles.of(records) });
      this.#failing = null;
    } catch (error) {
      const cause = innermost(error);
      if (cause.type === 'MESSAGE_TOO_LARGE' || cause.type === 'INVALID_RECORD')
        throw refused(records, cause);
      // What was not answered may still lie in this machine: it must not leave after a newer batch.
      if (cause.name === 'KafkaJSRequestTimeoutError') through.sockets.reset();
      throw cause;
    }
  }

  async #connected(): Promise<Connection> {
    if (this.#connection?.sockets.wereReset) await this.#disconnect();
    const connection = (this.#connection ??= this.#connect());
    try {
      await connection.ready;
    } catch (error) {
      if (this.#connection === connection) this.#connection = null;
      throw error;
    }
    return connection;
  }

  #connect(): Connection {
    const sockets = new Sockets(() => this.#batcher.check());
    const producer = this.#open(this.#options, sockets, this.#bundles);
    return { producer, sockets, ready: producer.connect() };
  }

  async #disconnect(): Promise<void> {
    const old = this.#connection;
    this.#connection = null;
    await old?.producer.disconnect().catch(() => undefined);
    // Also what is only being connected now, and what still waits for the broker's own end.
    old?.sockets.close();
  }

  #onFailure(error: unknown, attempt: number): void {
    // The broker has answered, so it is there.
    if (error instanceof Rejected) return;
    const why = error instanceof Error ? error.message : String(error);
    this.#failing ??= { since: this.#options.now?.() ?? Date.now(), why };
    this.#recheck ??= setTimeout(() => void this.#lookAgain(), recheckMs);
    if (attempt === 1 || attempt % 10 === 0)
      this.#options.log.warn({ attempt }, `Publishing is tried again: ${why}`);
  }

  /** With nothing left to publish nobody else would find out that the broker is back. */
  async #lookAgain(): Promise<void> {
    this.#recheck = null;
    if (this.#closed || this.#failing === null) return;
    if (this.#batcher.queuedBytes === 0) {
      try {
        await this.#disconnect();
        if (!this.#closed) await this.#connected();
        this.#failing = null;
        return;
      } catch {
        // Still away: `failing` says since when.
      }
    }
    if (!this.#closed) this.#recheck ??= setTimeout(() => void this.#lookAgain(), recheckMs);
  }
}

function producerOf(options: KafkaOptions, { factory }: Sockets, bundles: Bundles): Sender {
  return createClient(options, briefRetry, factory).producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner: () => (given) => bundles.partitionOf(given),
    retry: { ...briefRetry, retries: 0 },
  });
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
