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
  readonly offset: string;
  readonly batchContext: BatchContext;
  readonly keyBytes: number;
  /** -1 of a tombstone. */
  readonly valueBytes: number;
  readonly #record: Buffer;
  readonly #timestampDelta: number;
  readonly #keyAt: number;
  /** Behind the length of the value, if there is one; then come the headers. */
  readonly #valueAt: number;

  constructor(record: Buffer, context: BatchContext) {
    bytes = record;
    at = 1;
    this.#record = record;
    this.batchContext = context;
    this.#timestampDelta = readVarint();
    this.offset = String(Number(context.firstOffset ?? 0) + readVarint());
    const keyBytes = readVarint();
    this.keyBytes = Math.max(0, keyBytes);
    this.#keyAt = keyBytes < 0 ? -1 : at;
    at += this.keyBytes;
    this.valueBytes = readVarint();
    this.#valueAt = at;
  }

  get magicByte(): number | undefined {
    return this.batchContext.magicByte;
  }

  get attributes(): number {
    return this.#record.readInt8(0);
  }

  get timestamp(): string {
    const { firstTimestamp, maxTimestamp, timestampType } = this.batchContext;
    if (timestampType === logAppendTime && maxTimestamp !== undefined) return maxTimestamp;
    return String(Number(firstTimestamp ?? 0) + this.#timestampDelta);
  }

  get key(): Buffer | null {
    return this.#keyAt < 0 ? null : this.#record.subarray(this.#keyAt, this.#keyAt + this.keyBytes);
  }

  get value(): Buffer | null {
    return this.valueBytes < 0 ? null : this.#record.subarray(this.#valueAt, this.#valueAt + this.valueBytes);
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch ?? false;
  }

  get headers(): IHeaders {
    return headersIn(this.#record.subarray(this.#valueAt + Math.max(0, this.valueBytes)));
  }

  get keyText(): string {
    return this.#record.toString('utf8', this.#keyAt, this.#keyAt + this.keyBytes);
  }

  /** The bytes of the value and then the headers for `headersIn`, as text of one character a byte. */
  get content(): string {
    return this.#record.toString('latin1', this.#valueAt);
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
