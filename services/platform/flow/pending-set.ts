import type { Received } from '../kafka/types.ts';

/**
 * The pending set of one partition of a state topic (design.md, promise 3): the newest record of each key that was
 * read and is not yet written. Older ones are superseded on arrival.
 *
 * An entry is in one of three states.
 * - ready: it may be written. Ready entries wait in the order of their arrival, urgent ones apart.
 * - delayed: it may be written at `notBefore`: after a failure, or because it is to be asserted again (below).
 * - in flight: its record is being written. A newer record that arrives meanwhile is kept beside (`dirty`) and makes
 *   the entry ready again when the write has ended, so that one key never has two writes at a time.
 *
 * `reassertAt`: a write of this key by us or a predecessor may still take effect until then. The newest value is
 * written at once all the same, and once more at that time; until then the entry stays and holds the offset back.
 */
export interface Entry<Value> {
  readonly identity: string;
  record: Received<Value>;
  lane: string;
  urgent: boolean;
  state: 'ready' | 'delayed' | 'inFlight';
  dirty: boolean;
  attempts: number;
  notBefore: number;
  /** A newer record does not shorten the delay: a failed try waits its back-off out, a doubt until it is settled. */
  mustWait: boolean;
  reassertAt: number | null;
  /** When this key began to wait, kept while newer records take the place of older ones. */
  waitingSince: number;
}

export interface Placement {
  identity: string;
  lane: string;
  urgent: boolean;
  /** A write of this key may still take effect until then: write now, and once more at that time. */
  reassertAt?: number | null;
  /** The same, of a write that must not be made twice: look only then. */
  waitUntil?: number | null;
}

interface Lane<Value> {
  urgent: Map<string, Entry<Value>>;
  normal: Map<string, Entry<Value>>;
}

export class PendingSet<Value> {
  /** In the order of the offsets of their newest records: the first one is the lowest pending. */
  private readonly entries = new Map<string, Entry<Value>>();
  private readonly lanes = new Map<string, Lane<Value>>();
  private readonly delayed = new Set<Entry<Value>>();
  private bytes = 0;
  private readonly merge: ((older: Received<Value>, newer: Received<Value>) => Received<Value>) | undefined;

  constructor(merge?: (older: Received<Value>, newer: Received<Value>) => Received<Value>) {
    this.merge = merge;
  }

  get size(): number {
    return this.entries.size;
  }

  get sizeBytes(): number {
    return this.bytes;
  }

  /** Offset of the lowest record still pending; null when nothing is. */
  lowestOffset(): number | null {
    for (const entry of this.entries.values()) return entry.record.offset;
    return null;
  }

  /** Takes a record in; returns the one it superseded, or null. */
  add(record: Received<Value>, placement: Placement, now: number): Received<Value> | null {
    const known = this.entries.get(placement.identity);
    this.bytes += record.sizeBytes;
    if (!known) {
      this.insert(record, placement, now);
      return null;
    }
    const superseded = known.record;
    this.bytes -= superseded.sizeBytes;
    known.record = this.merge ? { ...this.merge(superseded, record), offset: record.offset } : record;
    known.reassertAt = laterOf(known.reassertAt, placement.reassertAt ?? null);
    this.entries.delete(known.identity);
    this.entries.set(known.identity, known);
    if (known.state === 'inFlight') {
      // The record in flight is reported by its own write: it is not superseded.
      const first = !known.dirty;
      known.dirty = true;
      Object.assign(known, { lane: placement.lane, urgent: placement.urgent });
      return first ? null : superseded;
    }
    this.requeue(known, placement);
    return superseded;
  }

  /** Lanes with ready entries, most pressing first: urgent ones, then by the longest wait. */
  readyLanes(): { lane: string; urgent: boolean; waitingSince: number }[] {
    const found: { lane: string; urgent: boolean; waitingSince: number }[] = [];
    for (const [lane, { urgent, normal }] of this.lanes) {
      const first = firstOf(urgent) ?? firstOf(normal);
      if (first) found.push({ lane, urgent: urgent.size > 0, waitingSince: first.waitingSince });
    }
    return found;
  }

  /**
   * Takes up to `count` ready entries of a lane in flight: urgent ones first, unless a normal one has waited
   * longer than `overdueMs`. Entries for which `blocked` holds are passed over.
   */
  take(
    lane: string,
    count: number,
    now: number,
    overdueMs: number,
    blocked: (entry: Entry<Value>) => boolean,
  ): Entry<Value>[] {
    const queues = this.lanes.get(lane);
    if (!queues) return [];
    const oldest = firstOf(queues.normal);
    const normalFirst = oldest !== undefined && now - oldest.waitingSince > overdueMs;
    const taken: Entry<Value>[] = [];
    for (const queue of normalFirst ? [queues.normal, queues.urgent] : [queues.urgent, queues.normal])
      for (const entry of queue.values()) {
        if (taken.length >= count) break;
        if (!blocked(entry)) taken.push(entry);
      }
    for (const entry of taken) {
      this.leaveQueues(entry);
      entry.state = 'inFlight';
      entry.attempts += 1;
    }
    return taken;
  }

  /** The write that began at `startedAt` had its effect, or none was needed. */
  complete(entry: Entry<Value>, startedAt: number, now: number): void {
    entry.attempts = 0;
    if (entry.dirty) this.renew(entry, now);
    else if (entry.reassertAt !== null && startedAt < entry.reassertAt)
      this.delay(entry, entry.reassertAt, false);
    else this.remove(entry);
  }

  /** The record left for `cartage.parked`; a newer one that came meanwhile stays. */
  park(entry: Entry<Value>, now: number): void {
    entry.attempts = 0;
    if (entry.dirty) this.renew(entry, now);
    else this.remove(entry);
  }

  /** To be tried again at `notBefore`; with `reassertAt` when the outcome of the failed try is unknown. */
  retry(entry: Entry<Value>, notBefore: number, reassertAt: number | null): void {
    entry.dirty = false;
    entry.reassertAt = laterOf(entry.reassertAt, reassertAt);
    this.delay(entry, notBefore, true);
  }

  /** Makes what is due ready; returns when the next delayed entry is due, or null. */
  wake(now: number): number | null {
    let next: number | null = null;
    for (const entry of this.delayed) {
      if (entry.notBefore <= now) {
        this.delayed.delete(entry);
        if (!entry.mustWait) entry.reassertAt = null;
        this.makeReady(entry);
      } else if (next === null || entry.notBefore < next) next = entry.notBefore;
    }
    return next;
  }

  private insert(record: Received<Value>, placement: Placement, now: number): void {
    const { identity, lane, urgent, reassertAt = null, waitUntil = null } = placement;
    const entry: Entry<Value> = {
      identity,
      lane,
      urgent,
      record,
      state: 'ready',
      dirty: false,
      attempts: 0,
      notBefore: 0,
      mustWait: false,
      reassertAt,
      waitingSince: now,
    };
    this.entries.set(identity, entry);
    if (waitUntil === null) this.makeReady(entry);
    else this.delay(entry, waitUntil, true);
  }

  /** A newer record came for an entry that waits: it keeps its place, unless it became more pressing. */
  private requeue(entry: Entry<Value>, placement: Placement): void {
    const urgent = placement.urgent || entry.urgent;
    const stays = entry.state === 'ready' && entry.lane === placement.lane && entry.urgent === urgent;
    if (stays) return;
    this.leaveQueues(entry);
    entry.lane = placement.lane;
    entry.urgent = urgent;
    // One that only waits to be asserted again gives way to the newer value.
    if (entry.state === 'delayed' && entry.mustWait) this.delayed.add(entry);
    else this.makeReady(entry);
  }

  private renew(entry: Entry<Value>, now: number): void {
    entry.dirty = false;
    entry.waitingSince = now;
    this.makeReady(entry);
  }

  private delay(entry: Entry<Value>, notBefore: number, mustWait: boolean): void {
    entry.state = 'delayed';
    entry.notBefore = notBefore;
    entry.mustWait = mustWait;
    this.delayed.add(entry);
  }

  private makeReady(entry: Entry<Value>): void {
    let lane = this.lanes.get(entry.lane);
    if (!lane) this.lanes.set(entry.lane, (lane = { urgent: new Map(), normal: new Map() }));
    entry.state = 'ready';
    (entry.urgent ? lane.urgent : lane.normal).set(entry.identity, entry);
  }

  private leaveQueues(entry: Entry<Value>): void {
    this.delayed.delete(entry);
    for (const { urgent, normal } of this.lanes.values()) {
      urgent.delete(entry.identity);
      normal.delete(entry.identity);
    }
  }

  private remove(entry: Entry<Value>): void {
    this.leaveQueues(entry);
    this.entries.delete(entry.identity);
    this.bytes -= entry.record.sizeBytes;
  }
}

function firstOf<Value>(queue: Map<string, Entry<Value>>): Entry<Value> | undefined {
  for (const entry of queue.values()) return entry;
  return undefined;
}

function laterOf(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.max(left, right);
}
