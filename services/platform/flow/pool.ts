import type { FlowContext } from './context.ts';
import type { Breaker } from './outcome/breaker.ts';
import { Alarm } from './alarm.ts';

/** One partition of a flow, as the pool sees it. */
export interface PooledReader {
  readonly closed: boolean;
  /** Keys (or documents) read and not finished. */
  readonly size: number;
  /** Makes ready what is due; returns when the next is, or null. */
  wake(now: number): number | null;
  /** Asked for as long as nothing is read on purpose: that no record comes tells it nothing. */
  rest?(): void;
}

/** A piece of work that was taken from some partitions and is now to be done. */
export interface Work<Reader> {
  readers: Iterable<Reader>;
  run: () => Promise<void>;
}

export interface PoolOptions<Reader> {
  context: Pick<FlowContext, 'clock' | 'metrics'>;
  flow: { name: string; concurrency: () => number };
  /** Nothing is begun meanwhile; what is in work is finished. */
  isPaused: () => boolean;
  breaker: Breaker;
  /** Takes the next piece of work, or null. Of the partitions the one that was served longest ago stands first. */
  next: (readers: readonly Reader[], now: number) => Work<Reader> | null;
  /** When there is more to take, beside what the partitions say themselves; null: never. */
  dueAt?: (readers: readonly Reader[], now: number) => number | null;
}

/**
 * What is in work over all partitions of a process: never more than the flow's concurrency, nothing while the breaker
 * is open. The one that flows of states and of documents share; what is taken next is theirs to say.
 */
export class Pool<Reader extends PooledReader> {
  readonly #options: PoolOptions<Reader>;
  readonly #alarm: Alarm;
  /** In the order in which they were last served, so that no partition waits for ever behind a busy one. */
  readonly #readers = new Set<Reader>();
  #inWork = 0;
  #stopped = false;

  constructor(options: PoolOptions<Reader>) {
    this.#options = options;
    this.#alarm = new Alarm(options.context.clock);
  }

  open(reader: Reader): Reader {
    this.#readers.add(reader);
    return reader;
  }

  stop(): void {
    this.#stopped = true;
    this.#alarm.clear();
  }

  /** Begins what can be begun, and sets an alarm for what can be begun later. */
  pump(): void {
    if (this.#stopped) return;
    const { context, flow, breaker, isPaused, next, dueAt: nextDueAt } = this.#options;
    const now = context.clock.now();
    let dueAt = Infinity;
    for (const reader of this.#readers)
      if (reader.closed) this.#readers.delete(reader);
      else dueAt = Math.min(dueAt, reader.wake(now) ?? Infinity);
    while (!isPaused() && this.#inWork < flow.concurrency() && breaker.waitMs(now) === 0) {
      const work = next([...this.#readers], now);
      if (work === null) break;
      this.#begin(work);
    }
    dueAt = Math.min(dueAt, nextDueAt?.([...this.#readers], now) ?? Infinity);
    const waitMs = breaker.waitMs(now);
    if (waitMs > 0) dueAt = Math.min(dueAt, now + waitMs);
    if (Number.isFinite(dueAt)) this.#alarm.set(dueAt - now, () => this.pump());
    else this.#alarm.clear();
    let size = 0;
    for (const reader of this.#readers) size += reader.size;
    context.metrics.pending.set({ flow: flow.name }, size);
  }

  #begin({ readers, run }: Work<Reader>): void {
    for (const reader of readers) if (this.#readers.delete(reader)) this.#readers.add(reader);
    this.#inWork += 1;
    this.#options.breaker.begin();
    void run().finally(() => {
      this.#inWork -= 1;
      this.pump();
    });
  }
}
