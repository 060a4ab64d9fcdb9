import type { Mark } from '../erp/sources/change-source.ts';
import type { OpenTransaction } from './transactions.ts';
import { Wake } from './wake.ts';

/** Why a key is to be asked, and what the answer must contain. */
export interface Dirt {
  marks: Set<Mark>;
  /** Where the newest change stands in the source; null when none made it dirty. */
  position: string | null;
  /** Commit time of the oldest change, milliseconds; null when no change of the source made it dirty. */
  occurredAt: number | null;
  /** Keys of records that somebody asked for: published also when unchanged. */
  asked: Set<string>;
  /** Of a round: somebody asked for all records. */
  isAllAsked: boolean;
  traceparent: string | null;
  /** Held until what is true now is published, or until the cursor says that all keys are to be asked. */
  transactions: Pick<OpenTransaction, 'release'>[];
  /** Called when what is true now is published. */
  onAnswered: (() => void)[];
}

/** One change that makes a key dirty. */
export interface Cause {
  mark?: Mark;
  position?: string;
  occurredAt?: number;
  /** Key of a record that somebody asked for. */
  asked?: string;
  traceparent?: string | null;
  transaction?: Pick<OpenTransaction, 'release'>;
  onAnswered?: () => void;
}

/** The dirty keys of one stream. Many changes of one key become one entry, hence one question and one record. */
export class DirtySet {
  #keys = new Map<string, Dirt>();
  readonly #wake = new Wake();

  get size(): number {
    return this.#keys.size;
  }

  /** Commit time of the change that waits longest; null where none does. */
  get oldestAt(): number | null {
    for (const { occurredAt } of this.#keys.values()) if (occurredAt !== null) return occurredAt;
    return null;
  }

  add(key: string, cause: Cause): void {
    let dirt = this.#keys.get(key);
    if (!dirt) this.#keys.set(key, (dirt = newDirt()));
    mergeCause(dirt, cause);
    this.#wake.now();
  }

  /** Puts back what could not be asked; what became dirty meanwhile is merged. */
  putBack(taken: Map<string, Dirt>): void {
    const since = this.#keys;
    this.#keys = taken;
    for (const [key, dirt] of since) {
      const known = this.#keys.get(key);
      if (known) mergeDirt(known, dirt);
      else this.#keys.set(key, dirt);
    }
  }

  /** A key that was taken is asked again, in one question with others. */
  askTogether(key: string, dirt: Dirt, others: Iterable<string>): void {
    const since = this.#keys.get(key);
    this.#keys.delete(key);
    if (since) mergeDirt(dirt, since);
    this.#keys.set(key, dirt);
    for (const other of others) {
      const known = this.#keys.get(other) ?? newDirt();
      // Behind the first: what is taken together is what stands together.
      this.#keys.delete(other);
      this.#keys.set(other, known);
    }
    this.#wake.now();
  }

  /** All keys are asked in place of those that wait: no transaction waits for them any more. @returns what still does. */
  giveUp(): Dirt {
    const given = newDirt();
    for (const dirt of this.#keys.values()) {
      releaseTransactions(dirt);
      mergeDirt(given, dirt);
    }
    this.#keys.clear();
    // Of many changes together there is no time.
    return { ...given, occurredAt: null };
  }

  /** Resolves when there is something to ask, or when the signal fires. */
  wait(signal: AbortSignal): Promise<void> {
    return this.#wake.wait(() => this.#keys.size > 0, signal);
  }

  /** The keys to ask next, oldest first. */
  take(count: number): Map<string, Dirt> {
    const taken = new Map<string, Dirt>();
    for (const [key, dirt] of this.#keys) {
      if (taken.size >= count) break;
      taken.set(key, dirt);
      this.#keys.delete(key);
    }
    return taken;
  }
}

/** Tells everybody who waits for the answer, each once, also when the key is put back and asked again. */
export function reportAnswered(dirt: Dirt): void {
  releaseTransactions(dirt);
  const waiting = dirt.onAnswered;
  dirt.onAnswered = [];
  for (const onAnswered of waiting) onAnswered();
}

export function newDirt(): Dirt {
  return {
    marks: new Set(),
    position: null,
    occurredAt: null,
    asked: new Set(),
    isAllAsked: false,
    traceparent: null,
    transactions: [],
    onAnswered: [],
  };
}

function releaseTransactions(dirt: Dirt): void {
  const held = dirt.transactions;
  dirt.transactions = [];
  for (const transaction of held) transaction.release();
}

export function mergeCause(dirt: Dirt, cause: Cause): void {
  if (cause.mark !== undefined) dirt.marks.add(cause.mark);
  // A source tells in its order: what comes later is later.
  dirt.position = cause.position ?? dirt.position;
  if (cause.occurredAt !== undefined)
    dirt.occurredAt = Math.min(dirt.occurredAt ?? Infinity, cause.occurredAt);
  if (cause.asked !== undefined) dirt.asked.add(cause.asked);
  dirt.traceparent ??= cause.traceparent ?? null;
  if (cause.transaction) dirt.transactions.push(cause.transaction);
  if (cause.onAnswered) dirt.onAnswered.push(cause.onAnswered);
}

export function mergeDirt(into: Dirt, from: Dirt): void {
  for (const mark of from.marks) into.marks.add(mark);
  into.position = from.position ?? into.position;
  if (from.occurredAt !== null) into.occurredAt = Math.min(into.occurredAt ?? Infinity, from.occurredAt);
  for (const key of from.asked) into.asked.add(key);
  into.isAllAsked ||= from.isAllAsked;
  into.traceparent ??= from.traceparent;
  // Not by spreading: a key that nobody answers for long has more of them than a call takes arguments.
  into.transactions = into.transactions.concat(from.transactions);
  into.onAnswered = into.onAnswered.concat(from.onAnswered);
}
