import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { OpenTransactions } from './transactions.ts';
import type { OpenTransaction } from './transactions.ts';

describe('the position to acknowledge', () => {
  it('never passes a transaction with a key that is not published, and reaches it at last', () => {
    const seed = 20_261_124;
    fc.assert(
      fc.property(
        fc.array(fc.record({ keys: fc.nat(3), order: fc.nat() }), { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        (planned, chance) => {
          const progress: bigint[] = [];
          const transactions = new OpenTransactions((end) => progress.push(BigInt(end)));
          const open: { transaction: OpenTransaction; left: number; end: bigint; ended: boolean }[] = [];
          const unread = [...planned.entries()];
          const outstanding = () => open.filter(({ left, ended }) => left > 0 || !ended);
          for (;;) {
            const answerable = open.filter(({ left }) => left > 0);
            const current = open.find(({ ended }) => !ended);
            const choices = [
              ...(current
                ? [() => end(current)]
                : unread.slice(0, 1).map((next) => () => begin(next[0], next[1].keys))),
              ...answerable.map((one) => () => answer(one)),
            ];
            if (choices.length === 0) break;
            choices[chance.next().value! % choices.length]!();
            const first = outstanding()[0];
            const reached = progress.at(-1) ?? 0n;
            if (first) expect(reached).toBeLessThan(first.end);
          }
          expect(progress.at(-1)).toBe(BigInt(planned.length * 10));
          expect(progress).toEqual(progress.toSorted((left, right) => Number(left - right)));

          function begin(index: number, keys: number): void {
            unread.shift();
            const transaction = transactions.begin();
            for (let key = 0; key < keys; key += 1) transaction.hold();
            open.push({ transaction, left: keys, end: BigInt((index + 1) * 10), ended: false });
          }
          function end(one: (typeof open)[number]): void {
            one.ended = true;
            transactions.ended(one.transaction, String(one.end));
          }
          function answer(one: (typeof open)[number]): void {
            one.left -= 1;
            one.transaction.release();
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});
