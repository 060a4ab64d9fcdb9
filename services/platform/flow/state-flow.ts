import type { Contract } from '../../../schemas/topics.ts';
import { Rejected, Unavailable } from '../errors.ts';
import { LeaseLost } from '../kafka/types.ts';
import type { Received, Subscription } from '../kafka/types.ts';
import { SpanKind, startSpan, underSpan } from '../telemetry/tracing.ts';
import type { FlowContext } from './context.ts';
import type { Attempt, Handled } from './outcome.ts';
import { openParking } from './parking.ts';
import type { Entry } from './pending-set.ts';
import { Settlement } from './settlement.ts';
import type { Tried } from './settlement.ts';
import { batchAttributes, consumerAttributes } from './span-attributes.ts';
import { StateReader } from './state-reader.ts';

/** What became of each record of a batch: handled, or an error of its own. */
export type BatchResult<Value> = Map<Received<Value>, Handled | Error>;

/**
 * A flow that brings the newest state of each key to the other side, in batches. A key has one write at a time;
 * what arrives meanwhile is collapsed to the newest.
 */
export interface StateFlow<Value> {
  name: string;
  contracts: readonly Contract<Value>[];
  mode: 'dry' | 'on';
  /** Batches in work at once. */
  concurrency: number;
  /** How long the other side may go on with a request after we gave up on it. */
  settleMs: number;
  /** A write may create something, which twice would make two: after an unknown outcome it waits before it looks. */
  creates?: boolean;
  /** False: the record is for somebody else and is finished without a word. */
  accepts?: (record: Received<Value>) => boolean;
  /** What collapses with what; the topic and the key unless told otherwise. */
  identityOf?: (record: Received<Value>) => string;
  /** What is kept of two records of one identity; the newer one unless told otherwise. */
  merge?: (older: Received<Value>, newer: Received<Value>) => Received<Value>;
  /** True when it must not wait behind others (R44). */
  urgent?: (record: Received<Value>) => boolean;
  /** Records of one lane may be written in one batch. */
  laneOf: (record: Received<Value>) => string;
  /** What no two batches may touch at a time; the identity unless told otherwise. */
  lockOf?: (record: Received<Value>) => string;
  batchSize: (lane: string) => number;
  /**
   * Writes a batch. What it throws holds for every record of it; a batch that is rejected as a whole is split until
   * the record at fault stands alone (R41).
   */
  apply(records: Received<Value>[], attempt: Attempt): Promise<BatchResult<Value>>;
  probe?: () => Promise<void>;
}

/** How long a normal entry may wait behind urgent ones. */
const overdueMs = 60_000;

/** Runs a flow of states until `stop`. */
export async function runStates<Value>(context: FlowContext, flow: StateFlow<Value>): Promise<Subscription> {
  const parking = await openParking(context.bus, context.group, context.clock);
  const settlement = new Settlement(context, flow.name, parking, flow.probe);
  const scheduler = new Scheduler(context, flow, settlement);
  const subscription = await context.bus.subscribe({
    contracts: flow.contracts as unknown as readonly Contract<never>[],
    group: context.group,
    sessionTimeoutMs: context.sessionTimeoutMs,
    open: (lease) =>
      scheduler.open(new StateReader<Value>(lease, context, flow, settlement, () => scheduler.pump())),
  });
  return {
    ready: () => subscription.ready(),
    leases: () => subscription.leases(),
    trouble: () => subscription.trouble(),
    stop: async () => {
      await subscription.stop();
      scheduler.stop();
      await parking.stop();
    },
  };
}

interface Member<Value> {
  reader: StateReader<Value>;
  entry: Entry<Value>;
  record: Received<Value>;
}

/** Chooses what is written next over all partitions of the process. */
class Scheduler<Value> {
  private readonly readers = new Set<StateReader<Value>>();
  private readonly locked = new Set<string>();
  private inWork = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly context: FlowContext;
  private readonly flow: StateFlow<Value>;
  private readonly settlement: Settlement;

  constructor(context: FlowContext, flow: StateFlow<Value>, settlement: Settlement) {
    this.context = context;
    this.flow = flow;
    this.settlement = settlement;
  }

  open(reader: StateReader<Value>): StateReader<Value> {
    this.readers.add(reader);
    return reader;
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  pump(): void {
    const now = this.context.clock.now();
    for (const reader of this.readers) if (reader.closed) this.readers.delete(reader);
    let dueAt = Infinity;
    for (const reader of this.readers) dueAt = Math.min(dueAt, reader.wake(now) ?? Infinity);
    while (this.inWork < this.flow.concurrency && this.settlement.breaker.waitMs(now) === 0) {
      const batch = this.nextBatch(now);
      if (batch.length === 0) break;
      this.begin(batch);
    }
    const waitMs = this.settlement.breaker.waitMs(now);
    if (waitMs > 0) dueAt = Math.min(dueAt, now + waitMs);
    this.stop();
    if (Number.isFinite(dueAt)) this.timer = setTimeout(() => this.pump(), Math.max(1, dueAt - now));
    let pending = 0;
    for (const reader of this.readers) pending += reader.pending.size;
    this.context.metrics.pending.set({ flow: this.flow.name }, pending);
  }

  /** Entries of the most pressing lane, gathered over all partitions: fuller batches, fewer calls. */
  private nextBatch(now: number): Member<Value>[] {
    const readers = [...this.readers].filter((reader) => reader.mayBegin());
    const lanes = readers.flatMap((reader) => reader.pending.readyLanes());
    lanes.sort(
      (left, right) => Number(right.urgent) - Number(left.urgent) || left.waitingSince - right.waitingSince,
    );
    for (const { lane } of lanes) {
      const room = this.flow.batchSize(lane);
      const batch: Member<Value>[] = [];
      const locks = new Set<string>();
      const blocked = (entry: Entry<Value>) => {
        const lock = this.lockOf(entry);
        if (this.locked.has(lock) || locks.has(lock)) return true;
        locks.add(lock);
        return false;
      };
      for (const reader of readers) {
        if (batch.length >= room) break;
        const taken = reader.pending.take(lane, room - batch.length, now, overdueMs, blocked);
        batch.push(...taken.map((entry) => ({ reader, entry, record: entry.record })));
      }
      if (batch.length > 0) return batch;
    }
    return [];
  }

  private lockOf(entry: Entry<Value>): string {
    return this.flow.lockOf?.(entry.record) ?? entry.identity;
  }

  private begin(batch: Member<Value>[]): void {
    const locks = batch.map(({ entry }) => this.lockOf(entry));
    for (const lock of locks) this.locked.add(lock);
    this.inWork += 1;
    this.settlement.breaker.begin();
    const readers = new Set(batch.map(({ reader }) => reader));
    for (const reader of readers) reader.began();
    void this.work(batch).finally(() => {
      for (const lock of locks) this.locked.delete(lock);
      this.inWork -= 1;
      for (const reader of readers) reader.ended();
      this.pump();
    });
  }

  private async work(batch: Member<Value>[]): Promise<void> {
    const held = await this.secured(batch);
    if (held.length === 0) {
      this.settlement.breaker.inconclusive();
      return;
    }
    const first = held[0]!;
    const attempts = Math.max(...held.map(({ entry }) => entry.attempts));
    const span = startSpan(`process batch ${first.record.topic}`, {
      kind: SpanKind.CONSUMER,
      parent: null,
      attributes: batchAttributes(first.record.topic, this.context.group, held.length),
    });
    const startedAt = this.context.clock.now();
    const tried = new Map<Received<Value>, Tried>();
    for (const { record, entry, reader } of held) {
      const own = startSpan(`process ${record.topic}`, {
        kind: SpanKind.CONSUMER,
        parent: record.traceparent,
        links: [span.spanContext()],
        attributes: consumerAttributes(record as unknown as Received<never>, this.context.group),
      });
      tried.set(record, {
        record: record as unknown as Received<never>,
        lease: reader.lease,
        attempts: entry.attempts,
        startedAt,
        span: own,
      });
    }
    // With a single record its own trace goes on through the call; several share the batch's.
    const active = held.length === 1 ? tried.get(first.record)!.span! : span;
    const results = await underSpan(active, () =>
      this.apply(
        held.map(({ record }) => record),
        attempts,
        held,
      ),
    );
    span.end();
    for (const member of held)
      await member.reader.settle(
        member.entry,
        tried.get(member.record)!,
        results.get(member.record) ?? new Error('the batch gave no result for the record'),
      );
  }

  /** Drops the entries whose lease is over: the next owner writes them. */
  private async secured(batch: Member<Value>[]): Promise<Member<Value>[]> {
    const readers = [...new Set(batch.map(({ reader }) => reader))];
    const held = new Set<StateReader<Value>>();
    await Promise.all(
      readers.map(async (reader) => {
        if (await reader.secured()) held.add(reader);
      }),
    );
    return batch.filter(({ reader }) => held.has(reader));
  }

  private async apply(
    records: Received<Value>[],
    attempts: number,
    members: Member<Value>[],
  ): Promise<BatchResult<Value>> {
    const attempt: Attempt = {
      number: attempts,
      mode: this.flow.mode,
      assertHeld: () => {
        const lost = members.find(({ reader }) => !reader.lease.held());
        if (lost) throw new LeaseLost(lost.reader.lease.topic, lost.reader.lease.partition);
      },
    };
    try {
      return await this.flow.apply(records, attempt);
    } catch (error) {
      if (records.length > 1 && splits(error, attempts)) {
        const half = Math.ceil(records.length / 2);
        const left = await this.apply(records.slice(0, half), attempts, members);
        return new Map([...left, ...(await this.apply(records.slice(half), attempts, members))]);
      }
      return new Map(
        records.map((record) => [record, error instanceof Error ? error : new Error(String(error))]),
      );
    }
  }
}

/** Whether one record of the batch may be at fault for all of it. */
function splits(error: unknown, attempts: number): boolean {
  return error instanceof Rejected || (error instanceof Unavailable && error.perhapsRecord && attempts > 1);
}
