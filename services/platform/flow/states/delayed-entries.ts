import type { Entry } from './pending-entry.ts';

/**
 * The entries that may be written later. As many as may be pending at all can wait here, such as after a predecessor that
 * left all of them in doubt, so each is kept as it lies on its topic.
 */
export class DelayedEntries<Value> {
  readonly #entries = new Set<Entry<Value>>();

  put(entry: Entry<Value>, notBefore: number, mustWait: boolean): void {
    entry.record.forget?.();
    entry.state = 'delayed';
    entry.notBefore = notBefore;
    entry.mustWait = mustWait;
    this.#entries.add(entry);
  }

  leave(entry: Entry<Value>): void {
    this.#entries.delete(entry);
  }

  /** Takes out those that are due; `next` is when another one will be, or null. */
  due(now: number): { due: Entry<Value>[]; next: number | null } {
    const due: Entry<Value>[] = [];
    let next: number | null = null;
    for (const entry of this.#entries)
      if (entry.notBefore <= now) due.push(entry);
      else if (next === null || entry.notBefore < next) next = entry.notBefore;
    for (const entry of due) this.#entries.delete(entry);
    return { due, next };
  }
}
