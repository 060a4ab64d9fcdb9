import type { Received, Undecodable } from '../../kafka/types.ts';
import type { PendingSet } from './pending-set.ts';
import type { Placing } from './placing.ts';
import type { ReadAhead } from './read-ahead.ts';

/** Some milliseconds: no longer does a partition that has much to look into hold the loop of its process up. */
const lookedIntoAtOnce = 500;

export interface IntakeOptions<Value> {
  pending: PendingSet<Value>;
  placing: Placing<Value>;
  ahead: Pick<ReadAhead, 'superseded'>;
  park: (record: Undecodable) => void;
}

/** How the records of one partition come to wait: looked into at once, or when writing may begin. */
export class Intake<Value> {
  readonly #options: IntakeOptions<Value>;

  constructor(options: IntakeOptions<Value>) {
    this.#options = options;
  }

  /** Returns what has waited and is not so any more, or null. */
  take(record: Received<Value> | Undecodable, mayLook: boolean, now: number): Received<Value> | null {
    const { ahead, pending, placing } = this.#options;
    if ('undecodable' in record) return this.#unreadable(record);
    if (placing.isNothing(record)) {
      ahead.superseded(record);
      return null;
    }
    // Where a write of the key may still land, it counts from which record on.
    if (mayLook || !placing.isToldByKey || placing.isInDoubt(record)) return this.#keep(record, now);
    const superseded = pending.addUnread(record.key, record, now);
    return superseded === undefined ? this.#keep(record, now) : superseded;
  }

  /** Looks into the next of those that have waited for that. */
  lookInto(now: number): void {
    const { ahead, park, pending, placing } = this.#options;
    for (const entry of pending.unread(lookedIntoAtOnce)) {
      const { record } = entry;
      const placement = placing.of(record);
      if (placement !== null && !('undecodable' in placement)) pending.place(entry, placement, now);
      else {
        pending.drop(entry.identity);
        ahead.superseded(record);
        if (placement !== null) park(placement);
      }
      record.forget?.();
    }
  }

  #keep(record: Received<Value>, now: number): Received<Value> | null {
    const { ahead, pending, placing } = this.#options;
    const placement = placing.of(record);
    if (placement === null || 'undecodable' in placement) {
      ahead.superseded(record);
      return placement && this.#unreadable(placement);
    }
    const superseded = pending.add(placing.identityOf(record), record, placement, now);
    record.forget?.();
    return superseded;
  }

  #unreadable(record: Undecodable): Received<Value> | null {
    const { park, pending, placing } = this.#options;
    park(record);
    const identity = placing.identityOfUnreadable(record);
    return identity === null ? null : pending.drop(identity);
  }
}
