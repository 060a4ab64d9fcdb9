import type { Mark } from '../erp/sources/change-source.ts';

/** Why a key is to be asked, and what the answer must contain. */
export interface Dirt {
  marks: Set<Mark>;
  /** Where the newest change stands in the source; null when none made it dirty. */
  position: string | null;
  /** Commit time of the oldest change, milliseconds; null when no change of the log made it dirty. */
  occurredAt: number | null;
  /** Keys of records that somebody asked for: published also when unchanged. */
  asked: Set<string>;
  traceparent: string | null;
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
  onAnswered?: () => void;
}

/** The dirty keys of one stream. Many changes of one key become one entry, hence one question and one record. */
export class DirtySet {
  #keys = new Map<string, Dirt>();
  #everything: Dirt | null = null;
  #wake: (() => void) | null = null;

  /** Keys to ask; all of them together count as one. */
  get size(): number {
    return this.#keys.size + (this.#everything === null ? 0 : 1);
  }

  add(key: string, cause: Cause): void {
    let dirt = this.#keys.get(key);
    if (!dirt) this.#keys.set(key, (dirt = newDirt()));
    merge(dirt, cause);
    this.#wake?.();
  }

  /** All keys may have changed. */
  addAll(cause: Cause): void {
    this.#everything ??= newDirt();
    merge(this.#everything, cause);
    this.#wake?.();
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

  putBackAll(dirt: Dirt): void {
    if (this.#everything) mergeDirt(dirt, this.#everything);
    this.#everything = dirt;
  }

  /** Resolves when there is something to ask, or at once when the signal has fired. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.size > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done);
    });
    this.#wake = null;
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

  /** Whether all keys are to be asked. */
  takeAll(): Dirt | null {
    const dirt = this.#everything;
    this.#everything = null;
    return dirt;
  }
}

/** Tells everybody who waits for the answer, each once, also when the key is put back and asked again. */
export function reportAnswered(dirt: Dirt): void {
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
    traceparent: null,
    onAnswered: [],
  };
}

function merge(dirt: Dirt, cause: Cause): void {
  if (cause.mark !== undefined) dirt.marks.add(cause.mark);
  // A source tells in its order: what comes later is later.
  dirt.position = cause.position ?? dirt.position;
  if (cause.occurredAt !== undefined)
    dirt.occurredAt = Math.min(dirt.occurredAt ?? Infinity, cause.occurredAt);
  if (cause.asked !== undefined) dirt.asked.add(cause.asked);
  dirt.traceparent ??= cause.traceparent ?? null;
  if (cause.onAnswered) dirt.onAnswered.push(cause.onAnswered);
}

function mergeDirt(into: Dirt, from: Dirt): void {
  for (const mark of from.marks) into.marks.add(mark);
  into.position = from.position ?? into.position;
  if (from.occurredAt !== null) into.occurredAt = Math.min(into.occurredAt ?? Infinity, from.occurredAt);
  for (const key of from.asked) into.asked.add(key);
  into.traceparent ??= from.traceparent;
  into.onAnswered.push(...from.onAnswered);
}
