import type { Clock } from '../../clock.ts';
import type { BatchWork, Member } from './batch-work.ts';
import type { Work } from '../pool.ts';
import { earlier } from './pending-entry.ts';
import type { Entry } from './pending-entry.ts';
import { Gathering } from './gathering.ts';
import type { ReadyGroup } from './ready-groups.ts';
import type { StateFlow } from './state-flow.ts';
import type { StateReader } from './state-reader.ts';

/** How long a normal entry may wait behind urgent ones. */
const overdueMs = 60_000;

interface Candidate<Value> extends ReadyGroup {
  reader: StateReader<Value>;
}

/** Chooses what is written next over all partitions of the process. */
export class Scheduler<Value> {
  readonly #locked = new Set<string>();
  readonly #gathering: Gathering;
  readonly #flow: StateFlow<Value>;
  readonly #work: BatchWork<Value>;
  #batches = 0;

  constructor(flow: StateFlow<Value>, work: BatchWork<Value>, clock: Pick<Clock, 'now'>) {
    this.#flow = flow;
    this.#work = work;
    this.#gathering = new Gathering(flow.linger, clock);
  }

  next(readers: readonly StateReader<Value>[], now: number): Work<StateReader<Value>> | null {
    const batch = this.#nextBatch(readers, now);
    if (batch.length === 0) return null;
    const taken = new Set(batch.map(({ reader }) => reader));
    for (const { entry } of batch) this.#locked.add(this.#lockOf(entry));
    for (const reader of taken) reader.began();
    const { batchGroup } = batch[0]!.entry;
    const run = () => this.#gathering.during(batchGroup, () => this.#run(batch, taken));
    return { readers: taken, run };
  }

  /** When what waits only for others of its batch group is due at the latest; null when nothing does. */
  dueAt(readers: readonly StateReader<Value>[], now: number): number | null {
    const waits = groupsOf(candidatesOf(readers)).map((one) => this.#gathering.until(one));
    const first = Math.min(...waits.filter((until) => until > now));
    return first === Infinity ? null : first;
  }

  /**
   * Entries of the most pressing batch group, gathered over all partitions: fuller batches, fewer calls. Urgent entries go
   * first; every second batch begins with what is overdue, so that neither waits for the other for long.
   */
  #nextBatch(readers: readonly StateReader<Value>[], now: number): Member<Value>[] {
    const candidates = this.#due(candidatesOf(readers), now);
    const isOverdue = ({ normalSince }: ReadyGroup) => normalSince !== null && now - normalSince > overdueMs;
    const normalFirst = this.#batches % 2 === 1 && candidates.some(isOverdue);
    candidates.sort(normalFirst ? byNormalFirst : byUrgentFirst);
    for (const batchGroup of new Set(candidates.map((candidate) => candidate.batchGroup))) {
      const batch = this.#gather(
        batchGroup,
        candidates.filter((candidate) => candidate.batchGroup === batchGroup),
        normalFirst,
      );
      if (batch.length === 0) continue;
      this.#batches += 1;
      return batch;
    }
    return [];
  }

  /** Those of batch groups of which a whole batch is there, or a part has waited long enough for the rest. */
  #due(candidates: Candidate<Value>[], now: number): Candidate<Value>[] {
    const isDue = (one: ReadyGroup) =>
      this.#gathering.until(one) <= now || one.size >= this.#flow.batchSize(one.batchGroup);
    const due = new Set(
      groupsOf(candidates)
        .filter(isDue)
        .map(({ batchGroup }) => batchGroup),
    );
    return candidates.filter(({ batchGroup }) => due.has(batchGroup));
  }

  #gather(batchGroup: string, candidates: Candidate<Value>[], normalFirst: boolean): Member<Value>[] {
    const room = this.#flow.batchSize(batchGroup);
    const batch: Member<Value>[] = [];
    const locks = new Set<string>();
    let isAlone = false;
    const blocked = (entry: Entry<Value>) => {
      if (isAlone || (entry.alone && locks.size > 0)) return true;
      const lock = this.#lockOf(entry);
      if (this.#locked.has(lock) || locks.has(lock)) return true;
      locks.add(lock);
      isAlone = entry.alone;
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
          inDoubt: false,
          shared: false,
          alone: false,
          pressing: false,
        })),
      );
    }
    return batch;
  }

  #lockOf(entry: Entry<Value>): string {
    return this.#flow.lockOf?.(entry.record) ?? `${entry.record.topic}|${entry.identity}`;
  }

  async #run(batch: Member<Value>[], readers: Set<StateReader<Value>>): Promise<void> {
    const locks = batch.map(({ entry }) => this.#lockOf(entry));
    try {
      await this.#work.run(batch);
    } finally {
      for (const lock of locks) this.#locked.delete(lock);
      for (const reader of readers) reader.ended();
    }
  }
}

function candidatesOf<Value>(readers: readonly StateReader<Value>[]): Candidate<Value>[] {
  return readers
    .filter((reader) => reader.mayBegin())
    .flatMap((reader) => reader.pending.readyGroups().map((group) => ({ reader, ...group })));
}

/** Each batch group over all its partitions. */
function groupsOf(candidates: readonly ReadyGroup[]): ReadyGroup[] {
  const groups = new Map<string, ReadyGroup>();
  for (const { batchGroup, urgentSince, normalSince, size } of candidates) {
    const known = groups.get(batchGroup);
    groups.set(batchGroup, {
      batchGroup,
      urgentSince: earlier(known?.urgentSince ?? null, urgentSince),
      normalSince: earlier(known?.normalSince ?? null, normalSince),
      size: (known?.size ?? 0) + size,
    });
  }
  return [...groups.values()];
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
