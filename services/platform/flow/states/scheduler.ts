import { Alarm } from '../alarm.ts';
import { BatchWork } from './batch-work.ts';
import type { Member } from './batch-work.ts';
import type { FlowContext } from '../context.ts';
import type { Entry } from './pending-entry.ts';
import type { ReadyGroup } from './ready-groups.ts';
import type { Settlement } from '../outcome/settlement.ts';
import type { StateFlow } from './state-flow.ts';
import type { StateReader } from './state-reader.ts';

/** How long a normal entry may wait behind urgent ones. */
const overdueMs = 60_000;

interface Candidate<Value> extends ReadyGroup {
  reader: StateReader<Value>;
}

/** Chooses what is written next over all partitions of the process. */
export class Scheduler<Value> {
  private readonly readers = new Set<StateReader<Value>>();
  private readonly locked = new Set<string>();
  private inWork = 0;
  private batches = 0;
  private stopped = false;
  private readonly alarm: Alarm;
  private readonly batchWork: BatchWork<Value>;
  private readonly context: FlowContext;
  private readonly flow: StateFlow<Value>;
  private readonly settlement: Settlement;

  constructor(context: FlowContext, flow: StateFlow<Value>, settlement: Settlement) {
    this.context = context;
    this.flow = flow;
    this.settlement = settlement;
    this.alarm = new Alarm(context.clock);
    this.batchWork = new BatchWork(context, flow, settlement);
  }

  open(reader: StateReader<Value>): StateReader<Value> {
    this.readers.add(reader);
    return reader;
  }

  stop(): void {
    this.stopped = true;
    this.alarm.clear();
  }

  /** Begins what can be begun, and sets an alarm for what can be begun later. */
  pump(): void {
    if (this.stopped) return;
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
    if (Number.isFinite(dueAt)) this.alarm.set(dueAt - now, () => this.pump());
    else this.alarm.clear();
    let pending = 0;
    for (const reader of this.readers) pending += reader.pending.size;
    this.context.metrics.pending.set({ flow: this.flow.name }, pending);
  }

  /**
   * Entries of the most pressing batch group, gathered over all partitions: fuller batches, fewer calls. Urgent entries go
   * first; every second batch begins with what is overdue, so that neither waits for the other for long.
   */
  private nextBatch(now: number): Member<Value>[] {
    const candidates = [...this.readers]
      .filter((reader) => reader.mayBegin())
      .flatMap((reader) => reader.pending.readyGroups().map((batchGroup) => ({ reader, ...batchGroup })));
    const isOverdue = ({ normalSince }: ReadyGroup) => normalSince !== null && now - normalSince > overdueMs;
    const normalFirst = this.batches % 2 === 1 && candidates.some(isOverdue);
    candidates.sort(normalFirst ? byNormalFirst : byUrgentFirst);
    for (const batchGroup of new Set(candidates.map((candidate) => candidate.batchGroup))) {
      const batch = this.gather(
        batchGroup,
        candidates.filter((candidate) => candidate.batchGroup === batchGroup),
        normalFirst,
      );
      if (batch.length === 0) continue;
      this.batches += 1;
      return batch;
    }
    return [];
  }

  private gather(batchGroup: string, candidates: Candidate<Value>[], normalFirst: boolean): Member<Value>[] {
    const room = this.flow.batchSize(batchGroup);
    const batch: Member<Value>[] = [];
    const locks = new Set<string>();
    const blocked = (entry: Entry<Value>) => {
      const lock = this.lockOf(entry);
      if (this.locked.has(lock) || locks.has(lock)) return true;
      locks.add(lock);
      return false;
    };
    for (const { reader } of candidates) {
      if (batch.length >= room) break;
      const taken = reader.pending.take(batchGroup, room - batch.length, normalFirst, blocked);
      batch.push(
        ...taken.map((entry) => ({
          reader,
          entry,
          record: entry.record,
          attempts: entry.attempts,
          reported: entry.reported,
        })),
      );
    }
    return batch;
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
    void this.batchWork.run(batch).finally(() => {
      for (const lock of locks) this.locked.delete(lock);
      this.inWork -= 1;
      for (const reader of readers) reader.ended();
      this.pump();
    });
  }
}

/** Batch groups with urgent entries, the one that waits longest first; then the others alike. */
function byUrgentFirst(left: ReadyGroup, right: ReadyGroup): number {
  const isUrgent = ({ urgentSince }: ReadyGroup) => Number(urgentSince !== null);
  const since = ({ urgentSince, normalSince }: ReadyGroup) => urgentSince ?? normalSince ?? 0;
  return isUrgent(right) - isUrgent(left) || since(left) - since(right);
}

function byNormalFirst(left: ReadyGroup, right: ReadyGroup): number {
  // Not Infinity minus Infinity, which is no order.
  const since = ({ normalSince }: ReadyGroup) => normalSince ?? Number.MAX_SAFE_INTEGER;
  return since(left) - since(right);
}
