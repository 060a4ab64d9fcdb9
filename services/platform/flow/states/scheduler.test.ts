/** Real: the scheduler and pending sets. Doubles: the readers around them, and the work, which ends when it is let. */
import { describe, expect, it } from '@jest/globals';
import { recordOf } from '../testing/records.ts';
import type { Plain } from '../testing/records.ts';
import { settled } from '../testing/virtual-clock.ts';
import type { BatchWork, Member } from './batch-work.ts';
import { PendingSet } from './pending-set.ts';
import { Scheduler } from './scheduler.ts';
import type { StateFlow } from './state-flow.ts';
import type { StateReader } from './state-reader.ts';

const overdueMs = 60_000;

class Reader {
  readonly pending = new PendingSet<Plain>();
  isAllowed = true;
  inWork = 0;
  mayBegin = () => this.isAllowed;
  began = () => void (this.inWork += 1);
  ended = () => void (this.inWork -= 1);
  #offset = 0;

  /** `since`: when the key began to wait. */
  add(key: string, batchGroup = 'g', { urgent = false, since = 0 } = {}): this {
    const identity = `${key}@${this.#offset}`;
    this.pending.add(identity, recordOf(key, this.#offset), { batchGroup, urgent }, since);
    this.#offset += 1;
    return this;
  }
}

function schedulerOf(flow: Partial<StateFlow<Plain>> = {}) {
  const works: { batch: Member<Plain>[]; end: (error?: Error) => void }[] = [];
  const work = {
    run: (batch: Member<Plain>[]) =>
      new Promise<void>((resolve, reject) => {
        works.push({ batch, end: (error) => (error ? reject(error) : resolve()) });
      }),
  } as unknown as BatchWork<Plain>;
  const scheduler = new Scheduler<Plain>({ batchSize: () => 3, ...flow } as StateFlow<Plain>, work, {
    now: () => 0,
  });
  /** Keys of the next batch, which is then in work; null when there is none. */
  const next = (readers: Reader[], now = 0) => {
    const taken = scheduler.next(readers as unknown as StateReader<Plain>[], now);
    if (taken === null) return null;
    const running = taken.run();
    running.catch(() => undefined);
    return works
      .at(-1)!
      .batch.map(({ record }) => record.key)
      .join(' ');
  };
  return { scheduler, works, next };
}

describe('what is written next', () => {
  it('is the batch group that waits longest, gathered over all partitions, as much as fits', () => {
    const { next } = schedulerOf();
    const one = new Reader().add('a', 'late', { since: 5 }).add('b', 'early', { since: 3 });
    const other = new Reader().add('c', 'early', { since: 2 }).add('d', 'early').add('e', 'early');
    const closed = new Reader().add('x', 'early');
    closed.isAllowed = false;
    expect([1, 2, 3, 4].map(() => next([one, other, closed]))).toEqual(['c d e', 'b', 'a', null]);
    expect([one.inWork, other.inWork, closed.inWork]).toEqual([2, 1, 0]);
  });

  it('is as large as the other side takes of the group', () => {
    const { next } = schedulerOf({ batchSize: (group) => (group === 'one' ? 1 : 2) });
    const reader = new Reader();
    for (const key of ['a', 'b', 'c']) reader.add(key, 'one').add(key.toUpperCase(), 'two');
    expect([1, 2, 3, 4, 5].map(() => next([reader]))).toEqual(['a', 'b', 'c', 'A B', 'C']);
  });

  it('is what is urgent, of any group, and then what is overdue, turn by turn', () => {
    const { next } = schedulerOf({ batchSize: () => 1 });
    const reader = new Reader().add('old', 'one').add('older', 'two', { since: -1 });
    for (const key of ['u', 'v', 'w']) reader.add(key, 'one', { urgent: true, since: 50_000 });
    expect(next([reader], overdueMs)).toBe('u');
    // The one waits no longer than it may, the other does.
    expect(next([reader], overdueMs)).toBe('older');
    expect([1, 2].map(() => next([reader], overdueMs))).toEqual(['v', 'w']);
    expect(next([reader], overdueMs)).toBe('old');
  });

  it('of equally urgent groups is the one that waits longest', () => {
    const { next } = schedulerOf({ batchSize: () => 1 });
    const reader = new Reader()
      .add('n', 'normal', { since: 1 })
      .add('v', 'second', { urgent: true, since: 3 })
      .add('u', 'first', { urgent: true, since: 2 });
    expect([1, 2, 3].map(() => next([reader]))).toEqual(['u', 'v', 'n']);
  });

  it('is nothing of a lock that is in work, and one of a lock in a batch', async () => {
    const { next, works } = schedulerOf({ lockOf: ({ key }) => key.toLowerCase() });
    const [one, other] = [new Reader().add('a').add('b').add('A'), new Reader().add('B').add('c', 'h')];
    expect([1, 2, 3].map(() => next([one, other]))).toEqual(['a b', 'c', null]);
    works[0]!.end();
    await settled();
    expect([one.inWork, other.inWork, next([one, other])]).toEqual([0, 1, 'A B']);
  });

  it('is free again also when the work has thrown', async () => {
    const { next, works } = schedulerOf({ lockOf: () => 'one' });
    const reader = new Reader().add('a').add('b');
    expect([next([reader]), next([reader])]).toEqual(['a', null]);
    works[0]!.end(new Error('lost'));
    await settled();
    expect([reader.inWork, next([reader])]).toEqual([0, 'b']);
  });

  it('is in a batch of its own where it may have made another one fail', () => {
    const batchesOf = (reader: Reader) => {
      const { next } = schedulerOf();
      return [1, 2, 3].map(() => next([reader]));
    };
    const suspectOf = (reader: Reader) => {
      const [entry] = reader.pending.take('g', 1, false, () => false);
      entry!.alone = true;
      reader.pending.giveBack(entry!);
      return reader;
    };
    const last = suspectOf(new Reader().add('s').add('a'));
    expect(batchesOf(last)).toEqual(['a', 's', null]);
    const first = suspectOf(new Reader().add('s')).add('a');
    expect(batchesOf(first)).toEqual(['s', 'a', null]);
  });

  it('is taken as it was then: a newer record does not change what is in work', () => {
    const { next, works } = schedulerOf();
    const reader = new Reader().add('a');
    expect(next([reader])).toBe('a');
    expect(works[0]!.batch).toMatchObject([
      { attempts: 1, inDoubt: false, shared: false, alone: false, record: { offset: 0 } },
    ]);
  });
});
