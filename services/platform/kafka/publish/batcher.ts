/**
 * Gathers records into batches, one batch in flight at a time.
 *
 * - idle: a record is sent at once, with whatever else was added in the same turn of the event loop.
 * - sending: what comes meanwhile waits for the answer and leaves together as the next batch. No fixed delay: under
 *   load batches grow by themselves (engineering.md A4: 11.5k acknowledged webhooks/s against 3.1k/s with a fixed 5 ms).
 * - failing: the same batch is sent again until it is acknowledged or all of its records are past their deadline.
 *   Nothing overtakes it, so the order of a key's records is the order in which they were added.
 *
 * A batch sent twice may be on the topic twice. That is the price of losing nothing (platform.md, section 2).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Rejected, Unavailable } from '../../errors.ts';

export interface OutgoingRecord {
  topic: string;
  key: string;
  /** Null is a tombstone. */
  value: Buffer | null;
  headers: Record<string, string>;
}

export interface BatcherOptions {
  /**
   * Resolves when the broker has acknowledged all of them. Calls `onWrite` just before the first byte may leave.
   * Throws `Rejected` when the records themselves are at fault; anything else is tried again.
   */
  send(records: readonly OutgoingRecord[], onWrite: () => void): Promise<void>;
  /** From `add` to the acknowledgement. */
  deadlineMs: number;
  maxBatchBytes: number;
  maxQueueBytes: number;
  retryDelayMs?: (attempt: number) => number;
  now?: () => number;
  onFailure?: (error: unknown, attempt: number) => void;
}

export interface Batcher {
  /**
   * Resolves when the broker has acknowledged.
   * @throws Unavailable `none` when the queue is full or it was never sent, `unknown` when it may have been written;
   *   Rejected when the broker will never take this record.
   */
  add(record: OutgoingRecord): Promise<void>;
  queuedBytes(): number;
  /** Takes nothing more; resolves when everything added is settled, what is left after the limit by an error. */
  close(limitMs: number): Promise<void>;
}

interface Waiting {
  record: OutgoingRecord;
  sizeBytes: number;
  deadlineAt: number;
  /** It may be on the topic. */
  written: boolean;
  settled: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

const RECORD_OVERHEAD_BYTES = 64;
const DEADLINE_CHECK_MS = 50;

export function createBatcher(options: BatcherOptions): Batcher {
  const now = options.now ?? (() => performance.now());
  const retryDelayMs = options.retryDelayMs ?? ((attempt) => Math.min(100 * 2 ** (attempt - 1), 1_000));
  let queue: Waiting[] = [];
  /** Not settled, in the order of their deadlines. */
  const open = new Set<Waiting>();
  let queuedBytes = 0;
  let lastError: unknown = null;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  function add(record: OutgoingRecord): Promise<void> {
    const sizeBytes = sizeOf(record);
    if (closed) return Promise.reject(new Unavailable(closing(record)));
    if (queuedBytes + sizeBytes > options.maxQueueBytes) return Promise.reject(queueFull(record));
    queuedBytes += sizeBytes;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadlineAt = now() + options.deadlineMs;
    const one: Waiting = { record, sizeBytes, deadlineAt, written: false, settled: promise, resolve, reject };
    open.add(one);
    queue.push(one);
    // Not at once: what is published in the same turn leaves together.
    running ??= Promise.resolve().then(run);
    timer ??= setInterval(expire, Math.min(DEADLINE_CHECK_MS, options.deadlineMs));
    return promise;
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const waiting = take();
      if (waiting.length > 0) await deliver(waiting);
    }
    running = null;
  }

  /** The longest prefix of the queue that fits one batch. */
  function take(): Waiting[] {
    let count = 0;
    let sizeBytes = 0;
    while (
      count < queue.length &&
      (count === 0 || sizeBytes + queue[count]!.sizeBytes <= options.maxBatchBytes)
    ) {
      sizeBytes += queue[count]!.sizeBytes;
      count++;
    }
    const taken = queue.slice(0, count);
    queue = queue.slice(count);
    return taken.filter((one) => open.has(one));
  }

  async function deliver(waiting: Waiting[]): Promise<void> {
    const records = waiting.map((one) => one.record);
    const onWrite = () => waiting.forEach((one) => (one.written = true));
    for (let attempt = 1; waiting.some((one) => open.has(one)); attempt++) {
      try {
        await options.send(records, onWrite);
        lastError = null;
        for (const one of waiting) settle(one, null);
      } catch (error) {
        lastError = error;
        options.onFailure?.(error, attempt);
        if (error instanceof Rejected) return refuse(waiting, error);
        if (waiting.some((one) => open.has(one))) await delay(retryDelayMs(attempt));
      }
    }
  }

  /** The broker does not say which record it is: halve until the bad one stands alone. */
  async function refuse(waiting: Waiting[], error: Rejected): Promise<void> {
    if (waiting.length === 1) return settle(waiting[0]!, error);
    const middle = Math.ceil(waiting.length / 2);
    await deliver(waiting.slice(0, middle));
    await deliver(waiting.slice(middle));
  }

  function expire(): void {
    const at = now();
    giveUp((one) => one.deadlineAt <= at);
  }

  /** From the oldest on, as long as `over` says so. */
  function giveUp(over: (one: Waiting) => boolean): void {
    for (const one of open) {
      if (!over(one)) break;
      settle(one, deadlinePassed(one.record, one.written, lastError));
    }
  }

  function settle(one: Waiting, error: Error | null): void {
    if (!open.delete(one)) return;
    queuedBytes -= one.sizeBytes;
    if (open.size === 0 && timer) {
      clearInterval(timer);
      timer = null;
    }
    if (error) one.reject(error);
    else one.resolve();
  }

  async function close(limitMs: number): Promise<void> {
    closed = true;
    const limit = setTimeout(() => giveUp(() => true), limitMs);
    while (open.size > 0) await Promise.allSettled([...open].map((one) => one.settled));
    clearTimeout(limit);
  }

  return { add, queuedBytes: () => queuedBytes, close };
}

function sizeOf(record: OutgoingRecord): number {
  let sizeBytes = RECORD_OVERHEAD_BYTES + Buffer.byteLength(record.key) + (record.value?.length ?? 0);
  for (const [name, value] of Object.entries(record.headers)) sizeBytes += name.length + value.length + 4;
  return sizeBytes;
}

function closing(record: OutgoingRecord) {
  return {
    code: 'kafka.closing',
    what: `The record for ${record.topic} was not sent: this process is stopping`,
    fix: 'It is read again at its source by the next process',
  };
}

function queueFull(record: OutgoingRecord): Unavailable {
  return new Unavailable({
    code: 'kafka.queue_full',
    what: `The record for ${record.topic} was not taken: too many bytes wait for the broker's acknowledgement`,
    fix: 'It is tried again by itself; look at the broker if this lasts',
  });
}

function deadlinePassed(record: OutgoingRecord, written: boolean, cause: unknown): Unavailable {
  return new Unavailable(
    {
      code: 'kafka.not_acknowledged',
      what: `The broker did not acknowledge a record for ${record.topic} in time`,
      ...(cause instanceof Error && { why: cause.message }),
      fix: 'It is tried again by itself; look at the broker, and whether `cartage topics apply` has been run',
    },
    { outcome: written ? 'unknown' : 'none', cause },
  );
}
