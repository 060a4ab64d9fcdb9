import type { KafkaMessage } from 'kafkajs';
import type { Contract } from '../../../schemas/topics.ts';
import type { Fault } from '../errors.ts';
import { frameBytes, magicByte, schemaIdOf } from './frame.ts';
import { textHeaders } from './headers.ts';
import type { ReaderSchema } from './registry/registry.ts';
import { FetchedRecord, headersIn } from './subscribe/fetched-record.ts';
import type { Received, Undecodable } from './types.ts';

export type KnownSchema = Exclude<ReaderSchema, { fault: Fault }>;
type Value = Received<never>['value'];
type Headers = Record<string, string>;

const nothing: Headers = {};

/**
 * What kafkajs gives is a window on the whole answer of the broker, and one small record kept would keep it all. So it is
 * copied, as text of one character a byte: that takes half of a Buffer and lies in the heap, where it moves close to its
 * likes. Value and headers are made of it when somebody asks for them, and again after they were forgotten: while it waits
 * a record is not much larger than on its topic.
 */
export class SeenRecord implements Received<never> {
  readonly contract: Contract<never>;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly publishedAt: number;
  readonly sizeBytes: number;
  readonly isTombstone: boolean;
  /** The bytes of the value; behind them the headers as they came, where `#headers` is not what they are. */
  readonly #content: string;
  readonly #valueBytes: number;
  #reader: KnownSchema | null = null;
  #value: Value | undefined = undefined;
  #headers: Headers | null = null;

  /** @param isPassing without its bytes and headers */
  constructor(contract: Contract<never>, message: KafkaMessage, partition: number, isPassing = false) {
    this.contract = contract;
    this.partition = partition;
    this.offset = Number(message.offset);
    this.publishedAt = Number(message.timestamp);
    if (message instanceof FetchedRecord) {
      this.key = message.keyText;
      this.#content = isPassing ? '' : message.content;
      this.#valueBytes = message.valueBytes;
      this.sizeBytes = message.keyBytes + this.#content.length;
    } else {
      this.key = message.key?.toString() ?? '';
      this.#content = isPassing ? '' : (message.value?.toString('latin1') ?? '');
      this.#valueBytes = message.value?.length ?? -1;
      this.sizeBytes = (message.key?.length ?? 0) + (message.value?.length ?? 0);
      this.#headers = textHeaders(message.headers);
    }
    if (isPassing) this.#headers = nothing;
    this.isTombstone = this.#valueBytes < 0;
    if (this.isTombstone) this.#value = null;
  }

  get topic(): string {
    return this.contract.topic;
  }

  get headers(): Headers {
    return (this.#headers ??= textHeaders(headersIn(this.#content.slice(Math.max(0, this.#valueBytes)))));
  }

  get bytes(): Buffer | null {
    if (this.#content.length < this.#valueBytes || this.isTombstone) return null;
    return Buffer.from(this.#content.slice(0, this.#valueBytes), 'latin1');
  }

  /** Null where the value is not in the frame of Confluent. */
  get schemaId(): number | null {
    const content = this.#content;
    if (this.#valueBytes < frameBytes || content.charCodeAt(0) !== magicByte) return null;
    let id = 0;
    for (let at = 1; at < frameBytes; at += 1) id = id * 256 + content.charCodeAt(at);
    return id;
  }

  get eventId(): string | null {
    return this.headers.ce_id ?? null;
  }

  get traceparent(): string | null {
    return this.headers.traceparent ?? null;
  }

  get value(): Value {
    if (this.#value === undefined) this.#value = this.#read(this.bytes!);
    return this.#value;
  }

  /** It is none of ours: its reader makes the value. */
  set value(value: Value) {
    this.#value = value;
  }

  /** Once it is known what has written it. */
  readBy(reader: KnownSchema): void {
    this.#reader = reader;
  }

  /** @param bytes those of the value, where the caller still has them */
  open(bytes?: Buffer | null): Undecodable | null {
    if (this.#value !== undefined) return null;
    const given = bytes ?? this.bytes!;
    try {
      this.#value = this.#read(given);
      return null;
    } catch (error) {
      return undecodable(this, damaged(this.topic, schemaIdOf(given)!, error));
    }
  }

  forget(): void {
    if (this.#reader !== null) this.#value = undefined;
    if (this.#content.length > Math.max(0, this.#valueBytes)) this.#headers = null;
  }

  #read(bytes: Buffer): Value {
    return this.#reader!.decode(bytes.subarray(frameBytes)) as Value;
  }
}

export function undecodable(seen: SeenRecord, fault: Fault): Undecodable {
  const { topic, partition, offset, key, publishedAt, headers, sizeBytes, bytes } = seen;
  return {
    topic,
    partition,
    offset,
    key: key === '' ? null : key,
    publishedAt,
    headers,
    sizeBytes,
    bytes,
    undecodable: fault,
  };
}

function damaged(topic: string, schemaId: number, error: unknown): Fault {
  return {
    code: 'record.damaged',
    what: `A record on ${topic} does not fit the schema ${schemaId} that it names`,
    // Of the reader's message only what it could not do, never what it found.
    why: error instanceof Error ? error.message.split(/[:{"]/, 1)[0]!.trim() : 'unreadable',
    fix: 'Find its writer: bytes and schema id are not from the same version',
  };
}
