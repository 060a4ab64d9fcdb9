/**
 * Reads a record as it lies in a batch (Kafka protocol, record format v2).
 *
 * kafkajs makes a decoder for each record, counts offsets in 64-bit numbers of two halves, and copies the object of its
 * headers once for each header: 5 µs for a record of ours, of which nobody reads the headers in most cases. Here they
 * are left as they came until somebody asks.
 */
import { createRequire } from 'node:module';
import type { IHeaders } from 'kafkajs';

/** What kafkajs hands its decoder: the bytes of one record. */
export interface RecordBytes {
  buffer: Buffer;
}

/** What all records of a batch have in common; offsets and times as decimal text. */
export interface BatchContext {
  firstOffset?: string;
  firstTimestamp?: string;
  maxTimestamp?: string;
  magicByte?: number;
  isControlBatch?: boolean;
  timestampType?: number;
}

/** Of `protocol/timestampTypes.js` in kafkajs: the broker's time of all records, that of the batch. */
const logAppendTime = 1;

let bytes: Buffer = Buffer.alloc(0);
let at = 0;

export class FetchedRecord {
  readonly magicByte: number | undefined;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  readonly #record: Buffer;
  /** Where each part begins and how long it is, -1: null. What is behind the value are the headers. */
  readonly #keyAt: number;
  readonly #keyBytes: number;
  readonly #valueAt: number;
  readonly #valueBytes: number;

  constructor(record: Buffer, context: BatchContext) {
    bytes = record;
    at = 1;
    const { firstOffset, firstTimestamp, maxTimestamp, magicByte, isControlBatch = false } = context;
    this.magicByte = magicByte;
    this.attributes = record.readInt8(0);
    const timestampDelta = readVarint();
    const isBroker = context.timestampType === logAppendTime && maxTimestamp !== undefined;
    this.timestamp = isBroker ? maxTimestamp : String(Number(firstTimestamp ?? 0) + timestampDelta);
    this.offset = String(Number(firstOffset ?? 0) + readVarint());
    this.#keyBytes = readVarint();
    this.#keyAt = at;
    at += Math.max(this.#keyBytes, 0);
    this.#valueBytes = readVarint();
    this.#valueAt = at;
    this.isControlRecord = isControlBatch;
    this.batchContext = context;
    this.#record = record;
  }

  // Windows on the record, made for whoever asks: three for each would be most of what reading it leaves behind.
  get key(): Buffer | null {
    return this.#part(this.#keyAt, this.#keyBytes);
  }

  get value(): Buffer | null {
    return this.#part(this.#valueAt, this.#valueBytes);
  }

  get headers(): IHeaders {
    return headersIn(this.#record.subarray(this.#headersAt));
  }

  get #headersAt(): number {
    return this.#valueAt + Math.max(this.#valueBytes, 0);
  }

  #part(start: number, sizeBytes: number): Buffer | null {
    return sizeBytes < 0 ? null : this.#record.subarray(start, start + sizeBytes);
  }

  /** As text of one character a byte, for `headersIn`; null of what another decoder has made. */
  static encodedHeaders(message: object): string | null {
    if (!(message instanceof FetchedRecord)) return null;
    return message.#record.toString('latin1', message.#headersAt);
  }
}

/** For all consumers of the process that have not read anything yet: kafkajs loads its decoder at the first answer. */
export function readRecordsAtOnce(): void {
  const require = createRequire(import.meta.url);
  const path = require.resolve('kafkajs/src/protocol/recordBatch/record/v0/decoder.js');
  require(path);
  require.cache[path]!.exports = ({ buffer }: RecordBytes, context: BatchContext = {}) =>
    new FetchedRecord(buffer, context);
}

/** As a record has them behind its value: how many, then name and value of each. A name that stands twice has a list. */
export function headersIn(encoded: Buffer | string): IHeaders {
  bytes = typeof encoded === 'string' ? Buffer.from(encoded, 'latin1') : encoded;
  at = 0;
  const headers: IHeaders = {};
  for (let left = readVarint(); left > 0; left -= 1) {
    const name = readBytes()!.toString();
    const value = readBytes() ?? undefined;
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (value !== undefined) headers[name] = [...(Array.isArray(known) ? known : [known]), value];
  }
  return headers;
}

/** Zigzag, seven bits a byte; by arithmetic beyond 28 bits, because a difference of times may have more than 32. */
function readVarint(): number {
  let value = 0;
  let shift = 0;
  for (;;) {
    const byte = bytes[at]!;
    at += 1;
    const bits = byte & 0x7f;
    value = shift < 28 ? value | (bits << shift) : value + bits * 2 ** shift;
    if (byte < 0x80) break;
    shift += 7;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readBytes(): Buffer | null {
  const sizeBytes = readVarint();
  if (sizeBytes < 0) return null;
  const start = at;
  at += sizeBytes;
  return bytes.subarray(start, at);
}
