import type { Clock } from '../../clock.ts';
import type { Lease, Received, Undecodable } from '../../kafka/types.ts';
import { mayBeInWork } from '../in-doubt.ts';
import type { Placement } from './pending-entry.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { StateFlow } from './state-flow.ts';

/**
 * Where a record of one partition belongs among those that wait.
 *
 * Nothing is written before all is read that may have been written before, and meanwhile nobody looks into the records: of
 * what has waited only the newest of each key is decoded and judged, once writing may begin. So one that cannot be read asks
 * for nothing when a newer one of its key has come, and one that is the newest takes the place of an older one that could
 * be, before writing may begin and later, unless a write of the key is under way or may still land: what the older says is
 * not so any more. It is parked, loudly, and a refresh of its key brings what is true.
 */
export class Placing<Value> {
  /** What a record is about is said by its key alone, and each asks for something now: it need not be read for that. */
  readonly isToldByKey: boolean;
  readonly #lease: Lease;
  readonly #flow: StateFlow<Value>;
  readonly #ahead: Pick<ReadAhead, 'hasInheritedGap'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #openedAt: number;

  constructor(
    lease: Lease,
    flow: StateFlow<Value>,
    ahead: Pick<ReadAhead, 'hasInheritedGap'>,
    clock: Pick<Clock, 'now'>,
  ) {
    this.#lease = lease;
    this.#flow = flow;
    this.#ahead = ahead;
    this.#clock = clock;
    this.#openedAt = clock.now();
    this.isToldByKey = !flow.identityOf && !flow.accepts && !flow.notBefore;
  }

  /** What asks for nothing whatever it says. */
  isNothing(record: Received<Value>): boolean {
    return !this.#flow.takesTombstones && (record.isTombstone ?? record.value === null);
  }

  identityOf(record: Received<Value>): string {
    return this.#flow.identityOf?.(record) ?? record.key;
  }

  /** What an unreadable one is about, as far as its key tells that; else null. */
  identityOfUnreadable({ key }: Undecodable): string | null {
    return this.#flow.identityOf ? null : key;
  }

  /** Reads the record. Undecodable where that is not possible, null where it is for somebody else. */
  of(record: Received<Value>): Placement | Undecodable | null {
    const unreadable = record.open?.();
    if (unreadable) return unreadable;
    if (this.#flow.accepts?.(record) === false) return null;
    return {
      batchGroup: this.#flow.batchGroupOf(record),
      urgent: this.#flow.urgent?.(record) ?? false,
      notBefore: this.#flow.notBefore?.(record) ?? 0,
      ...this.#doubtOf(record),
    };
  }

  /** A predecessor that did not leave cleanly may have begun to write it, or an older value of its key. */
  isInDoubt(record: { offset: number }): boolean {
    // Where compaction has left a gap, the record that was in work may be gone, and this one is newer.
    const isGone = this.#ahead.hasInheritedGap && !this.#lease.clean;
    return isGone || mayBeInWork(this.#lease, record);
  }

  /** Until it can land no more. */
  #doubtOf(record: { offset: number }): Pick<Placement, 'rewriteAt' | 'waitUntil'> {
    if (!this.isInDoubt(record)) return {};
    const settledAt = this.#openedAt + this.#flow.settleMs;
    if (this.#clock.now() >= settledAt) return {};
    return this.#flow.creates ? { waitUntil: settledAt } : { rewriteAt: settledAt };
  }
}
