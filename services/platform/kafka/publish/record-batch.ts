import type { OutgoingRecord } from './outgoing-record.ts';
import type { ByteWriter } from './byte-writer.ts';
import { crc32c } from './crc32c.ts';

const magic = 2;

/** The records of one partition as it keeps them (Kafka protocol, format v2): uncompressed, by no producer with an id. */
export function writeBatch(writer: ByteWriter, records: readonly OutgoingRecord[], timeMs: number): void {
  // Its first offset gives the broker.
  writer.int64(0);
  const length = writer.skip(4);
  writer.int32(0);
  writer.int8(magic);
  const checksum = writer.skip(4);
  const checked = writer.end;
  writer.int16(0);
  writer.int32(records.length - 1);
  writer.int64(timeMs);
  writer.int64(timeMs);
  writer.int64(-1);
  writer.int16(0);
  writer.int32(0);
  writer.int32(records.length);
  records.forEach((record, index) => writeRecord(writer, record, index));
  writer.int32At(length, writer.end - length - 4);
  writer.int32At(checksum, crc32c(writer.since(checked)));
}

function writeRecord(writer: ByteWriter, { key, value, headers }: OutgoingRecord, index: number): void {
  const start = writer.beginSized();
  // No attributes are in use, and all have the time of the batch.
  writer.varint(0);
  writer.varint(0);
  writer.varint(index);
  writer.text(key);
  writer.bytes(value);
  const names = Object.keys(headers);
  writer.varint(names.length);
  for (const name of names) {
    writer.text(name);
    writer.text(headers[name]!);
  }
  writer.endSized(start);
}
