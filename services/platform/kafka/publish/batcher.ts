/**
 * Gathers records into batches, one batch in flight at a time.
 *
 * - idle: a record is sent at once, with whatever else was added in the same turn of the event loop.
 * - sending: what comes meanwhile waits for the answer and leaves together as the next batch. No fixed delay: under
 *   load batches grow by themselves (11.5k acknowledged webhooks/s against 3.1k/s with a fixed 5 ms).
 * - failing: the same batch is sent again until it is acknowledged or all of its records are given up: past their
 *   deadline, or because the fence they stand under has fallen. Nothing overtakes it, so the order of a key's records
 *   is the order in which they were added.
 *
 * A batch sent twice may be on the topic twice. That is the price of losing nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Rejected, Unavailable } from '../../errors.ts';
import { LeaseLost } from '../../fence.ts';
import type { Fence } from '../../fence.ts';
import { sizeOf } from './outgoing-record.ts';
import type { OutgoingRecord } from './outgoing-record.ts';
import { OneWaiter, WaiterForAll } from './waiters.ts';
import type { Waiter } from './waiters.ts';
import { closing, deadlinePassed, fenceFell, queueFull } from './not-published.ts';

export interface BatcherOptions {
  /**
   * Resolves when the broker has acknowledged all of them. Calls `onWrite` just before the first byte may leave, and
   * sends nothing when that throws.
   * Throws `Rejected` when the records themselves are at fault; anything else is tried again.
   */
  send(records: readonly OutgoingRecord[], onWrite: () => void): Promise<void>;
  /**
   * The fence of a record fell while an attempt with it is under way: see that it does not arrive later. Not said of a
   * deadline: nobody else publishes that key then, and under load something is always late.
   */
  abandon?(): void;
  /** From `add` to the acknowledgement. */
  deadlineMs: number;
  maxBatchBytes: number;
  maxQueueBytes: number;
  retryDelayMs?: (attempt: number) => number;
  now?: () => number;
  onFailure?: (error: unknown, attempt: number) => void;
}

interface Waiting {
  record: OutgoingRecord;
  fence: Fence | null;
  sizeBytes: number;
  deadlineAt: number;
  /** It may be on the topic. */
  written: boolean;
  /** Who waits for it, and as which of those that they wait for. */
  waiter: Waiter;
  place: number;
}

const checkIntervalMs = 50;

class BatchOutdated extends Error {}

export class Batcher {
  readonly #options: BatcherOptions;
  #queue: Waiting[] = [];
  /** Not settled, in the order of their deadlines. */
  readonly #open = new Set<Waiting>();
  #queuedBytes = 0;
  #lastError: unknown = null;
  /** In the attempt whose answer is awaited. */
  #underWay: ReadonlySet<Waiting> = new Set();
  #isRunning = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #onEmpty: () => void = () => undefined;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Resolves when the broker has acknowledged.
   * @throws Unavailable `none` when the queue is full or it was never sent, `unknown` when it may have been written;
   *   LeaseLost when the fence fell before it was ever sent; Rejected when the broker will never take this record.
   */
  add(record: OutgoingRecord, fence: Fence | null = null): Promise<void> {
    const waiter = new OneWaiter();
    this.#add(record, fence, this.#now() + this.#options.deadlineMs, waiter, 0);
    return waiter.promise;
  }

  /**
   * The same for many: resolves when each of them is settled, to the errors of those that are not on the topic, by their
   * place; what could be made no record stands there as its error.
   */
  addAll(
    records: readonly (OutgoingRecord | Error)[],
    fence: Fence | null = null,
  ): Promise<Map<number, Error>> {
    const waiter = new WaiterForAll(records.length);
    const deadlineAt = this.#now() + this.#options.deadlineMs;
    for (const [place, record] of records.entries())
      if (record instanceof Error) waiter.settled(place, record);
      else this.#add(record, fence, deadlineAt, waiter, place);
    return waiter.promise;
  }

  #add(record: OutgoingRecord, fence: Fence | null, deadlineAt: number, waiter: Waiter, place: number): void {
    const sizeBytes = sizeOf(record);
    if (this.#closed) return waiter.settled(place, new Unavailable(closing(record)));
    if (this.#queuedBytes + sizeBytes > this.#options.maxQueueBytes)
      return waiter.settled(place, queueFull(record));
    this.#queuedBytes += sizeBytes;
    const one = { record, fence, sizeBytes, deadlineAt, written: false, waiter, place };
    this.#open.add(one);
    this.#queue.push(one);
    // Not at once: what is published in the same turn leaves together.
    if (!this.#isRunning) void Promise.resolve().then(() => this.#run());
    this.#isRunning = true;
    this.#timer ??= setInterval(() => this.check(), Math.min(checkIntervalMs, this.#options.deadlineMs));
    return undefined;
  }

  /** Takes nothing more; resolves when everything added is settled, what is left after the limit by an error. */
  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    const limit = setTimeout(() => this.#giveUpLate(Infinity), limitMs);
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    clearTimeout(limit);
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#deliver(this.#take());
    this.#isRunning = false;
  }

  /** The longest prefix of the queue that fits one batch. */
  #take(): Waiting[] {
    const { maxBatchBytes } = this.#options;
    let count = 0;
    let sizeBytes = 0;
    while (
      count < this.#queue.length &&
      (count === 0 || sizeBytes + this.#queue[count]!.sizeBytes <= maxBatchBytes)
    )
      sizeBytes += this.#queue[count++]!.sizeBytes;
    return this.#queue.splice(0, count);
  }

  async #deliver(waiting: Waiting[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      // Before every attempt: what is given up must not be sent once more.
      this.#giveUpFenced();
      const batch = waiting.filter((one) => this.#open.has(one));
      if (batch.length === 0) return;
      try {
        await this.#options.send(
          batch.map(({ record }) => record),
          () => this.#write(batch),
        );
        this.#lastError = null;
        for (const one of batch) this.#settle(one, null);
        return;
      } catch (error) {
        if (error instanceof BatchOutdated) continue;
        this.#lastError = error;
        this.#options.onFailure?.(error, attempt);
        if (error instanceof Rejected) return this.#refuse(batch, error);
        if (batch.some((one) => this.#open.has(one))) await delay(this.#retryDelayMs(attempt));
      } finally {
        this.#underWay = new Set();
      }
    }
  }

  /** It took a while to be connected: what was given up meanwhile must not leave with the rest. */
  #write(batch: readonly Waiting[]): void {
    this.check();
    if (batch.some((one) => !this.#open.has(one))) throw new BatchOutdated();
    for (const one of batch) one.written = true;
    this.#underWay = new Set(batch);
  }

  /** The broker does not say which record it is: halve until the bad one stands alone. */
  async #refuse(waiting: Waiting[], error: Rejected): Promise<void> {
    if (waiting.length === 1) return this.#settle(waiting[0]!, error);
    const middle = Math.ceil(waiting.length / 2);
    await this.#deliver(waiting.slice(0, middle));
    await this.#deliver(waiting.slice(middle));
  }

  /** Gives up what is late, and what stands under a fence that has fallen. */
  check(): void {
    this.#giveUpLate(this.#now());
    this.#giveUpFenced();
  }

  /** From the oldest on, while the deadline is over. */
  #giveUpLate(at: number): void {
    for (const one of this.#open) {
      if (one.deadlineAt > at) break;
      this.#settle(one, deadlinePassed(one.record, one.written, this.#lastError));
    }
  }

  #giveUpFenced(): void {
    const underWay = this.#underWay;
    let isAbandoned = false;
    const current = new Map<Fence, boolean>();
    for (const one of this.#open) {
      if (one.fence === null) continue;
      if (!current.has(one.fence)) current.set(one.fence, one.fence.isCurrent());
      if (current.get(one.fence)) continue;
      const { topic, key } = one.record;
      this.#settle(one, one.written ? fenceFell(one.record) : new LeaseLost(`${topic} ${key}`));
      isAbandoned ||= underWay.has(one);
    }
    if (isAbandoned) this.#options.abandon?.();
  }

  #settle(one: Waiting, error: Error | null): void {
    if (!this.#open.delete(one)) return;
    this.#queuedBytes -= one.sizeBytes;
    if (this.#open.size === 0 && this.#timer) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    one.waiter.settled(one.place, error);
    if (this.#open.size === 0) this.#onEmpty();
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }

  #retryDelayMs(attempt: number): number {
    return this.#options.retryDelayMs?.(attempt) ?? Math.min(100 * 2 ** (attempt - 1), 1_000);
  }
}
