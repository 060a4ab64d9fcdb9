import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { doubt } from './pending-entry.ts';
import type { Entry } from './pending-entry.ts';
import { PendingSet } from './pending-set.ts';
import { recordOf } from '../testing/records.ts';
import type { Plain } from '../testing/records.ts';

const free = () => false;
const at = (changes: object = {}) => ({ batchGroup: 'l', urgent: false, ...changes });
const offsetsOf = (entries: Entry<Plain>[]) => entries.map(({ record }) => record.offset);

/** The set with a record of each of these keys, in the group `l`, which wait since 0, 1, … */
function filled(...keys: string[]) {
  const set = new PendingSet<Plain>();
  let offset = 0;
  const add = (key: string, changes: object = {}, now = offset) => {
    offset += 1;
    return set.add(key, recordOf(key, offset - 1), at(changes), now);
  };
  for (const key of keys) add(key);
  return { set, add };
}

describe('the pending set', () => {
  it('keeps the newest of a key in the place of the oldest, and says which one it superseded', () => {
    const set = new PendingSet<Plain>();
    set.add('a', recordOf('a', 0), at(), 0);
    set.add('b', recordOf('b', 1), at(), 0);
    expect(set.add('a', recordOf('a', 2), at(), 5)?.offset).toBe(0);
    expect({ size: set.size, lowest: set.lowestOffset(), bytes: set.sizeBytes }).toEqual({
      size: 2,
      lowest: 1,
      // Each entry takes 600 beside its record.
      bytes: 1_223,
    });
    expect(offsetsOf(set.take('l', 5, false, free))).toEqual([2, 1]);
  });

  it('keeps what waits as it lies on its topic: also what is only to be written again, or looked at, later', () => {
    const set = new PendingSet<Plain>();
    const forgotten: string[] = [];
    const add = (key: string, changes: object) =>
      set.add(key, recordOf(key, 0, { forget: () => forgotten.push(key) }), at(changes), 0);
    add('looked at later', { waitUntil: 100 });
    for (const key of ['written', 'parked', 'failed', 'given back']) add(key, { rewriteAt: 100 });
    const [written, parked, failed, givenBack] = set.take('l', 4, false, free);
    set.complete(written!, 10, 20);
    set.park(parked!, 20, null);
    set.retry(failed!, 50, null);
    set.giveBack(givenBack!);
    expect(forgotten).toEqual(['looked at later', 'written', 'parked', 'failed', 'given back']);
  });

  it('lets what is older leave when the newest of its key cannot be read, unless a write of the key may land', () => {
    const { set, add } = filled('delayed', 'in work', 'ready', 'in doubt');
    const [delayed] = set.take('l', 2, false, free);
    set.retry(delayed!, 50, null);
    add('in doubt', { rewriteAt: 100 });
    set.addUnread('unread', recordOf('unread', 9), 9);
    const keys = ['ready', 'delayed', 'in work', 'in doubt', 'unread', 'never seen'];
    expect(keys.map((key) => set.drop(key)?.key ?? null)).toEqual([
      'ready',
      'delayed',
      null,
      null,
      'unread',
      null,
    ]);
    expect([set.size, set.hasUnread, set.readyGroups()]).toMatchObject([2, false, [{ size: 1 }]]);
    expect([set.wake(50), set.lowestOffset()]).toEqual([null, 1]);
  });

  it('gives no second write to a key in flight, and holds the offset of the one that is', () => {
    const set = new PendingSet<Plain>();
    set.add('a', recordOf('a', 0), at(), 0);
    const [entry] = set.take('l', 5, false, free);
    expect(set.add('a', recordOf('a', 1), at(), 0)).toBeNull();
    expect(set.add('a', recordOf('a', 2), at(), 0)?.offset).toBe(1);
    expect([set.take('l', 5, false, free), set.lowestOffset()]).toEqual([[], 0]);
    set.complete(entry!, 0, 1);
    expect(set.lowestOffset()).toBe(2);
    expect(offsetsOf(set.take('l', 5, false, free))).toEqual([2]);
  });

  it('writes at once and asserts again while an earlier write may still land', () => {
    const set = new PendingSet<Plain>();
    set.add('a', recordOf('a', 0), at({ rewriteAt: 100 }), 0);
    const [entry] = set.take('l', 5, false, free);
    set.complete(entry!, 10, 20);
    expect([set.size, set.lowestOffset()]).toEqual([1, 0]);
    expect(set.add('a', recordOf('a', 1), at(), 30)?.offset).toBe(0);
    expect(set.lowestOffset()).toBe(0);
    set.complete(set.take('l', 5, false, free)[0]!, 40, 50);
    expect(set.wake(99)).toBe(100);
    expect(set.wake(100)).toBeNull();
    expect(set.lowestOffset()).toBe(1);
    set.complete(set.take('l', 5, false, free)[0]!, 100, 110);
    expect({ size: set.size, bytes: set.sizeBytes, lowest: set.lowestOffset() }).toEqual({
      size: 0,
      bytes: 0,
      lowest: null,
    });
  });

  it('looks at what creates only when an earlier write must have ended, whatever comes meanwhile', () => {
    const set = new PendingSet<Plain>();
    set.add('a', recordOf('a', 0), at({ waitUntil: 100 }), 0);
    set.add('a', recordOf('a', 1), at(), 10);
    set.wake(99);
    expect([set.take('l', 5, false, free), set.lowestOffset()]).toEqual([[], 0]);
    set.wake(100);
    set.complete(set.take('l', 5, false, free)[0]!, 100, 110);
    expect(set.size).toBe(0);
  });

  it('keeps what asks to wait until then, the later one of two, in work or not', () => {
    const set = new PendingSet<Plain>();
    set.add('a', recordOf('a', 0), at({ notBefore: 100 }), 0);
    set.add('a', recordOf('a', 1), at({ notBefore: 200 }), 10);
    expect([set.wake(199), set.take('l', 5, false, free), set.lowestOffset()]).toEqual([200, [], 1]);
    expect(set.wake(200)).toBeNull();
    set.add('a', recordOf('a', 2), at({ notBefore: 300 }), 210);
    expect([set.wake(299), set.take('l', 5, false, free)]).toEqual([300, []]);
    set.wake(300);
    const [entry] = set.take('l', 5, false, free);
    set.add('a', recordOf('a', 3), at({ notBefore: 400 }), 310);
    set.complete(entry!, 300, 320);
    expect([set.wake(399), set.take('l', 5, false, free)]).toEqual([400, []]);
    set.wake(400);
    expect(offsetsOf(set.take('l', 5, false, free))).toEqual([3]);
  });

  it('lets a failed try wait its back-off out, also when a newer record comes', () => {
    const set = new PendingSet<Plain>();
    set.add('a', recordOf('a', 0), at(), 0);
    set.retry(set.take('l', 5, false, free)[0]!, 50, null);
    expect(set.add('a', recordOf('a', 1), at({ urgent: true }), 10)?.offset).toBe(0);
    expect([set.take('l', 5, false, free), set.lowestOffset()]).toEqual([[], 1]);
    set.wake(50);
    expect(set.take('l', 5, false, free)[0]).toMatchObject({ attempts: 2, urgent: true });
  });

  it('gives the lowest first when it holds all others back, without its back-off but not without its doubt', () => {
    const set = new PendingSet<Plain>();
    for (const [offset, key] of ['a', 'b', 'c'].entries()) set.add(key, recordOf(key, offset), at(), offset);
    set.retry(set.take('l', 1, false, free)[0]!, 50, null);
    set.hasten();
    expect(offsetsOf(set.take('l', 1, false, free))).toEqual([0]);
    const creating = new PendingSet<Plain>();
    creating.add('a', recordOf('a', 0), at(), 0);
    creating.retry(creating.take('l', 1, false, free)[0]!, 100, 100);
    creating.hasten();
    expect(creating.take('l', 1, false, free)).toEqual([]);
    creating.wake(100);
    const [entry] = creating.take('l', 1, false, free);
    expect([offsetsOf([entry!]), creating.isLowest(entry!)]).toEqual([[0], true]);
  });

  it('keeps a parked key while an earlier write may land, so that a newer value is written again', () => {
    const set = new PendingSet<Plain>();
    set.add('a', recordOf('a', 0), at(), 0);
    const [entry] = set.take('l', 5, false, free);
    set.park(entry!, 10, 100);
    expect([set.size, set.lowestOffset()]).toEqual([1, 0]);
    expect(set.add('a', recordOf('a', 1), at(), 20)).toBeNull();
    set.complete(set.take('l', 5, false, free)[0]!, 20, 30);
    expect([set.size, set.lowestOffset()]).toEqual([1, 0]);
    set.wake(100);
    expect(offsetsOf(set.take('l', 5, false, free))).toEqual([1]);

    const alone = new PendingSet<Plain>();
    alone.add('a', recordOf('a', 0), at(), 0);
    alone.park(alone.take('l', 5, false, free)[0]!, 10, 100);
    alone.wake(100);
    expect([alone.size, alone.sizeBytes]).toEqual([0, 0]);
  });

  it('begins with the urgent ones or ends with them, and passes over what is locked', () => {
    const set = new PendingSet<Plain>();
    for (let offset = 0; offset < 6; offset += 1)
      set.add(`k${offset}`, recordOf(`k${offset}`, offset), at({ urgent: offset >= 4 }), offset);
    expect(set.readyGroups()).toEqual([{ batchGroup: 'l', urgentSince: 4, normalSince: 0, size: 6 }]);
    expect(offsetsOf(set.take('l', 3, false, ({ identity }) => identity === 'k0'))).toEqual([4, 5, 1]);
    expect(offsetsOf(set.take('l', 2, true, free))).toEqual([0, 2]);
  });

  describe('a newer record', () => {
    it('keeps the place of its key, unless it is more pressing or of another group', () => {
      const { set, add } = filled('a', 'b', 'c', 'd');
      add('a');
      expect(offsetsOf(set.take('l', 1, false, free))).toEqual([4]);
      add('c', { urgent: true });
      add('c');
      add('d', { batchGroup: 'm' });
      expect(set.readyGroups()).toMatchObject([
        { batchGroup: 'l', urgentSince: 2, normalSince: 1 },
        { batchGroup: 'm', urgentSince: null, normalSince: 3 },
      ]);
      expect(offsetsOf(set.take('l', 5, false, free))).toEqual([6, 1]);
      expect(offsetsOf(set.take('m', 5, false, free))).toEqual([7]);
    });

    it('that came for one in work is written afterwards, as it asks for, and its tries count anew', () => {
      const { set, add } = filled('a');
      const [entry] = set.take('l', 1, false, free);
      set.retry(entry!, 5, null);
      set.wake(5);
      set.take('l', 1, false, free);
      add('a', { batchGroup: 'm', urgent: true });
      set.complete(entry!, 10, 20);
      expect(set.readyGroups()).toEqual([{ batchGroup: 'm', urgentSince: 20, normalSince: null, size: 1 }]);
      expect(set.take('m', 1, false, free)).toMatchObject([{ attempts: 1, dirty: false }]);
      set.park(entry!, 30, null);
      expect([set.size, set.sizeBytes]).toEqual([0, 0]);
    });

    it('that came for one in work is what is tried again, and is written once', () => {
      for (const end of ['retry', 'giveBack'] as const) {
        const { set, add } = filled('a', 'b');
        const [entry] = set.take('l', 1, false, free);
        add('a');
        expect(set.lowestOffset()).toBe(0);
        if (end === 'retry') set.retry(entry!, 5, null);
        else set.giveBack(entry!);
        expect([set.lowestOffset(), set.wake(4)]).toEqual([1, end === 'retry' ? 5 : null]);
        set.wake(5);
        const again = set.take('l', 2, false, free).find(({ identity }) => identity === 'a')!;
        expect([again.record.offset, again.attempts]).toEqual([2, end === 'retry' ? 2 : 1]);
        set.complete(again, 10, 20);
        expect(set.size).toBe(1);
      }
    });

    it('is told of no record that was parked, and of all that were to be written again', () => {
      const { set, add } = filled();
      add('a', { rewriteAt: 100 });
      set.park(set.take('l', 1, false, free)[0]!, 20, null);
      expect([add('a'), add('a')?.offset]).toEqual([null, 1]);
      set.complete(set.take('l', 1, false, free)[0]!, 30, 40);
      expect(add('a')?.offset).toBe(2);
    });

    it.each([{ rewriteAt: 100 }, { waitUntil: 100 }])('brings its own doubt: %j', (doubt) => {
      const { set, add } = filled('a');
      add('a', doubt);
      set.complete(set.take('l', 1, false, free)[0]!, 99, 99);
      expect([set.size, set.wake(99)]).toEqual([1, 100]);
    });
  });

  it.each([
    [99, 99, 1, 0],
    [100, 100, 0, 1],
  ])('a write that began at %i settles the doubt until 100: %i', (startedAt, now, size, newest) => {
    const { set, add } = filled('a');
    const [entry] = set.take('l', 1, false, free);
    doubt(entry!, 100);
    set.complete(entry!, startedAt, now);
    expect(set.size).toBe(size);
    const parked = filled('a');
    const [other] = parked.set.take('l', 1, false, free);
    doubt(other!, 100);
    parked.set.park(other!, now, null);
    expect(parked.set.size).toBe(size);
    // What comes then is behind nothing that may still land.
    add('a', {}, now);
    expect(set.lowestOffset()).toBe(newest);
  });

  it('wakes what is due, and tells when the next is', () => {
    const { set } = filled('a', 'b', 'c');
    for (const [index, entry] of set.take('l', 3, false, free).entries())
      set.retry(entry, [70, 50, 60][index]!, null);
    expect([set.wake(49), set.wake(50), set.wake(65)]).toEqual([50, 60, 70]);
    expect(offsetsOf(set.take('l', 3, false, free))).toEqual([1, 2]);
  });

  it('hastens what waits its turn too, and it stays one entry', () => {
    const { set } = filled('a', 'b', 'c');
    set.hasten();
    set.hasten();
    expect(set.readyGroups()).toEqual([{ batchGroup: 'l', urgentSince: 0, normalSince: 1, size: 3 }]);
    expect(offsetsOf(set.take('l', 5, false, free))).toEqual([0, 1, 2]);
    set.hasten();
    expect(set.take('l', 5, false, free)).toEqual([]);
  });

  it('never lets the offset pass what is open, by chance against a naive model', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'take', 'complete', 'retry', 'park', 'wake'),
      pick: fc.nat(1_000),
      unknown: fc.boolean(),
      urgent: fc.boolean(),
      ms: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const model = new NaiveModel();
        for (const one of steps) model.step(one);
        model.drain();
      }),
      { seed: 31_415, numRuns: 500 },
    );
  });
});

interface Step {
  what: string;
  pick: number;
  unknown: boolean;
  urgent: boolean;
  ms: number;
}

const settleMs = 40;

/** All records ever read, and which of them are open: newest and not finished, in work, or perhaps about to land. */
class NaiveModel {
  readonly #set = new PendingSet<Plain>();
  #now = 0;
  #offset = 0;
  readonly #newest = new Map<string, number>();
  readonly #unfinished = new Set<string>();
  readonly #doubts: { offset: number; until: number }[] = [];
  readonly #inFlight: { entry: Entry<Plain>; offset: number; startedAt: number }[] = [];

  step(step: Step): void {
    this.#now += step.ms;
    if (step.what === 'add') this.#add(`k${step.pick % 4}`, step);
    else if (step.what === 'take') this.#take(1 + (step.pick % 3));
    else if (step.what === 'wake') this.#set.wake(this.#now);
    else this.#end(step);
    this.#check();
  }

  /** All that is pending is written in the end, and nothing stays. */
  drain(): void {
    for (let rounds = 0; rounds < 12; rounds += 1) {
      this.#now += settleMs;
      while (this.#inFlight.length > 0)
        this.#end({ what: 'complete', pick: 0, unknown: false, urgent: false, ms: 0 });
      this.#set.wake(this.#now);
      this.#take(10);
      this.#check();
    }
    expect([this.#set.size, this.#set.sizeBytes, this.#set.lowestOffset()]).toEqual([0, 0, null]);
    expect(this.#unfinished.size).toBe(0);
  }

  #add(key: string, { urgent }: Step): void {
    this.#set.add(
      key,
      recordOf(key, this.#offset),
      at({ urgent, batchGroup: urgent ? 'u' : 'n' }),
      this.#now,
    );
    this.#newest.set(key, this.#offset);
    this.#unfinished.add(key);
    this.#offset += 1;
  }

  #take(count: number): void {
    for (const batchGroup of ['u', 'n'])
      for (const entry of this.#set.take(batchGroup, count, false, free)) {
        expect(this.#inFlight.map((one) => one.entry.identity)).not.toContain(entry.identity);
        expect(entry.record.offset).toBe(this.#newest.get(entry.identity));
        this.#inFlight.push({ entry, offset: entry.record.offset, startedAt: this.#now });
      }
  }

  #end({ what, pick, unknown, ms }: Step): void {
    const [one] = this.#inFlight.splice(pick % Math.max(1, this.#inFlight.length), 1);
    if (!one) return;
    const { entry, offset, startedAt } = one;
    const isNewest = this.#newest.get(entry.identity) === offset;
    const inDoubtUntil = unknown && what !== 'complete' ? this.#now + settleMs : null;
    if (inDoubtUntil !== null) this.#doubts.push({ offset, until: inDoubtUntil });
    if (what === 'complete') this.#set.complete(entry, startedAt, this.#now);
    else if (what === 'park') this.#set.park(entry, this.#now, inDoubtUntil);
    else this.#set.retry(entry, this.#now + ms, inDoubtUntil);
    if (what !== 'retry' && isNewest) this.#unfinished.delete(entry.identity);
  }

  #check(): void {
    const open = [
      ...[...this.#unfinished].map((key) => this.#newest.get(key)!),
      ...this.#inFlight.map(({ offset }) => offset),
      ...this.#doubts.filter(({ until }) => until > this.#now).map(({ offset }) => offset),
    ];
    const lowest = this.#set.lowestOffset();
    if (open.length > 0) {
      expect(lowest).not.toBeNull();
      expect(lowest!).toBeLessThanOrEqual(Math.min(...open));
    }
  }
}
