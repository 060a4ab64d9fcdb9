import { Unavailable } from '../../errors.ts';
import { LeaseLost, assertCurrent, underFence } from '../../fence.ts';
import type { Lease, PartitionReader, Received, Undecodable } from '../../kafka/types.ts';
import { SpanKind, startSpan, underSpan } from '../../telemetry/tracing.ts';
import type { FlowContext } from '../context.ts';
import { isInDoubt, mayBeInWork } from '../in-doubt.ts';
import type { Attempt, Handled } from '../outcome/outcome.ts';
import { boundsOf } from '../outcome/policy.ts';
import type { Verdicts } from '../outcome/verdicts.ts';
import type { PooledReader } from '../pool.ts';
import { consumerAttributes } from '../../telemetry/messaging-attributes.ts';
import type { DocumentFlow } from './document-flow.ts';
import { KeyQueues } from './key-queues.ts';
import type { QueuedDocument } from './key-queues.ts';

/**
 * Records behind the one that is begun that are claimed with it, so that not each of them costs a commit. After a crash a
 * successor waits with these, too, before it looks.
 */
const claimedAhead = 32;

/** One partition of a document topic: what is unfinished on it, and how far it is finished. */
export class DocumentReader implements PartitionReader, PooledReader {
  readonly queues = new KeyQueues();
  closed = false;
  readonly #lease: Lease;
  readonly #context: FlowContext;
  readonly #flow: DocumentFlow<never>;
  readonly #verdicts: Verdicts;
  readonly #wakeUp: () => void;
  readonly #openedAt: number;
  #readTo: number;
  /** Until then something begun here or by a predecessor may still take effect. */
  #inDoubtUntil: number;
  #inFlight = 0;
  #idle: (() => void) | null = null;

  constructor(
    lease: Lease,
    context: FlowContext,
    flow: DocumentFlow<never>,
    verdicts: Verdicts,
    wakeUp: () => void,
  ) {
    this.#lease = lease;
    this.#context = context;
    this.#flow = flow;
    this.#verdicts = verdicts;
    this.#wakeUp = wakeUp;
    this.#openedAt = context.clock.now();
    this.#readTo = lease.start;
    this.#inDoubtUntil = isInDoubt(lease) ? this.#openedAt + flow.settleMs : 0;
  }

  get size(): number {
    return this.queues.size;
  }

  receive(records: (Received<never> | Undecodable)[]): void {
    if (this.closed) return;
    for (const record of records) {
      this.#readTo = record.offset + 1;
      // What a predecessor may still be working on is looked at only when that must have ended.
      const inDoubt = mayBeInWork(this.#lease, record);
      this.queues.add(record, inDoubt ? this.#openedAt + this.#flow.settleMs : 0);
    }
    this.#wakeUp();
  }

  full(): boolean {
    const { keys, bytes } = this.#bounds();
    return this.queues.size >= keys || this.queues.sizeBytes >= bytes || this.#standsStill();
  }

  wake(now: number): number | null {
    if (this.#standsStill()) this.queues.hasten(now);
    return this.queues.dueAt(now);
  }

  async close(): Promise<boolean> {
    this.closed = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    return this.#context.clock.now() >= this.#inDoubtUntil;
  }

  /** One try of one document, from the claim to the finished offset. Never throws. */
  async work(document: QueuedDocument): Promise<void> {
    this.#inFlight += 1;
    try {
      await this.#lease.claim(Math.min(document.record.offset + claimedAhead, this.#readTo - 1));
      await this.#tryOnce(document);
      const lowest = this.queues.lowestOffset() ?? this.#readTo;
      this.#lease.finish(lowest, this.#readTo - lowest - this.queues.size);
    } catch (error) {
      this.#verdicts.breaker.inconclusive();
      if (!(error instanceof LeaseLost) && this.#lease.isCurrent()) throw error;
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#idle?.();
    }
  }

  async #tryOnce(document: QueuedDocument): Promise<void> {
    const [context, flow, verdicts] = [this.#context, this.#flow, this.#verdicts];
    const { record } = document;
    if ('undecodable' in record) {
      await verdicts.undecodable(this.#lease, record);
      verdicts.breaker.inconclusive();
      this.queues.finished(document);
      return;
    }
    const span = startSpan(`process ${record.topic}`, {
      kind: SpanKind.CONSUMER,
      parent: record.traceparent,
      attributes: consumerAttributes(record, context.group),
    });
    const { lastLook } = document;
    // The last look begins nothing: it counts for none of the tries.
    if (lastLook !== null) document.attempts -= 1;
    const { attempts } = document;
    const looks = lastLook === null;
    const tried = { record, lease: this.#lease, attempts, startedAt: context.clock.now(), span, looks };
    const pressing = this.#isPressing(record);
    const attempt: Attempt = {
      number: attempts,
      mode: flow.mode,
      pressing,
      arrived: verdicts.arrived,
      assertCurrent: () => {
        assertCurrent(record.topic, this.#lease);
        if (lastLook !== null) throw lastLook;
      },
    };
    try {
      const handled = await underSpan(span, () =>
        underFence(this.#lease, () => handleOne(flow, record, attempt)),
      );
      await verdicts.handled(tried, handled);
      this.queues.finished(document);
    } catch (error) {
      if (!this.#lease.isCurrent()) {
        this.#doubt();
        throw error;
      }
      // A look-up that it shared with work of another partition, which was lost: nothing was begun here.
      if (error instanceof LeaseLost) {
        verdicts.breaker.inconclusive();
        span.end();
        return this.queues.again(document, context.clock.now() + context.policy.retryInitialMs, 0);
      }
      // As its handler was told: what has become pressing meanwhile is tried once more, knowing it.
      const after = await verdicts.failed({ ...tried, pressing }, error);
      if (after.unknown) this.#doubt();
      const settledAt = after.unknown ? context.clock.now() + flow.settleMs : 0;
      // This key alone waits: its back-off, or until the other side must have ended with what was tried.
      if (after.finished) this.queues.finished(document, settledAt);
      else {
        document.lastLook = after.lastLook;
        const notYet = error instanceof Unavailable && error.notYet ? error : null;
        const dueAt = context.clock.now() + after.delayMs;
        if (notYet?.letsPass) this.queues.passed(document, dueAt);
        else this.queues.again(document, dueAt, settledAt);
        if (notYet !== null) this.#waits(document, notYet.until);
      }
    }
  }

  /** Nothing was tried yet: that counts for none of the tries after which a record is given up. */
  #waits(document: QueuedDocument, until: Promise<void> | undefined): void {
    document.attempts -= 1;
    void until?.then(() => {
      this.queues.due(document);
      this.#wakeUp();
    });
  }

  #isPressing({ offset }: { offset: number }): boolean {
    return this.#standsStill() && this.queues.lowestOffset() === offset;
  }

  /** All from the lowest on is looked up again by a successor, finished or not: that is bounded too. */
  #standsStill(): boolean {
    return this.#readTo - (this.queues.lowestOffset() ?? this.#readTo) >= this.#bounds().distanceRecords;
  }

  #bounds() {
    return boundsOf(this.#context.policy, [this.#flow.contract]);
  }

  #doubt(): void {
    this.#inDoubtUntil = this.#context.clock.now() + this.#flow.settleMs;
  }
}

async function handleOne(
  flow: DocumentFlow<never>,
  record: Received<never>,
  attempt: Attempt,
): Promise<Handled> {
  // Nothing in Cartage writes tombstones on these topics; one that somebody else wrote asks for nothing.
  if (record.value === null) return { status: 'unchanged', cause: 'a tombstone' };
  return flow.handle(record as Received<never> & { value: never }, attempt);
}
