import type { Received } from '../../kafka/types.ts';
import type { Placed } from './offset-order.ts';

/**
 * The pending set of one partition of a state topic: the newest record of each key that was
 * read and is not yet written. Older ones are superseded on arrival.
 *
 * An entry is in one of four states.
 * - unread: nothing is written yet of what its partition holds, so nobody has looked into the record: a newer one takes its
 *   place unseen.
 * - ready: it may be written. Ready entries wait in the order of their arrival, urgent ones apart.
 * - delayed: it may be written at `notBefore`: after a failure, or because it is to be written again (below).
 * - in flight: its record is being written. A newer record that arrives meanwhile is kept beside (`dirty`) and makes
 *   the entry ready again when the write has ended, so that one key never has two writes at a time.
 *
 * `rewriteAt`: a write of this key by us or a predecessor may still take effect until then. The newest value is
 * written at once all the same, and once more at that time; until then the entry stays and holds the offset back, and
 * nothing is told of it: whoever hears that a value is applied relies on nothing older landing after it.
 *
 * An entry holds back the offset of the oldest record that may be in work, not only that of its newest: a successor
 * must find the older one below the claim, else it would not know that a write of this key may still land.
 */
export interface Entry<Value> extends Placed<Entry<Value>> {
  readonly identity: string;
  record: Received<Value>;
  /** The oldest record of the key that may be in work where that is no longer `record`. */
  openOffset: number | null;
  /** Nothing is to be written (`record` is parked); the entry only waits until an earlier write cannot land any more. */
  onlyWaits: boolean;
  batchGroup: string;
  urgent: boolean;
  /** It may have made a batch fail: written in one of its own. */
  alone: boolean;
  state: 'unread' | 'ready' | 'delayed' | 'inFlight';
  dirty: boolean;
  attempts: number;
  notBefore: number;
  /** A newer record does not shorten the delay: a failed try waits its back-off out, a doubt until it is settled. */
  mustWait: boolean;
  rewriteAt: number | null;
  /** When this key began to wait, kept while newer records take the place of older ones. */
  waitingSince: number;
}

export interface Placement {
  batchGroup: string;
  urgent: boolean;
  /** The record itself asks to wait until then. */
  notBefore?: number;
  /** A write of this key may still take effect until then: write now, and once more at that time. */
  rewriteAt?: number | null;
  /** The same, of a write that must not be made twice: look only then. */
  waitUntil?: number | null;
}

/** One that was never seen before. */
export function entryOf<Value>(
  identity: string,
  record: Received<Value>,
  placement: Placement,
  now: number,
): Entry<Value> {
  const { batchGroup, urgent, notBefore = 0, rewriteAt = null, waitUntil = null } = placement;
  return {
    identity,
    batchGroup,
    urgent,
    record,
    before: null,
    after: null,
    alone: false,
    openOffset: null,
    onlyWaits: false,
    state: 'ready',
    dirty: false,
    attempts: 0,
    notBefore: Math.max(notBefore, waitUntil ?? 0),
    mustWait: false,
    rewriteAt: laterOf(rewriteAt, waitUntil),
    waitingSince: now,
  };
}

/** What an entry takes beside what its record holds: the two objects, and its places in maps and queues. */
const entryBytes = 600;

/** What one record takes while it waits. */
export function keptBytes({ sizeBytes }: { sizeBytes: number }): number {
  return entryBytes + sizeBytes;
}

/** Of the oldest record of the key that may be in work, else of its newest. */
export function offsetOf<Value>({ openOffset, record }: Entry<Value>): number {
  return openOffset ?? record.offset;
}

export function earlier(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.min(left, right);
}

export function laterOf(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.max(left, right);
}

/** An earlier write of the key may land after the one that began at `startedAt`. */
export function isUnsettled({ rewriteAt }: Pick<Entry<unknown>, 'rewriteAt'>, startedAt: number): boolean {
  return rewriteAt !== null && startedAt < rewriteAt;
}

/** A write of this key that came before the one at hand may still take effect until then. */
export function doubt(entry: Pick<Entry<unknown>, 'rewriteAt'>, until: number): void {
  entry.rewriteAt = laterOf(entry.rewriteAt, until);
}

/** A record in work, as it was when it was taken: a newer one may take its place in the entry meanwhile. */
export interface Taken<Value> {
  entry: Entry<Value>;
  record: Received<Value>;
  attempts: number;
  /** It was part of a try that may still take effect, before the one that told its result. */
  inDoubt: boolean;
  /** It failed with others in one batch, and it cannot be said whose fault that is. */
  shared: boolean;
  /** The next try is to be its own alone. */
  alone: boolean;
  /** Its partition stood still for it as the try began: its handler was told. */
  pressing: boolean;
}
