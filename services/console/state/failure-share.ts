import type { Outcome } from '../../../schemas/types.ts';
import { Newest } from '../../operations/newest.ts';

/** How many of the last 1,000 records failed (the target is less than 1 %). */
export interface FailureShare {
  /** Records looked at: 1,000, or fewer when fewer are known. */
  records: number;
  /** Needed a second try, or was rejected at once. */
  failedFirstTry: number;
  /** Rejected in the end. */
  failedFinally: number;
  /** Wait for something (a mapping, a product) and are released by it: no failures, told apart. */
  held: number;
}

const limit = 1_000;

export class FailureShares {
  readonly #last = new Newest<Pick<Outcome, 'finishedAt' | 'status' | 'attempts'>>(
    limit,
    (outcome) => outcome.finishedAt,
  );

  add({ finishedAt, status, attempts }: Outcome): void {
    this.#last.add({ finishedAt, status, attempts });
  }

  share(): FailureShare {
    const share = { records: 0, failedFirstTry: 0, failedFinally: 0, held: 0 };
    for (const { status, attempts } of this.#last.entries()) {
      share.records += 1;
      if (status === 'rejected' || attempts > 1) share.failedFirstTry += 1;
      if (status === 'rejected') share.failedFinally += 1;
      if (status === 'held') share.held += 1;
    }
    return share;
  }
}
