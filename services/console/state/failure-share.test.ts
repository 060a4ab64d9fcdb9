import { expect, it } from '@jest/globals';
import type { Outcome } from '../../../schemas/types.ts';
import { FailureShares } from './failure-share.ts';

const outcome = (finishedAt: number, status: string, attempts = 1) =>
  ({ finishedAt, status, attempts }) as Outcome;

it('counts first tries and ends of the last 1,000 records', () => {
  const shares = new FailureShares();
  shares.add(outcome(1, 'rejected'));
  for (let index = 0; index < 996; index += 1) shares.add(outcome(10 + index, 'applied'));
  shares.add(outcome(5, 'applied', 3));
  shares.add(outcome(6, 'held'));
  shares.add(outcome(7, 'rejected', 3));
  expect(shares.share()).toEqual({ records: 1_000, failedFirstTry: 3, failedFinally: 2, held: 1 });
  shares.add(outcome(2_000, 'superseded'));
  // The oldest, a rejection, has left.
  expect(shares.share()).toEqual({ records: 1_000, failedFirstTry: 2, failedFinally: 1, held: 1 });
});
