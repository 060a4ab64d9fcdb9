/**
 * A record as it lies on a topic, and as a service sees it: Confluent wire format (magic byte 0, schema id as four
 * bytes big-endian, Avro binary), CloudEvents headers in binary mode, the key as UTF-8 text.
 */
import { isUtf8 } from 'node:buffer';
import type { KafkaMessage } from 'kafkajs';
import type { Contract } from '../../../schemas/topics.ts';
import { Rejected } from '../errors.ts';
import type { Fault } from '../errors.ts';
import type { OutgoingRecord } from './publish/outgoing-record.ts';
import { eventHeaders, textHeaders } from './headers.ts';
import type { ReaderSchema, Registry, WriterSchema } from './registry/registry.ts';
import { FetchedRecord, headersIn } from './subscribe/fetched-record.ts';
import type { Received, Undecodable } from './types.ts';

const magicByte = 0;
export const frameBytes = 5;
/** What a broker takes by default (`message.max.bytes`) is 1,048,588 with everything around it. */
export const maxRecordBytes = 1_000_000;

export interface Outgoing<Value> {
  contract: Contract<Value>;
  /** Null is a tombstone; then `key` counts. */
  value: Value | null;
  key: string;
  source: string;
  timeMs: number;
  traceparent: string | null;
}

/** @throws Rejected when the value does not fit its contract, has no key, or is too large for the broker. */
export function toRecord<Value>(outgoing: Outgoing<Value>, schema: WriterSchema | null): OutgoingRecord {
  const { contract, key, value } = outgoing;
  if (key === '') throw new Rejected(keyMissing(contract.topic));
  const framed = value === null ? null : frame(contract.topic, value, schema!);
  if (framed && framed.length > maxRecordBytes) {
    throw new Rejected(tooLarge(contract.topic, key, framed.length));
  }
  const payload = framed && framed.subarray(frameBytes);
  const version = versionOf(value);
  const headers = eventHeaders({ ...outgoing, topic: contract.topic, payload, version });
  const { topic, partitions } = contract;
  return { topic, partitions, key, value: framed, headers };
}

/** Written to one place for all, which grows as needed, and copied out: avsc would make and clear a buffer each time. */
let place = Buffer.allocUnsafeSlow(16 * 1024);

function frame(topic: string, value: unknown, { id, type }: WriterSchema): Buffer {
  try {
    let end = type.encode(value, place, frameBytes);
    if (end < 0) {
      // So many bytes did not fit.
      place = Buffer.allocUnsafeSlow(2 * (place.length - end));
      end = type.encode(value, place, frameBytes);
    }
    place.writeUInt8(magicByte, 0);
    place.writeUInt32BE(id, 1);
    return Buffer.from(place.subarray(0, end));
  } catch {
    const paths: string[] = [];
    type.isValid(value, { errorHook: (path) => void paths.push(path.join('.')) });
    // Without the library's own error: it quotes the value, which may be personal data, and logs print causes.
    throw new Rejected({
      code: 'record.does_not_fit',
      what: `The value does not fit the contract of ${topic} at: ${paths.join(', ') || 'its root'}`,
      fix: 'This is a fault of the mapping that made the value; report it with this message',
    });
  }
}

function versionOf(value: unknown): { epoch: number; number: number } | null {
  const version = (value as { version?: { epoch: number; number: number } | null } | null)?.version;
  return version ?? null;
}

/** Reads the records of one topic. */
export interface Decoder {
  /** At once when the schema is known; else a promise that waits for the registry, as long as that takes. */
  decode(message: KafkaMessage, partition: number, signal: AbortSignal): Decoded | Promise<Decoded>;
}

export type Decoded = Received<never> | Undecodable;

/** @param isPassing records are looked at as they come, and not kept: without their bytes and headers, half of what they take. */
export function createDecoder(contract: Contract<never>, registry: Registry, isPassing = false): Decoder {
  const { topic } = contract;

  function decode(message: KafkaMessage, partition: number, signal: AbortSignal): Decoded | Promise<Decoded> {
    const { value: bytes } = message;
    const seen = new SeenRecord(contract, message, partition, bytes, isPassing);
    if (seen.key === '') return undecodable(seen, keyMissing(topic));
    if (seen.key.includes(notUnicode) && !isUtf8(message.key!))
      return undecodable(seen, keyUnreadable(topic));
    if (bytes === null) return seen;
    const schemaId = schemaIdOf(bytes);
    if (schemaId === null) return undecodable(seen, noFrame(topic, bytes));
    const known = registry.known(topic, schemaId);
    if (known) return read(seen, bytes, schemaId, known);
    return registry.reader(topic, schemaId, signal).then((reader) => read(seen, bytes, schemaId, reader));
  }

  function read(seen: SeenRecord, bytes: Buffer, schemaId: number, reader: ReaderSchema): Decoded {
    if ('fault' in reader) return undecodable(seen, reader.fault);
    try {
      seen.value = reader.decode(bytes.subarray(frameBytes)) as never;
      return seen;
    } catch (error) {
      return undecodable(seen, damaged(topic, schemaId, error));
    }
  }

  return { decode };
}

/** What stands in a text for bytes that are none. */
const notUnicode = '\ufffd';
const nothing: Record<string, string> = {};

/**
 * What kafkajs gives is a window on the whole answer of the broker, and one small record kept would keep it all. So it is
 * copied, as text of one character a byte: that takes half of a Buffer each and lies in the heap, where it moves close to
 * its likes. What few ask for is made of it when they do.
 */
export class SeenRecord implements Received<never> {
  readonly contract: Contract<never>;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly publishedAt: number;
  readonly sizeBytes: number;
  value: Received<never>['value'] = null;
  readonly #bytes: string | null;
  /** Encoded, or as they are. */
  readonly #headers: string | Record<string, string>;

  constructor(
    contract: Contract<never>,
    message: KafkaMessage,
    partition: number,
    value = message.value,
    isPassing = false,
  ) {
    const { key } = message;
    this.contract = contract;
    this.topic = contract.topic;
    this.partition = partition;
    this.offset = Number(message.offset);
    this.key = key?.toString() ?? '';
    this.publishedAt = Number(message.timestamp);
    this.sizeBytes = (key?.length ?? 0) + (value?.length ?? 0);
    this.#bytes = isPassing || value === null ? null : value.toString('latin1');
    this.#headers = isPassing
      ? nothing
      : (FetchedRecord.encodedHeaders(message) ?? textHeaders(message.headers));
  }

  get headers(): Record<string, string> {
    return typeof this.#headers === 'string' ? textHeaders(headersIn(this.#headers)) : this.#headers;
  }

  get bytes(): Buffer | null {
    return this.#bytes === null ? null : Buffer.from(this.#bytes, 'latin1');
  }

  get eventId(): string | null {
    return this.headers.ce_id ?? null;
  }

  get traceparent(): string | null {
    return this.headers.traceparent ?? null;
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

/** Null when the bytes are no Confluent frame. */
export function schemaIdOf(bytes: Buffer): number | null {
  if (bytes.length < frameBytes || bytes[0] !== magicByte) return null;
  return bytes.readUInt32BE(1);
}

function keyMissing(topic: string): Fault {
  return {
    code: 'record.key_missing',
    what: `A record on ${topic} has no key, so it has no order and no owner`,
    fix: 'Mend its writer: every record on a topic of Cartage carries its key',
  };
}

function keyUnreadable(topic: string): Fault {
  return {
    code: 'record.key_unreadable',
    what: `A record on ${topic} has a key that is not UTF-8 text`,
    fix: 'Mend its writer: keys are plain text as schemas/README.md lists them',
  };
}

function noFrame(topic: string, bytes: Buffer): Fault {
  const found = bytes.length < frameBytes ? `${bytes.length} bytes` : `a first byte of ${bytes[0]}`;
  return {
    code: 'record.no_schema_id',
    what: `A record on ${topic} does not begin with the magic byte 0 and a schema id (found ${found})`,
    fix: 'Find its writer: it does not use the schema registry. Let it publish Avro in the Confluent wire format',
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

function tooLarge(topic: string, key: string, sizeBytes: number): Fault {
  return {
    code: 'record.too_large',
    what: `The record ${key} for ${topic} has ${sizeBytes} bytes, more than the ${maxRecordBytes} that a broker takes`,
    fix: 'Make it smaller at its source, such as by shortening descriptions',
  };
}
