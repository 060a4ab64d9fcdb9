export interface OutgoingRecord {
  topic: string;
  /** What the topic was made with: which of them the key belongs to. */
  partitions: number;
  key: string;
  /** Null is a tombstone. */
  value: Buffer | null;
  headers: Record<string, string>;
}

const recordOverheadBytes = 64;

/** About what it takes in a batch, and never less. */
export function sizeOf(record: OutgoingRecord): number {
  let sizeBytes = recordOverheadBytes + Buffer.byteLength(record.key) + (record.value?.length ?? 0);
  for (const name of Object.keys(record.headers)) sizeBytes += name.length + record.headers[name]!.length + 4;
  return sizeBytes;
}
