import { dirtOfCause, mergeCause, mergeDirt, newDirt, releaseTransactions } from './dirt.ts';
import type { Cause, Dirt } from './dirt.ts';
import { Wake } from './wake.ts';

/**
 * The dirty keys of one stream. Many changes of one key become one entry, hence one question and one record. A key that
 * one change made dirty, one of 200,000 of a transaction, stands for 80 bytes beside its text: it shares the cause.
 */
export class DirtySet {
  #keys = new Map<string, Cause | Dirt>();
  readonly #wake = new Wake();

  get size(): number {
    return this.#keys.size;
  }

  /** Commit time of the change that waits longest; null where none does. */
  get oldestAt(): number | null {
    for (const { occurredAt } of this.#keys.values()) if (occurredAt != null) return occurredAt;
    return null;
  }

  add(key: string, cause: Cause): void {
    const known = this.#keys.get(key);
    if (known === undefined) this.#keys.set(key, cause);
    else if (known === cause) cause.transaction?.release();
    else {
      const dirt = dirtOf(known);
      mergeCause(dirt, cause);
      this.#keys.set(key, dirt);
    }
    this.#wake.now();
  }

  /** Puts back what could not be asked; what became dirty meanwhile is merged. */
  putBack(taken: Map<string, Dirt>): void {
    const since = this.#keys;
    this.#keys = new Map(taken);
    for (const [key, entry] of since) {
      const known = taken.get(key);
      if (known) mergeDirt(known, dirtOf(entry));
      else this.#keys.set(key, entry);
    }
  }

  /** A key that was taken is asked again, in one question with others. */
  askTogether(key: string, dirt: Dirt, others: Iterable<string>): void {
    const since = this.#keys.get(key);
    this.#keys.delete(key);
    if (since) mergeDirt(dirt, dirtOf(since));
    this.#keys.set(key, dirt);
    for (const other of others) {
      const known = this.#keys.get(other) ?? {};
      // Behind the first: what is taken together is what stands together.
      this.#keys.delete(other);
      this.#keys.set(other, known);
    }
    this.#wake.now();
  }

  /** All keys are asked in place of those that wait: no transaction waits for them any more. @returns what still does. */
  giveUp(): Dirt {
    const given = newDirt();
    const onAnswered: (() => void)[] = [];
    for (const entry of this.#keys.values()) {
      const dirt = dirtOf(entry);
      releaseTransactions(dirt);
      // Apart: there may be one for each key, and to join two lists copies both.
      onAnswered.push(...dirt.onAnswered);
      mergeDirt(given, { ...dirt, onAnswered: [] });
    }
    this.#keys.clear();
    // Of many changes together there is no time.
    return { ...given, onAnswered, occurredAt: null };
  }

  /** Resolves when there is something to ask, or when the signal fires. */
  wait(signal: AbortSignal): Promise<void> {
    return this.#wake.wait(() => this.#keys.size > 0, signal);
  }

  /** The keys to ask next, oldest first. */
  take(count: number): Map<string, Dirt> {
    const taken = new Map<string, Dirt>();
    for (const [key, entry] of this.#keys) {
      if (taken.size >= count) break;
      taken.set(key, dirtOf(entry));
      this.#keys.delete(key);
    }
    return taken;
  }
}

function dirtOf(entry: Cause | Dirt): Dirt {
  return 'marks' in entry ? entry : dirtOfCause(entry);
}
