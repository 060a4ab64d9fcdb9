import type { OutgoingRecord } from './batcher.ts';

const recordOverheadBytes = 64;

/** About what it takes in a batch, and never less. */
export function sizeOf(record: OutgoingRecord): number {
  let sizeBytes = recordOverheadBytes + Buffer.byteLength(record.key) + (record.value?.length ?? 0);
  for (const name of Object.keys(record.headers)) sizeBytes += name.length + record.headers[name]!.length + 4;
  return sizeBytes;
}
