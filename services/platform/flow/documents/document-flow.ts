import type { Contract } from '../../../../schemas/topics.ts';
import { LeaseLost } from '../../kafka/types.ts';
import type { Lease, PartitionReader, Received, Subscription, Undecodable } from '../../kafka/types.ts';
import { SpanKind, startSpan, underSpan } from '../../telemetry/tracing.ts';
import { Alarm } from '../alarm.ts';
import type { FlowContext } from '../context.ts';
import { KeyQueues } from './key-queues.ts';
import type { QueuedDocument } from './key-queues.ts';
import type { Attempt, Handled } from '../outcome/outcome.ts';
import { openParking } from '../outcome/parking.ts';
import type { ParkingFlow } from '../outcome/parking.ts';
import { boundsOf } from '../outcome/policy.ts';
import { Settlement } from '../outcome/settlement.ts';
import { watchFlow } from '../flow-watch.ts';
import { consumerAttributes } from '../span-attributes.ts';

/** A flow whose records are handled one by one, those of one key strictly in their order, never collapsed. */
export interface DocumentFlow<Value> extends ParkingFlow {
  contract: Contract<Value>;
  mode: 'dry' | 'on';
  /** Keys handled at once. */
  concurrency: number;
  /** How long the other side may go on with a request after we gave up on it. */
  settleMs: number;
  /** Looks whether the effect is there, makes it if not. May be called again for the same record at any time. */
  handle(record: Received<Value> & { value: Value }, attempt: Attempt): Promise<Handled>;
  /** A call that succeeds when the other side is well. */
  probe?: () => Promise<void>;
}

/** Runs a flow of documents until `stop`. */
export async function runDocuments<Value>(
  context: FlowContext,
  flow: DocumentFlow<Value>,
): Promise<Subscription> {
  const parking = await openParking(context, flow);
  const settlement = new Settlement(context, flow.name, parking, flow.probe);
  const pool = new Pool(context, flow as unknown as DocumentFlow<never>, settlement);
  const subscription = await context.bus.subscribe({
    contracts: [flow.contract as unknown as Contract<never>],
    group: context.group,
    sessionTimeoutMs: context.sessionTimeoutMs,
    open: (lease) => pool.open(lease),
  });
  const watch = watchFlow(context, flow, [flow.contract], subscription);
  return {
    ready: () => subscription.ready(),
    leases: () => subscription.leases(),
    unhealthyReason: () => subscription.unhealthyReason(),
    lag: () => subscription.lag(),
    stop: async () => {
      watch.stop();
      await subscription.stop();
      pool.stop();
      await parking.stop();
    },
  };
}

/** The keys in work over all partitions of the process. */
class Pool {
  private readonly readers = new Set<DocumentReader>();
  private inWork = 0;
  private stopped = false;
  private readonly alarm: Alarm;
  readonly context: FlowContext;
  readonly flow: DocumentFlow<never>;
  readonly settlement: Settlement;

  constructor(context: FlowContext, flow: DocumentFlow<never>, settlement: Settlement) {
    this.context = context;
    this.flow = flow;
    this.settlement = settlement;
    this.alarm = new Alarm(context.clock);
  }

  open(lease: Lease): DocumentReader {
    const reader = new DocumentReader(lease, this);
    this.readers.add(reader);
    return reader;
  }

  closed(reader: DocumentReader): void {
    this.readers.delete(reader);
  }

  stop(): void {
    this.stopped = true;
    this.alarm.clear();
  }

  /** Begins what can be begun, and sets a timer for what can be begun later. */
  pump(): void {
    if (this.stopped) return;
    const now = this.context.clock.now();
    let dueAt: number | null = null;
    for (const reader of this.readers) {
      while (this.inWork < this.flow.concurrency && this.settlement.breaker.waitMs(now) === 0) {
        const document = reader.queues.take(now);
        if (!document) break;
        this.settlement.breaker.begin();
        this.inWork += 1;
        void reader.work(document).finally(() => {
          this.inWork -= 1;
          this.pump();
        });
      }
      dueAt = earlier(dueAt, reader.queues.dueAt(now));
    }
    const waitMs = this.settlement.breaker.waitMs(now);
    if (waitMs > 0 && Number.isFinite(waitMs)) dueAt = earlier(dueAt, now + waitMs);
    if (dueAt === null) this.alarm.clear();
    else this.alarm.set(dueAt - now, () => this.pump());
    this.context.metrics.pending.set({ flow: this.flow.name }, this.pending());
  }

  private pending(): number {
    let sum = 0;
    for (const reader of this.readers) sum += reader.queues.size;
    return sum;
  }
}

class DocumentReader implements PartitionReader {
  readonly queues = new KeyQueues();
  private readonly lease: Lease;
  private readonly pool: Pool;
  private readonly openedAt: number;
  private readTo: number;
  private closing = false;
  /** Until then something begun here or by a predecessor may still take effect. */
  private inDoubtUntil: number;
  private inFlight = 0;
  private idle: (() => void) | null = null;

  constructor(lease: Lease, pool: Pool) {
    this.lease = lease;
    this.pool = pool;
    this.openedAt = pool.context.clock.now();
    this.readTo = lease.start;
    this.inDoubtUntil = lease.clean || lease.mark <= lease.start ? 0 : this.openedAt + pool.flow.settleMs;
  }

  receive(records: (Received<never> | Undecodable)[]): void {
    if (this.closing) return;
    for (const record of records) {
      this.readTo = record.offset + 1;
      // What a predecessor may still be working on is looked at only when that must have ended (promise 2).
      const inDoubt = !this.lease.clean && record.offset < this.lease.mark;
      this.queues.add(record, inDoubt ? this.openedAt + this.pool.flow.settleMs : 0);
    }
    this.pool.pump();
  }

  full(): boolean {
    const { keys, bytes, distanceRecords } = boundsOf(this.pool.context.policy, [this.pool.flow.contract]);
    return (
      this.queues.size >= keys ||
      this.queues.sizeBytes >= bytes ||
      // All from the lowest on is looked up again by a successor, finished or not.
      this.readTo - (this.queues.lowestOffset() ?? this.readTo) >= distanceRecords
    );
  }

  async close(): Promise<boolean> {
    this.closing = true;
    this.pool.closed(this);
    if (this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    return this.pool.context.clock.now() >= this.inDoubtUntil;
  }

  /** One try of one document, from the mark to the finished offset. Never throws. */
  async work(document: QueuedDocument): Promise<void> {
    this.inFlight += 1;
    try {
      await this.lease.claim(document.record.offset);
      await this.tryOnce(document);
      this.lease.finish(this.queues.lowestOffset() ?? this.readTo);
    } catch (error) {
      this.pool.settlement.breaker.inconclusive();
      if (!(error instanceof LeaseLost) && this.lease.isCurrent()) throw error;
    } finally {
      this.inFlight -= 1;
      if (this.inFlight === 0) this.idle?.();
    }
  }

  private async tryOnce(document: QueuedDocument): Promise<void> {
    const { context, flow, settlement } = this.pool;
    const { record } = document;
    if ('undecodable' in record) {
      await settlement.undecodable(this.lease, record);
      settlement.breaker.inconclusive();
      this.queues.finished(document);
      return;
    }
    const span = startSpan(`process ${record.topic}`, {
      kind: SpanKind.CONSUMER,
      parent: record.traceparent,
      attributes: consumerAttributes(record, context.group),
    });
    const tried = {
      record,
      lease: this.lease,
      attempts: document.attempts,
      startedAt: context.clock.now(),
      span,
    };
    const attempt: Attempt = {
      number: document.attempts,
      mode: flow.mode,
      assertCurrent: () => assertCurrent(this.lease),
    };
    try {
      const handled = await underSpan(span, () => handleOne(flow, record, attempt));
      await settlement.handled(tried, handled);
      this.queues.finished(document);
    } catch (error) {
      if (error instanceof LeaseLost || !this.lease.isCurrent()) {
        this.doubt();
        throw error;
      }
      const settled = await settlement.failed(tried, error);
      if (settled.unknown) this.doubt();
      const settledAt = settled.unknown ? context.clock.now() + flow.settleMs : 0;
      // This key alone waits: its back-off, or until the other side must have ended with what was tried (R72).
      if (settled.finished) this.queues.finished(document, settledAt);
      else this.queues.again(document, Math.max(settledAt, context.clock.now() + settled.delayMs));
    }
  }

  private doubt(): void {
    this.inDoubtUntil = this.pool.context.clock.now() + this.pool.flow.settleMs;
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

function assertCurrent(lease: Lease): void {
  if (!lease.isCurrent()) throw new LeaseLost(lease.topic, lease.partition);
}

function earlier(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.min(left, right);
}
