import { LeaseLost } from '../../fence.ts';
import type { Lease, PartitionReader, Received, Undecodable } from '../../kafka/types.ts';
import type { FlowContext } from '../context.ts';
import { isInDoubt } from '../in-doubt.ts';
import type { Handled } from '../outcome/outcome.ts';
import { Intake } from './intake.ts';
import { PendingSet } from './pending-set.ts';
import { Placing } from './placing.ts';
import type { PooledReader } from '../pool.ts';
import { doubt, isUnsettled } from './pending-entry.ts';
import type { Entry, Taken } from './pending-entry.ts';
import { stateBoundsOf } from '../outcome/policy.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Tried } from '../outcome/tried.ts';
import type { Verdicts } from '../outcome/verdicts.ts';
import type { StateFlow } from './state-flow.ts';
import { Unparked } from './unparked.ts';

/**
 * One partition of a state topic: what is pending on it, and how far it is finished.
 *
 * One key never stops a partition: reading goes on until it is `maxDistanceRecords` ahead; then the lowest pending key
 * is tried before all others, given two tries, and leaves the set for `cartage.parked` when it cannot be written.
 */
export class StateReader<Value> implements PartitionReader, PooledReader {
  readonly lease: Lease;
  readonly pending = new PendingSet<Value>();
  closed = false;
  readonly #context: FlowContext;
  readonly #flow: StateFlow<Value>;
  readonly #verdicts: Verdicts;
  readonly #wakeUp: () => void;
  readonly #ahead: ReadAhead;
  readonly #intake: Intake<Value>;
  /** Until then something begun here or by a predecessor may still take effect. */
  #inDoubtUntil: number;
  #inWork = 0;
  #idle: (() => void) | null = null;
  readonly #unparked: Unparked;

  constructor(
    lease: Lease,
    context: FlowContext,
    flow: StateFlow<Value>,
    verdicts: Verdicts,
    wakeUp: () => void,
  ) {
    this.lease = lease;
    this.#context = context;
    this.#flow = flow;
    this.#verdicts = verdicts;
    this.#wakeUp = wakeUp;
    this.#unparked = new Unparked(lease, verdicts);
    const now = context.clock.now();
    this.#ahead = new ReadAhead(lease, stateBoundsOf(context.policy, flow.contracts), now);
    this.#intake = new Intake({
      pending: this.pending,
      placing: new Placing(lease, flow, this.#ahead, context.clock),
      ahead: this.#ahead,
      park: (record) => void this.#park(record),
    });
    this.#inDoubtUntil = isInDoubt(lease) ? now + flow.settleMs : 0;
  }

  receive(records: (Received<never> | Undecodable)[]): void {
    if (this.closed) return;
    const now = this.#context.clock.now();
    const superseded: Received<Value>[] = [];
    const mayLook = this.#mayLook();
    for (const record of records as (Received<Value> | Undecodable)[]) {
      this.#ahead.take(record, now);
      const before = this.#intake.take(record, mayLook, now);
      if (before !== null) superseded.push(before);
    }
    for (const record of superseded) this.#ahead.superseded(record);
    this.#verdicts.overtaken(this.lease, superseded as unknown as Received<never>[]);
    this.#lookInto(now);
    this.#finish();
    this.#wakeUp();
  }

  full(): boolean {
    return this.#ahead.isFull(this.pending, this.#lowestOffset());
  }

  rest(): void {
    this.#ahead.rest(this.#context.clock.now());
  }

  get size(): number {
    return this.pending.size;
  }

  async close(): Promise<boolean> {
    this.closed = true;
    if (this.#inWork > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    return this.#context.clock.now() >= this.#inDoubtUntil;
  }

  /** Nothing is written before all is looked into that has waited for that: one that must not wait may be behind. */
  mayBegin(): boolean {
    return !this.pending.hasUnread && this.#mayLook();
  }

  /** Nothing is looked into before all is read that a predecessor may have written. */
  #mayLook(): boolean {
    if (this.closed || !this.lease.isCurrent()) return false;
    return this.#ahead.hasCaughtUp(this.#context.clock.now()) || this.full();
  }

  /** Makes delayed entries ready that are due; returns when the next one is. */
  wake(now: number): number | null {
    this.#lookInto(now);
    if (this.#ahead.standsStill(this.#lowestOffset())) this.pending.hasten();
    const next = this.pending.wake(now);
    // What only waited until an earlier write could no longer land is gone now.
    if (!this.closed) this.#finish();
    if (this.pending.hasUnread && this.#mayLook()) return now;
    if (this.pending.size > 0 && !this.closed && !this.mayBegin())
      return Math.min(next ?? Infinity, this.#ahead.askAgainAt(now));
    return next;
  }

  began(): void {
    this.#inWork += 1;
  }

  ended(): void {
    this.#inWork -= 1;
    if (this.#inWork === 0) this.#idle?.();
  }

  /** Claims all that was read; false when the lease is over. */
  async claimed(): Promise<boolean> {
    try {
      await this.lease.claim(this.#ahead.readTo - 1);
      return this.lease.isCurrent() && !this.closed;
    } catch (error) {
      if (error instanceof LeaseLost) return false;
      throw error;
    }
  }

  /** Acts on the result of one entry's write, and moves the finished offset. Never throws while the lease stands. */
  async conclude(taken: Taken<Value>, tried: Tried, result: Handled | Error): Promise<void> {
    const { clock } = this.#context;
    const { entry } = taken;
    if (taken.inDoubt) {
      this.#doubt();
      doubt(entry, this.#inDoubtUntil);
    }
    if (!this.lease.isCurrent()) {
      this.#doubt();
      this.#verdicts.breaker.inconclusive();
      tried.span?.end();
      return;
    }
    if (result instanceof LeaseLost) {
      // Another partition of the batch is lost, not this one: nothing was begun.
      this.#verdicts.breaker.inconclusive();
      tried.span?.end();
      this.#supersede(entry, tried);
      this.pending.giveBack(entry);
      return;
    }
    try {
      if (!(result instanceof Error)) {
        const unsettled = isUnsettled(entry, tried.startedAt);
        await this.#verdicts.handled({ ...tried, unsettled }, result);
        if (unsettled) this.#supersede(entry, tried);
        this.pending.complete(entry, tried.startedAt, clock.now());
      } else await this.#fail(taken, tried, result);
    } catch (error) {
      if (this.lease.isCurrent()) throw error;
      this.#doubt();
      return;
    }
    this.#finish();
  }

  /** Nothing more is read before it is finished. */
  isPressing(entry: Entry<Value>): boolean {
    return this.#ahead.standsStill(this.#lowestOffset()) && this.pending.isLowest(entry);
  }

  async #fail({ entry, alone, shared, pressing }: Taken<Value>, tried: Tried, error: Error): Promise<void> {
    const after = await this.#verdicts.failed({ ...tried, pressing, shared }, error);
    const now = this.#context.clock.now();
    if (after.unknown) this.#doubt();
    const inDoubtUntil = after.unknown ? now + this.#flow.settleMs : null;
    if (after.finished) return this.pending.park(entry, now, inDoubtUntil);
    this.#supersede(entry, tried);
    entry.alone = alone;
    const dueAt = now + after.delayMs;
    // Absolute values are written again soon and asserted later; what creates waits, looks, and only then decides.
    this.pending.retry(entry, this.#flow.creates ? Math.max(dueAt, inDoubtUntil ?? 0) : dueAt, inDoubtUntil);
  }

  /** The write it would repeat is out of date when a newer record has come: reported as such. */
  #supersede(entry: Entry<Value>, tried: Tried): void {
    if (entry.dirty) this.#verdicts.superseded({ ...tried, span: null });
  }

  #doubt(): void {
    this.#inDoubtUntil = this.#context.clock.now() + this.#flow.settleMs;
  }

  /** Looks into what has waited for that, once writing may begin: not all of it at once. */
  #lookInto(now: number): void {
    if (this.pending.hasUnread && this.#mayLook()) this.#intake.lookInto(now);
  }

  async #park(record: Undecodable): Promise<void> {
    this.began();
    if (await this.#unparked.park(record)) this.#finish();
    this.ended();
  }

  #finish(): void {
    const { readTo } = this.#ahead;
    const lowest = this.#lowestOffset() ?? readTo;
    this.lease.finish(lowest, readTo - lowest - this.pending.size - this.#unparked.size);
  }

  #lowestOffset(): number | null {
    return this.#unparked.lowest(this.pending.lowestOffset());
  }
}
