import type { Lease } from '../../kafka/types.ts';
import type { Bounds } from '../outcome/policy.ts';

/**
 * How long the records up to the claimed may be waited for. The last record of a partition outlives compaction, so they
 * come unless a topic was emptied; too short a wait would write old values while the broker or the registry is slow.
 */
const catchUpMs = 600_000;
/** The same for records that only may have been written before: better a little stale than not at all. */
const catchUpToMs = 30_000;
/** A bound may be passed by one fetch, by whoever read before as well. */
const inheritedShare = 2;

/**
 * How far one partition is read, and how far that is ahead of its lowest unfinished record: in records, because that
 * is what a successor reads again, and in bytes, because that is what it has to hold meanwhile.
 *
 * Memory counts below and above the claim. A predecessor that kept to our bounds leaves no more than we can hold, and
 * nothing is written before all of it is read. Where the offset was lost, "up to the claim" is the whole topic, which no
 * memory holds: then what does not fit is written as it comes, and again when a newer record of its key follows. So an
 * old value may stand in the shop until reading has come to it, and never longer. The other way would be to read
 * twice, keeping only the newest offset of each key the first time; it costs a second reading and a map of all keys for
 * an accident that is told loudly (a gap) and passes.
 */
export class ReadAhead {
  /** Offset of the next record to be read. */
  readTo: number;
  /** Offsets below what was claimed were passed over: compaction has removed records that a predecessor may have read. */
  hasInheritedGap = false;
  readonly #lease: Pick<Lease, 'start' | 'claimed' | 'catchUpTo'>;
  readonly #bounds: Bounds;
  #receivedAt: number;
  #bytes = 0;
  #checkpoints: { offset: number; bytes: number }[] = [];

  constructor(lease: Pick<Lease, 'start' | 'claimed' | 'catchUpTo'>, bounds: Bounds, now: number) {
    this.#lease = lease;
    this.#bounds = bounds;
    this.#receivedAt = now;
    this.readTo = lease.start;
  }

  take(record: { offset: number; sizeBytes: number }, now: number): void {
    this.#receivedAt = now;
    if (record.offset > this.readTo && this.readTo < this.#lease.claimed) this.hasInheritedGap = true;
    const last = this.#checkpoints.at(-1);
    // One checkpoint for every 64 offsets is exact enough, and costs next to nothing.
    if (!last || record.offset - last.offset >= 64)
      this.#checkpoints.push({ offset: record.offset, bytes: this.#bytes });
    this.#bytes += record.sizeBytes;
    this.readTo = record.offset + 1;
  }

  /** Nothing is read on purpose: what does not come meanwhile may come later. */
  rest(now: number): void {
    this.#receivedAt = now;
  }

  /** No more may be read: too much is pending, or the lowest pending record lies too far back. */
  isFull(pending: { size: number; sizeBytes: number }, lowestOffset: number | null): boolean {
    const { keys, bytes } = this.#bounds;
    if (this.readTo < this.#lease.claimed && this.#isInherited())
      return pending.sizeBytes >= inheritedShare * bytes;
    return pending.size >= keys || pending.sizeBytes >= bytes || this.standsStill(lowestOffset);
  }

  /** Reading is so far ahead of the lowest unfinished record that it waits for that one. */
  standsStill(lowestOffset: number | null): boolean {
    const { records, bytes } = this.#distance(lowestOffset);
    return records >= this.#bounds.distanceRecords || bytes >= this.#bounds.bytes;
  }

  /** All is read that may have been written before, or what is left of it does not come. */
  hasCaughtUp(now: number): boolean {
    const { claimed, catchUpTo } = this.#lease;
    if (this.readTo >= catchUpTo) return true;
    return now - this.#receivedAt >= (this.readTo < claimed ? catchUpMs : catchUpToMs);
  }

  /** When `hasCaughtUp` is to be asked again though nothing was read. */
  askAgainAt(now: number): number {
    return now + catchUpToMs;
  }

  /** A predecessor with the same bounds may have read so far; else the offset was lost, or the bounds are new. */
  #isInherited(): boolean {
    const { start, claimed } = this.#lease;
    return claimed - start <= inheritedShare * this.#bounds.distanceRecords;
  }

  /** Bytes and offsets from the lowest unfinished record to the last one read. */
  #distance(lowestOffset: number | null): { records: number; bytes: number } {
    const lowest = lowestOffset ?? this.readTo;
    let passed = 0;
    while (passed + 1 < this.#checkpoints.length && this.#checkpoints[passed + 1]!.offset <= lowest)
      passed += 1;
    if (passed > 0) this.#checkpoints = this.#checkpoints.slice(passed);
    const records = this.readTo - lowest;
    return { records, bytes: records === 0 ? 0 : this.#bytes - this.#checkpoints[0]!.bytes };
  }
}
