import type { Received } from '../../kafka/types.ts';
import { DelayedEntries } from './delayed-entries.ts';
import { entryOf, isUnsettled, laterOf, offsetOf } from './pending-entry.ts';
import type { Entry, Placement } from './pending-entry.ts';
import { NewestEntries } from './newest-entries.ts';
import { OpenOffsets } from './open-offsets.ts';
import { ReadyGroups } from './ready-groups.ts';
import type { ReadyGroup } from './ready-groups.ts';

/** The newest record of each key that was read and is not yet written; its states stand in `pending-entry.ts`. */
export class PendingSet<Value> {
  readonly #entries = new NewestEntries<Value>();
  readonly #batchGroups = new ReadyGroups<Value>();
  readonly #delayed = new DelayedEntries<Value>();
  readonly #open = new OpenOffsets<Value>();
  /** In the order in which their keys came. */
  readonly #unread = new Set<Entry<Value>>();

  get size(): number {
    return this.#entries.size;
  }

  get sizeBytes(): number {
    return this.#entries.sizeBytes;
  }

  /** Offset of the lowest record still pending or in work; null when nothing is. */
  lowestOffset(): number | null {
    const lowest = this.#lowest();
    return lowest && offsetOf(lowest);
  }

  /** Takes a record in; returns the one it superseded and of which nothing is reported yet, or null. */
  add(identity: string, record: Received<Value>, placement: Placement, now: number): Received<Value> | null {
    const known = this.#entries.get(identity);
    if (!known) {
      this.#insert(entryOf(identity, record, placement, now));
      return null;
    }
    const superseded = known.record;
    this.#unread.delete(known);
    const isNews = !known.onlyWaits && (known.state !== 'inFlight' || known.dirty);
    this.#open.overtake(known, now);
    this.#entries.renew(known, record);
    known.rewriteAt = laterOf(known.rewriteAt, placement.rewriteAt ?? placement.waitUntil ?? null);
    known.notBefore = Math.max(known.notBefore, placement.notBefore ?? 0);
    known.onlyWaits = false;
    if (known.state === 'inFlight') {
      known.dirty = true;
      Object.assign(known, { batchGroup: placement.batchGroup, urgent: placement.urgent });
    } else this.#requeue(known, placement, now);
    // The record in flight is reported by its own write: it is not superseded.
    return isNews ? superseded : null;
  }

  /**
   * Takes in one that nobody has looked into; returns what it has superseded, or null. Undefined where the key has been
   * looked into: then so is this one.
   */
  addUnread(identity: string, record: Received<Value>, now: number): Received<Value> | null | undefined {
    const known = this.#entries.get(identity);
    if (!known) {
      const entry = entryOf(identity, record, { batchGroup: '', urgent: false }, now);
      entry.state = 'unread';
      this.#unread.add(entry);
      this.#entries.insert(entry);
      return null;
    }
    if (known.state !== 'unread') return undefined;
    const superseded = known.record;
    this.#entries.renew(known, record);
    return superseded;
  }

  get hasUnread(): boolean {
    return this.#unread.size > 0;
  }

  /** The first of those that nobody has looked into: each is to be placed, or dropped. */
  unread(count: number): Entry<Value>[] {
    return [...this.#unread.values().take(count)];
  }

  /** It has been looked into. */
  place(entry: Entry<Value>, placement: Placement, now: number): void {
    this.#unread.delete(entry);
    const { batchGroup, urgent } = placement;
    Object.assign(entry, { batchGroup, urgent, waitingSince: now });
    this.#makeReady(entry);
  }

  /** Returns what leaves, as the newest of its key cannot be read; not while a write of the key may land. */
  drop(identity: string): Received<Value> | null {
    const entry = this.#entries.get(identity);
    if (!entry || entry.state === 'inFlight' || entry.rewriteAt !== null) return null;
    this.#unread.delete(entry);
    this.#leaveQueues(entry);
    this.#remove(entry);
    return entry.record;
  }

  /** Batch groups with ready entries. */
  readyGroups(): ReadyGroup[] {
    return this.#batchGroups.ready();
  }

  /** Takes up to `count` ready entries of a batch group in flight, see `ReadyGroups.pick`. */
  take(
    batchGroup: string,
    count: number,
    normalFirst: boolean,
    blocked: (entry: Entry<Value>) => boolean,
  ): Entry<Value>[] {
    const taken = this.#batchGroups.pick(batchGroup, count, normalFirst, blocked);
    for (const entry of taken) {
      entry.state = 'inFlight';
      entry.notBefore = 0;
      entry.attempts += 1;
    }
    return taken;
  }

  /** The write that began at `startedAt` had its effect, or none was needed. */
  complete(entry: Entry<Value>, startedAt: number, now: number): void {
    entry.attempts = 0;
    if (!isUnsettled(entry, startedAt)) entry.rewriteAt = null;
    this.#goOn(entry, now, false);
  }

  /**
   * The record left for `cartage.parked`; a newer one that came meanwhile stays. While an earlier write may still
   * land (`inDoubtUntil`: also the one that just failed), the entry stays too, so that a newer value is written again.
   */
  park(entry: Entry<Value>, now: number, inDoubtUntil: number | null): void {
    entry.attempts = 0;
    entry.rewriteAt = laterOf(entry.rewriteAt, inDoubtUntil);
    if (entry.rewriteAt !== null && now >= entry.rewriteAt) entry.rewriteAt = null;
    this.#goOn(entry, now, true);
  }

  /** To be tried again at `notBefore`; with `inDoubtUntil` when the failed try may still take effect until then. */
  retry(entry: Entry<Value>, notBefore: number, inDoubtUntil: number | null): void {
    entry.dirty = false;
    entry.rewriteAt = laterOf(entry.rewriteAt, inDoubtUntil);
    if (entry.rewriteAt === null) this.#open.close(entry);
    this.#delayed.put(entry, notBefore, true);
  }

  /** The lowest pending record holds all others back: it goes first, and waits no back-off out. */
  hasten(): void {
    const lowest = this.#lowest();
    if (lowest === null || lowest.urgent || lowest.state === 'inFlight' || lowest.state === 'unread') return;
    // Its wait is one until an outcome is settled: nothing shortens that.
    if (lowest.state === 'delayed' && lowest.notBefore >= (lowest.rewriteAt ?? Infinity)) return;
    this.#leaveQueues(lowest);
    lowest.urgent = true;
    this.#makeReady(lowest);
  }

  /** Whether it is this entry that holds the offset back. */
  isLowest(entry: Entry<Value>): boolean {
    return this.#lowest() === entry;
  }

  /** Not begun after all: ready at once, as if it had not been taken. */
  giveBack(entry: Entry<Value>): void {
    entry.record.forget?.();
    entry.attempts -= 1;
    entry.dirty = false;
    if (entry.rewriteAt === null) this.#open.close(entry);
    this.#makeReady(entry);
  }

  /** Makes what is due ready; returns when the next delayed entry is due, or null. */
  wake(now: number): number | null {
    const { due, next } = this.#delayed.due(now);
    for (const entry of due) this.#due(entry, now);
    return next;
  }

  #due(entry: Entry<Value>, now: number): void {
    if (entry.onlyWaits) return this.#remove(entry);
    // What could still land has landed; the newest value is pending and will be written over it.
    if (entry.rewriteAt !== null && entry.rewriteAt <= now) {
      entry.rewriteAt = null;
      this.#open.close(entry);
    }
    this.#makeReady(entry);
  }

  #insert(entry: Entry<Value>): void {
    this.#entries.insert(entry);
    if (entry.notBefore === 0) this.#makeReady(entry);
    else this.#delayed.put(entry, entry.notBefore, true);
  }

  /** A newer record came for an entry that waits: it keeps its place, unless it became more pressing. */
  #requeue(entry: Entry<Value>, placement: Placement, now: number): void {
    const urgent = placement.urgent || entry.urgent;
    const asksToWait = (placement.notBefore ?? 0) > now;
    const stays =
      entry.state === 'ready' && entry.batchGroup === placement.batchGroup && entry.urgent === urgent;
    if (stays && !asksToWait) return;
    this.#leaveQueues(entry);
    entry.batchGroup = placement.batchGroup;
    entry.urgent = urgent;
    // One that only waits to be written again gives way to the newer value.
    const waits = asksToWait || (entry.state === 'delayed' && entry.mustWait);
    if (waits) this.#delayed.put(entry, entry.notBefore, true);
    else this.#makeReady(entry);
  }

  /** With the newer record, if there is one; else it stays as long as an earlier write may land. */
  #goOn(entry: Entry<Value>, now: number, onlyWaits: boolean): void {
    if (entry.dirty) this.#renew(entry, now);
    else if (entry.rewriteAt === null) this.#remove(entry);
    else {
      entry.onlyWaits = onlyWaits;
      this.#delayed.put(entry, entry.rewriteAt, false);
    }
  }

  #renew(entry: Entry<Value>, now: number): void {
    entry.dirty = false;
    entry.waitingSince = now;
    if (entry.rewriteAt === null) this.#open.close(entry);
    // Of the newer record: what the one before waited for is over.
    if (entry.notBefore > now) this.#delayed.put(entry, entry.notBefore, true);
    else this.#makeReady(entry);
  }

  #lowest(): Entry<Value> | null {
    return this.#open.lowest(this.#entries.first);
  }

  #makeReady(entry: Entry<Value>): void {
    entry.state = 'ready';
    this.#batchGroups.put(entry);
  }

  #leaveQueues(entry: Entry<Value>): void {
    this.#delayed.leave(entry);
    this.#batchGroups.leave(entry);
  }

  #remove(entry: Entry<Value>): void {
    this.#open.close(entry);
    this.#entries.remove(entry);
  }
}
