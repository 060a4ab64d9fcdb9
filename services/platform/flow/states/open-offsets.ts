import { offsetOf } from './pending-entry.ts';
import type { Entry } from './pending-entry.ts';

/** Entries whose newest record is not the oldest that may be in work: few. They hold the offset of that one back. */
export class OpenOffsets<Value> {
  readonly #entries = new Set<Entry<Value>>();

  /** Remembers the record that may be in work when a newer one takes its place. */
  overtake(entry: Entry<Value>, now: number): void {
    const mayBeInWork =
      (entry.state === 'inFlight' && !entry.dirty) || (entry.rewriteAt !== null && now < entry.rewriteAt);
    if (entry.openOffset !== null || !mayBeInWork) return;
    entry.openOffset = entry.record.offset;
    this.#entries.add(entry);
  }

  close(entry: Entry<Value>): void {
    entry.openOffset = null;
    this.#entries.delete(entry);
  }

  /** @param first the one whose newest record is the lowest of all */
  lowest(first: Entry<Value> | null): Entry<Value> | null {
    let lowest = first;
    for (const entry of this.#entries)
      if (lowest === null || offsetOf(entry) < offsetOf(lowest)) lowest = entry;
    return lowest;
  }
}
