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
import { eventHeaders } from './headers.ts';
import type { ReaderSchema, Registry, WriterSchema } from './registry/registry.ts';
import { frameBytes, magicByte, schemaIdOf } from './frame.ts';
import { SeenRecord, undecodable } from './seen-record.ts';
import type { KnownSchema } from './seen-record.ts';
import type { Received, Undecodable } from './types.ts';

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

/**
 * What a reader keeps of its records. `nothing`: they are looked at as they come, without their bytes and headers, half of
 * what they take. `unread`: only what can be said without reading the value is said at once, and whoever gets the records
 * opens each before he asks for it (`Received.open`).
 */
export type Keeping = 'all' | 'nothing' | 'unread';

export function createDecoder(
  contract: Contract<never>,
  registry: Registry,
  keeping: Keeping = 'all',
): Decoder {
  const { topic } = contract;
  /** Most records of a topic name the same. */
  let last: { id: number; reader: KnownSchema } | null = null;

  function decode(message: KafkaMessage, partition: number, signal: AbortSignal): Decoded | Promise<Decoded> {
    const seen = new SeenRecord(contract, message, partition, keeping === 'nothing');
    if (seen.key === '') return undecodable(seen, keyMissing(topic));
    if (seen.key.includes(notUnicode) && !isUtf8(message.key!))
      return undecodable(seen, keyUnreadable(topic));
    if (seen.isTombstone) return seen;
    const schemaId = keeping === 'nothing' ? schemaIdOf(message.value!) : seen.schemaId;
    if (schemaId === null) return undecodable(seen, noFrame(topic, message.value!));
    const known = last?.id === schemaId ? last.reader : registry.known(topic, schemaId);
    if (known) return read(seen, message, schemaId, known);
    return registry.reader(topic, schemaId, signal).then((reader) => read(seen, message, schemaId, reader));
  }

  function read(seen: SeenRecord, message: KafkaMessage, id: number, reader: ReaderSchema): Decoded {
    if ('fault' in reader) return undecodable(seen, reader.fault);
    if (last?.id !== id) last = { id, reader };
    seen.readBy(reader);
    return keeping === 'unread' ? seen : (seen.open(message.value) ?? seen);
  }

  return { decode };
}

/** What stands in a text for bytes that are none; a text may have it as well. */
const notUnicode = '\ufffd';

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

function tooLarge(topic: string, key: string, sizeBytes: number): Fault {
  return {
    code: 'record.too_large',
    what: `The record ${key} for ${topic} has ${sizeBytes} bytes, more than the ${maxRecordBytes} that a broker takes`,
    fix: 'Make it smaller at its source, such as by shortening descriptions',
  };
}
