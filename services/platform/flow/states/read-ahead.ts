/**
 * How far one partition is read, and how far that is ahead of its lowest unfinished record: in records, because that
 * is what a successor reads again, and in bytes, because that is what it has to hold meanwhile (design.md, promise 3).
 */
export class ReadAhead {
  /** Offset of the next record to be read. */
  readTo: number;
  /** Offsets were passed over: compaction has removed records that a predecessor may have read. */
  hasGap = false;
  private bytes = 0;
  private checkpoints: { offset: number; bytes: number }[] = [];

  constructor(start: number) {
    this.readTo = start;
  }

  take(record: { offset: number; sizeBytes: number }): void {
    if (record.offset > this.readTo) this.hasGap = true;
    const last = this.checkpoints.at(-1);
    // One checkpoint for every 64 offsets is exact enough, and costs next to nothing.
    if (!last || record.offset - last.offset >= 64)
      this.checkpoints.push({ offset: record.offset, bytes: this.bytes });
    this.bytes += record.sizeBytes;
    this.readTo = record.offset + 1;
  }

  /** Bytes and offsets from the lowest unfinished record to the last one read. */
  distance(lowestOffset: number | null): { records: number; bytes: number } {
    const lowest = lowestOffset ?? this.readTo;
    let passed = 0;
    while (passed + 1 < this.checkpoints.length && this.checkpoints[passed + 1]!.offset <= lowest)
      passed += 1;
    if (passed > 0) this.checkpoints = this.checkpoints.slice(passed);
    const records = this.readTo - lowest;
    return { records, bytes: records === 0 ? 0 : this.bytes - (this.checkpoints[0]?.bytes ?? 0) };
  }
}
