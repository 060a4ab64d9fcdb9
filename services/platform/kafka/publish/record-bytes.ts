/**
 * Writes a record as it lies in a batch (Kafka protocol, record format v2).
 *
 * kafkajs makes an encoder with a zeroed buffer of 512 bytes for each record and for each of its headers: a fifth of the
 * relay's processor under load, and as much again to clear it away. Here all is written to one place and copied out once.
 */
import { createRequire } from 'node:module';
import type { IHeaders } from 'kafkajs';

type Bytes = string | Buffer | null | undefined;

export interface BatchRecord {
  offsetDelta?: number;
  timestampDelta?: number;
  key?: Bytes;
  value?: Bytes;
  headers?: IHeaders;
}

/** What kafkajs looks at of its own encoders. */
export interface Encoded {
  buf: Buffer;
  buffer: Buffer;
}

const require = createRequire(import.meta.url);
const encoderPath = require.resolve('kafkajs/src/protocol/recordBatch/record/v0/index.js');
/** Its length stands before the body and is known after it: five bytes at most. */
const lengthBytes = 5;
let place = Buffer.allocUnsafeSlow(16 * 1024);
let end = 0;

/** For all producers of the process that have not sent anything yet: kafkajs loads its encoder at the first send. */
export function writeRecordsAtOnce(): void {
  require(encoderPath);
  require.cache[encoderPath]!.exports = encodeRecord;
}

export function encodeRecord(record: BatchRecord): Encoded {
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} } = record;
  const fields = Object.entries(headers).flatMap(([name, one]) =>
    Array.isArray(one) ? one.map((each) => [name, each] as const) : [[name, one] as const],
  );
  end = lengthBytes;
  // No attributes are in use.
  writeVarint(0);
  writeVarint(timestampDelta);
  writeVarint(offsetDelta);
  writeBytes(key);
  writeBytes(value);
  writeVarint(fields.length);
  for (const [name, each] of fields) {
    writeBytes(name);
    writeBytes(each);
  }
  const buffer = withLength(end - lengthBytes);
  return { buf: buffer, buffer };
}

function withLength(sizeBytes: number): Buffer {
  const bodyEnd = end;
  end = 0;
  writeVarint(sizeBytes);
  const lengthEnd = end;
  const start = lengthBytes - lengthEnd;
  place.copyWithin(start, 0, lengthEnd);
  return Buffer.from(place.subarray(start, bodyEnd));
}

/** Zigzag, seven bits a byte; by arithmetic, because a difference of times may have more than 32 bits. */
function writeVarint(value: number): void {
  makeRoom(10);
  let left = value < 0 ? -2 * value - 1 : 2 * value;
  while (left >= 0x80) {
    place[end++] = (left % 0x80) | 0x80;
    left = Math.floor(left / 0x80);
  }
  place[end++] = left;
}

function writeBytes(value: Bytes): void {
  if (value === null || value === undefined) return writeVarint(-1);
  const sizeBytes = Buffer.byteLength(value);
  writeVarint(sizeBytes);
  makeRoom(sizeBytes);
  if (typeof value === 'string') place.write(value, end);
  else value.copy(place, end);
  end += sizeBytes;
}

function makeRoom(bytes: number): void {
  if (end + bytes <= place.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * (end + bytes));
  place.copy(larger, 0, 0, end);
  place = larger;
}
