import type { Lease } from '../../kafka/types.ts';
import type { Bounds } from '../outcome/policy.ts';
import { keptBytes } from './pending-entry.ts';

/**
 * How long the records up to the claimed may be waited for. The last record of a partition outlives compaction, so they
 * come unless a topic was emptied; too short a wait would write old values while the broker or the registry is slow.
 */
const catchUpMs = 600_000;
/** The same for records that only may have been written before: better a little stale than not at all. */
const catchUpToMs = 30_000;
/** A bound may be passed by one fetch, by whoever read before as well. */
const inheritedShare = 2;
/** What was superseded is read again by a successor, and not held: a few seconds of reading, at most. */
const rereadShare = 10;
/** Offsets of one segment: exact enough, and costs next to nothing. */
const segmentOffsets = 64;

/** Of the records of some neighbouring offsets those that were not superseded before they were written. */
interface Segment {
  records: number;
  bytes: number;
}

/**
 * How far one partition is read, and how far that is ahead of its lowest unfinished record: counted in records that no
 * newer one superseded while it waited, and in their bytes, because that is what a successor has to hold until it has read
 * as far; and in all records, because it reads them again.
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
  /** By their first offset, ascending; what lies below the lowest unfinished record is gone. */
  readonly #segments = new Map<number, Segment>();
  #sum: Segment = { records: 0, bytes: 0 };

  constructor(lease: Pick<Lease, 'start' | 'claimed' | 'catchUpTo'>, bounds: Bounds, now: number) {
    this.#lease = lease;
    this.#bounds = bounds;
    this.#receivedAt = now;
    this.readTo = lease.start;
  }

  take(record: { offset: number; sizeBytes: number }, now: number): void {
    const { offset } = record;
    this.#receivedAt = now;
    if (offset > this.readTo && this.readTo < this.#lease.claimed) this.hasInheritedGap = true;
    this.readTo = offset + 1;
    this.#count(offset, 1, keptBytes(record));
  }

  /** A newer record has taken its place before it was written. */
  superseded(record: { offset: number; sizeBytes: number }): void {
    const { offset } = record;
    if (this.#segments.has(segmentOf(offset))) this.#count(offset, -1, -keptBytes(record));
  }

  /** Nothing is read on purpose: what does not come meanwhile may come later. */
  rest(now: number): void {
    this.#receivedAt = now;
  }

  /** No more may be read: too much is pending, or the lowest pending record lies too far back. */
  isFull(pending: { size: number; sizeBytes: number }, lowestOffset: number | null): boolean {
    const { keys, bytes, distanceRecords } = this.#bounds;
    if (this.readTo < this.#lease.claimed && this.#isInherited())
      return (
        pending.size >= inheritedShare * Math.max(keys, distanceRecords) ||
        pending.sizeBytes >= inheritedShare * bytes
      );
    return pending.size >= keys || pending.sizeBytes >= bytes || this.standsStill(lowestOffset);
  }

  /** Reading is so far ahead of the lowest unfinished record that it waits for that one. */
  standsStill(lowestOffset: number | null): boolean {
    if (lowestOffset === null || lowestOffset >= this.readTo) {
      this.#forgetBelow(this.readTo);
      return false;
    }
    this.#forgetBelow(lowestOffset);
    const { distanceRecords, bytes } = this.#bounds;
    const reread = this.readTo - lowestOffset;
    // Of the segment of the lowest some may be finished.
    const held = Math.min(this.#sum.records, reread);
    return held >= distanceRecords || this.#sum.bytes >= bytes || reread >= rereadShare * distanceRecords;
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
    return claimed - start <= inheritedShare * rereadShare * this.#bounds.distanceRecords;
  }

  #count(offset: number, records: number, bytes: number): void {
    const first = segmentOf(offset);
    let segment = this.#segments.get(first);
    if (!segment) this.#segments.set(first, (segment = { records: 0, bytes: 0 }));
    for (const one of [segment, this.#sum]) {
      one.records += records;
      one.bytes += bytes;
    }
  }

  #forgetBelow(lowest: number): void {
    for (const [first, { records, bytes }] of this.#segments) {
      if (first + segmentOffsets > lowest) return;
      this.#segments.delete(first);
      this.#sum.records -= records;
      this.#sum.bytes -= bytes;
    }
  }
}

function segmentOf(offset: number): number {
  return offset - (offset % segmentOffsets);
}
