import { LeaseLost } from '../kafka/types.ts';
import type { Lease, PartitionReader, Received, Undecodable } from '../kafka/types.ts';
import type { FlowContext } from './context.ts';
import type { Handled } from './outcome.ts';
import { PendingSet } from './pending-set.ts';
import type { Entry } from './pending-set.ts';
import type { Settlement, Tried } from './settlement.ts';
import type { StateFlow } from './state-flow.ts';

/** How long the records up to the mark may be waited for: compaction may have removed the last of them. */
const catchUpMs = 30_000;

/** One partition of a state topic: what is pending on it, and how far it is finished. */
export class StateReader<Value> implements PartitionReader {
  readonly lease: Lease;
  readonly pending: PendingSet<Value>;
  closed = false;
  private readonly context: FlowContext;
  private readonly flow: StateFlow<Value>;
  private readonly settlement: Settlement;
  private readonly wakeUp: () => void;
  private readonly openedAt: number;
  private lastReceivedAt: number;
  private readTo: number;
  /** Until then something begun here or by a predecessor may still take effect. */
  private doubtUntil: number;
  private undecodableInWork = 0;
  private inWork = 0;
  private idle: (() => void) | null = null;
  /** Undecodable records not yet parked hold the offset back like pending ones. */
  private readonly unparked = new Set<number>();

  constructor(
    lease: Lease,
    context: FlowContext,
    flow: StateFlow<Value>,
    settlement: Settlement,
    wakeUp: () => void,
  ) {
    this.lease = lease;
    this.context = context;
    this.flow = flow;
    this.settlement = settlement;
    this.wakeUp = wakeUp;
    this.pending = new PendingSet<Value>(flow.merge);
    this.openedAt = context.clock.now();
    this.lastReceivedAt = this.openedAt;
    this.readTo = lease.start;
    this.doubtUntil = lease.clean || lease.mark <= lease.start ? 0 : this.openedAt + flow.settleMs;
  }

  receive(records: (Received<never> | Undecodable)[]): void {
    if (this.closed) return;
    this.lastReceivedAt = this.context.clock.now();
    for (const record of records) {
      this.readTo = record.offset + 1;
      if ('undecodable' in record) void this.park(record);
      else this.keep(record as unknown as Received<Value>);
    }
    this.finish();
    this.wakeUp();
  }

  full(): boolean {
    const { maxPendingKeys, maxPendingBytes, maxDistanceRecords } = this.context.policy;
    const distance = this.readTo - (this.pending.lowestOffset() ?? this.readTo);
    return (
      this.pending.size >= maxPendingKeys ||
      this.pending.sizeBytes >= maxPendingBytes ||
      distance >= maxDistanceRecords
    );
  }

  async close(): Promise<boolean> {
    this.closed = true;
    if (this.inWork + this.undecodableInWork > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    return this.context.clock.now() >= this.doubtUntil;
  }

  /** Nothing is written before all is read that a predecessor may have written (promise 3). */
  mayBegin(): boolean {
    if (this.closed || !this.lease.held()) return false;
    if (this.readTo >= this.lease.mark || this.full()) return true;
    return this.context.clock.now() - this.lastReceivedAt > catchUpMs;
  }

  /** Makes delayed entries ready that are due; returns when the next one is. */
  wake(now: number): number | null {
    const next = this.pending.wake(now);
    if (this.pending.size > 0 && !this.mayBegin() && !this.closed)
      return Math.min(next ?? Infinity, now + catchUpMs);
    return next;
  }

  began(): void {
    this.inWork += 1;
  }

  ended(): void {
    this.inWork -= 1;
    this.restIfIdle();
  }

  /** Stores the mark over all that was read; false when the lease is over. */
  async secured(): Promise<boolean> {
    try {
      await this.lease.secure(this.readTo - 1);
      return this.lease.held() && !this.closed;
    } catch (error) {
      if (error instanceof LeaseLost) return false;
      throw error;
    }
  }

  /** Acts on the result of one entry's write, and moves the finished offset. Never throws while the lease stands. */
  async settle(entry: Entry<Value>, tried: Tried, result: Handled | Error): Promise<void> {
    const { clock } = this.context;
    if (result instanceof LeaseLost || !this.lease.held()) {
      this.doubtUntil = clock.now() + this.flow.settleMs;
      this.settlement.breaker.inconclusive();
      tried.span?.end();
      return;
    }
    try {
      if (!(result instanceof Error)) {
        await this.settlement.handled(tried, result);
        this.pending.complete(entry, tried.startedAt, clock.now());
      } else await this.fail(entry, tried, result);
    } catch (error) {
      if (this.lease.held()) throw error;
      return;
    }
    this.finish();
  }

  private async fail(entry: Entry<Value>, tried: Tried, error: Error): Promise<void> {
    const settled = await this.settlement.failed(tried, error);
    const now = this.context.clock.now();
    if (settled.finished) {
      this.pending.park(entry, now);
      return;
    }
    if (settled.unknown) this.doubtUntil = now + this.flow.settleMs;
    // The write it would repeat is out of date by now: told as such, and the newer one is tried.
    if (entry.dirty) this.settlement.superseded({ ...tried, span: null });
    const settleMs = settled.unknown ? this.flow.settleMs : 0;
    // Absolute values are written again at once and asserted later; what creates waits, looks, and only then decides.
    if (this.flow.creates) this.pending.retry(entry, now + Math.max(settled.delayMs, settleMs), null);
    else this.pending.retry(entry, now + settled.delayMs, settled.unknown ? now + settleMs : null);
  }

  private keep(record: Received<Value>): void {
    if (record.value === null || this.flow.accepts?.(record) === false) return;
    const identity = this.flow.identityOf?.(record) ?? `${record.topic}|${record.key}`;
    const now = this.context.clock.now();
    const superseded = this.pending.add(
      record,
      {
        identity,
        lane: this.flow.laneOf(record),
        urgent: this.flow.urgent?.(record) ?? false,
        ...this.doubtOf(record),
      },
      now,
    );
    if (superseded)
      this.settlement.superseded({
        record: superseded as unknown as Received<never>,
        lease: this.lease,
        attempts: 0,
        startedAt: now,
        span: null,
      });
  }

  /** A predecessor that did not leave cleanly may still be writing an older value of this key (promise 2). */
  private doubtOf(record: Received<Value>): { reassertAt?: number; waitUntil?: number } {
    if (this.lease.clean || record.offset >= this.lease.mark) return {};
    const settledAt = this.openedAt + this.flow.settleMs;
    return this.flow.creates ? { waitUntil: settledAt } : { reassertAt: settledAt };
  }

  private async park(record: Undecodable): Promise<void> {
    this.undecodableInWork += 1;
    this.unparked.add(record.offset);
    try {
      await this.settlement.undecodable(this.lease, record);
      this.unparked.delete(record.offset);
      this.finish();
    } catch {
      // Only when the lease is over: the next owner parks it.
    } finally {
      this.undecodableInWork -= 1;
      this.restIfIdle();
    }
  }

  private finish(): void {
    this.lease.finish(Math.min(this.pending.lowestOffset() ?? this.readTo, ...this.unparked, this.readTo));
  }

  private restIfIdle(): void {
    if (this.inWork + this.undecodableInWork === 0) this.idle?.();
  }
}
