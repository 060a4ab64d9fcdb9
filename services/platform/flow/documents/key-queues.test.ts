import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { KeyQueues } from './key-queues.ts';
import type { QueuedDocument } from './key-queues.ts';
import type { Received } from '../../kafka/types.ts';
import { recordOf } from '../testing/records.ts';

const document = (key: string, offset: number) => recordOf(key, offset) as unknown as Received<never>;

describe('the queues of a partition', () => {
  it('keep the order of a key while its head waits, and let the other keys go on', () => {
    const queues = new KeyQueues();
    for (const [offset, key] of ['a', 'a', 'b', 'a', 'b'].entries()) queues.add(document(key, offset), 0);
    const first = queues.take(0)!;
    expect(queues.take(0)!.record.offset).toBe(2);
    expect(queues.take(0)).toBeNull();
    queues.again(first, 100);
    expect([queues.take(99), queues.dueAt(99), queues.lowestOffset()]).toEqual([null, 100, 0]);
    const again = queues.take(100)!;
    expect([again.record.offset, again.attempts]).toEqual([0, 2]);
    queues.finished(again);
    expect([queues.take(100)!.record.offset, queues.lowestOffset(), queues.size]).toEqual([1, 1, 4]);
  });

  it('let those of a key pass its head, if they are there or as they come, and try it after each', () => {
    const queues = new KeyQueues();
    for (const [offset, key] of ['a', 'a'].entries()) queues.add(document(key, offset), 0);
    const early = queues.take(0)!;
    queues.passed(early, 100);
    const second = queues.take(0)!;
    expect([second.record.offset, queues.take(0), queues.lowestOffset()]).toEqual([1, null, 0]);
    queues.finished(second);
    expect(queues.take(0)).toBe(early);
    queues.passed(early, 100);
    expect([queues.take(99), queues.dueAt(0)]).toEqual([null, 100]);
    queues.add(document('a', 2), 0);
    const third = queues.take(1)!;
    expect([third.record.offset, queues.take(1)]).toEqual([2, null]);
    // What came of it is settled at 50 only.
    queues.finished(third, 50);
    expect([queues.take(49), queues.take(50)]).toEqual([null, early]);
    queues.finished(early);
    expect([queues.size, queues.lowestOffset()]).toEqual([0, null]);
  });

  it('keep the order of those that go first, also past two that let others pass', () => {
    const queues = new KeyQueues();
    queues.add(document('a', 0), 0);
    queues.passed(queues.take(0)!, 100);
    queues.add(document('a', 1), 0);
    const second = queues.take(0)!;
    queues.add(document('a', 2), 0);
    queues.passed(second, 100);
    queues.add(document('a', 3), 0);
    const third = queues.take(0)!;
    expect([third.record.offset, queues.take(0)]).toEqual([2, null]);
  });

  it('let nobody pass before it is settled what was begun for the one before', () => {
    const queues = new KeyQueues();
    queues.add(document('a', 0), 0);
    queues.passed(queues.take(0)!, 10);
    queues.add(document('a', 1), 0);
    queues.finished(queues.take(0)!, 50);
    queues.add(document('a', 2), 0);
    expect([queues.take(49), queues.take(50)!.record.offset]).toEqual([null, 2]);
  });

  it('let no other record of the same document pass: the later one is what the document is by now', () => {
    const queues = new KeyQueues();
    const contract = { document: ({ text }: { text: string }) => text };
    const add = (offset: number, text: string) =>
      queues.add({ ...document('a', offset), contract, value: { text } } as never, 0);
    for (const [offset, text] of ['one', 'one', 'other'].entries()) add(offset, text);
    queues.passed(queues.take(0)!, 100);
    const other = queues.take(0)!;
    expect(other.record.offset).toBe(2);
    queues.finished(other);
    const first = queues.take(0)!;
    expect(first.record.offset).toBe(0);
    queues.passed(first, 100);
    add(3, 'one');
    expect(queues.take(99)).toBeNull();
    for (const offset of [0, 1, 3]) {
      const next = queues.take(100)!;
      expect(next.record.offset).toBe(offset);
      queues.finished(next);
    }
  });

  it('let nobody pass a head any more that waits for something else', () => {
    const queues = new KeyQueues();
    queues.add(document('a', 0), 0);
    queues.passed(queues.take(0)!, 10);
    queues.again(queues.take(10)!, 100);
    queues.add(document('a', 1), 0);
    expect([queues.take(99), queues.take(100)!.record.offset]).toEqual([null, 0]);
  });

  it('do not try two that let each other pass before their time, nor hasten what is in doubt for such a one', () => {
    const queues = new KeyQueues();
    for (const [offset, key] of ['a', 'a'].entries()) queues.add(document(key, offset), 0);
    const one = queues.take(0)!;
    queues.passed(one, 100);
    queues.passed(queues.take(0)!, 100);
    expect([queues.take(99), queues.take(100)]).toEqual([null, one]);
    const inDoubt = new KeyQueues();
    for (const offset of [0, 1]) inDoubt.add(document('a', offset), 0);
    inDoubt.passed(inDoubt.take(0)!, 10);
    inDoubt.again(inDoubt.take(0)!, 900, 300);
    inDoubt.hasten(10);
    expect([inDoubt.take(299), inDoubt.take(300)!.record.offset]).toEqual([null, 1]);
  });

  it('give the lowest first when it holds all others back, without its back-off but not without its doubt', () => {
    const queues = new KeyQueues();
    for (const [offset, key] of ['a', 'b', 'c'].entries()) queues.add(document(key, offset), 0);
    queues.again(queues.take(0)!, 100);
    queues.hasten(10);
    const first = queues.take(10)!;
    expect(first.record.offset).toBe(0);
    queues.again(first, 500);
    queues.hasten(20);
    expect([queues.take(20)!.record.offset, queues.dueAt(20)]).toEqual([1, 500]);
    const other = new KeyQueues();
    other.add(document('a', 0), 0);
    other.again(other.take(0)!, 900, 300);
    other.hasten(10);
    expect([other.take(299), other.take(300)!.record.offset]).toEqual([null, 0]);
  });

  it('give what is hastened before what became ready earlier, and hasten it once', () => {
    const queues = new KeyQueues();
    for (const [offset, key] of ['a', 'b', 'c'].entries()) queues.add(document(key, offset), 0);
    const first = queues.take(0)!;
    // It is in work: nothing is to be hastened.
    queues.hasten(0);
    queues.again(first, 50);
    expect(queues.take(50)!.record.offset).toBe(1);
    queues.hasten(50);
    expect(queues.take(50)!.record.offset).toBe(0);
    queues.again(first, 900);
    queues.hasten(60);
    expect([queues.take(60)!.record.offset, queues.take(899), queues.dueAt(899)]).toEqual([2, null, 900]);
  });

  it('hasten nothing that may still take effect, to the millisecond', () => {
    for (const [now, offset] of [
      [99, null],
      [100, 0],
    ] as const) {
      const queues = new KeyQueues();
      for (const at of [0, 1]) queues.add(document('a', at), 0);
      const first = queues.take(0)!;
      queues.again(first, 900, 100);
      queues.hasten(now);
      expect(queues.take(now)?.record.offset ?? null).toBe(offset);
      const next = new KeyQueues();
      for (const at of [0, 1]) next.add(document('a', at), 0);
      next.finished(next.take(0)!, 100);
      next.hasten(now);
      expect(next.take(now)?.record.offset ?? null).toBe(offset === null ? null : 1);
    }
  });

  it('know when the next is due, of those that are not yet', () => {
    const queues = new KeyQueues();
    for (const [offset, notBefore] of [70, 50, 60].entries())
      queues.add(document(`k${offset}`, offset), notBefore);
    expect([queues.dueAt(0), queues.dueAt(50), queues.dueAt(60), queues.dueAt(70)]).toEqual([
      50,
      60,
      70,
      null,
    ]);
    expect([50, 60, 70].map((now) => queues.take(now)!.record.offset)).toEqual([1, 2, 0]);
  });

  it('put what cannot be read behind nothing, and nothing behind it', () => {
    const queues = new KeyQueues();
    queues.add(document('a', 0), 0);
    for (const offset of [1, 2]) queues.add({ ...document('a', offset), undecodable: {} } as never, 0);
    expect([0, 1, 2].map(() => queues.take(0)?.record.offset)).toEqual([0, 1, 2]);
    expect([queues.size, queues.sizeBytes]).toEqual([3, 33]);
  });

  it('let the next of a key wait when the last one may still take effect', () => {
    const queues = new KeyQueues();
    queues.add(document('a', 0), 0);
    queues.add(document('a', 1), 0);
    queues.finished(queues.take(0)!, 50);
    expect([queues.take(49), queues.dueAt(49)]).toEqual([null, 50]);
    expect(queues.take(50)!.record.offset).toBe(1);
  });

  it('give every record once, in the order of its key, by chance', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'take', 'finish', 'again'),
      pick: fc.nat(100),
      ms: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const queues = new KeyQueues();
        const unfinished = new Map<number, string>();
        const work: QueuedDocument[] = [];
        const done = new Map<string, number>();
        let now = 0;
        let offset = 0;
        const take = () => {
          const taken = queues.take(now);
          if (!taken) return;
          const key = (taken.record as Received<never>).key;
          const head = [...unfinished].find(([, other]) => other === key)![0];
          expect(taken.record.offset).toBe(head);
          expect(work.map(({ queue }) => queue)).not.toContain(taken.queue);
          work.push(taken);
        };
        const finish = (pick: number) => {
          const [one] = work.splice(pick % Math.max(1, work.length), 1);
          if (!one) return;
          queues.finished(one);
          unfinished.delete(one.record.offset);
          done.set((one.record as Received<never>).key, one.record.offset);
        };
        for (const { what, pick, ms } of steps) {
          now += ms;
          if (what === 'add') {
            unfinished.set(offset, `k${pick % 3}`);
            queues.add(document(`k${pick % 3}`, offset), pick % 5 === 0 ? now + ms : 0);
            offset += 1;
          } else if (what === 'take') take();
          else if (what === 'finish') finish(pick);
          else {
            const [one] = work.splice(pick % Math.max(1, work.length), 1);
            if (one) queues.again(one, now + ms);
          }
          expect(queues.lowestOffset()).toBe(unfinished.size === 0 ? null : Math.min(...unfinished.keys()));
          expect(queues.size).toBe(unfinished.size);
        }
        for (let rounds = 0; unfinished.size > 0 && rounds < 300; rounds += 1) {
          now += 10;
          take();
          finish(0);
        }
        expect([unfinished.size, queues.sizeBytes]).toEqual([0, 0]);
      }),
      { seed: 27_182, numRuns: 300 },
    );
  });
});
