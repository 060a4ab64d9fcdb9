/**
 * How far the server may forget.
 *
 * The position reported to the server (*confirmed*) is what the owner has acknowledged: the exact end of a transaction.
 * One byte more would lose a transaction whose commit record lies directly behind it; a position received but not
 * acknowledged would lose what was in flight. Only while *nothing* is pending may the owner go on to the server's own
 * position from a keepalive (*reached*): everything before that was sent, and everything sent was acknowledged. Without
 * that an idle slot on a busy server never moves, and its log grows until the disk is full. The owner does it, because
 * it keeps the position elsewhere first: a slot beyond what was kept is one that somebody else has moved or made anew.
 *
 * The position never falls.
 */
import { formatLsn, laterLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';

export class LogStatus {
  /** Ends of the transactions received in full and not acknowledged, oldest first. */
  #pending: Lsn[] = [];
  /** Index of the oldest one still pending: shifting an array of thousands each time would cost. */
  #pendingFrom = 0;
  #isInsideTransaction = false;
  #confirmed: Lsn;
  #newestEnd: Lsn;
  #walEnd: Lsn = 0n;

  constructor(start: Lsn) {
    this.#confirmed = start;
    this.#newestEnd = start;
  }

  begin(): void {
    this.#isInsideTransaction = true;
  }

  /** @param isEmpty nothing of it goes to the owner, so nobody will acknowledge it. */
  commit(endLsn: Lsn, isEmpty: boolean): void {
    this.#isInsideTransaction = false;
    if (!isEmpty) this.#pending.push(endLsn);
    this.#newestEnd = laterLsn(this.#newestEnd, endLsn);
  }

  keepalive(walEnd: Lsn): void {
    this.#walEnd = laterLsn(this.#walEnd, walEnd);
  }

  /** @throws {RangeError} for a position behind everything that was heard of: it would lose what comes. */
  acknowledge(lsn: Lsn): void {
    if (lsn > this.walEnd && lsn > this.#confirmed) {
      throw new RangeError(
        `${formatLsn(lsn)} cannot be acknowledged: nothing is known of the log beyond ${formatLsn(this.walEnd)}`,
      );
    }
    while (this.#pendingFrom < this.#pending.length && this.#pending[this.#pendingFrom]! <= lsn) {
      this.#pendingFrom += 1;
    }
    if (this.#pendingFrom > 1024 && this.#pendingFrom * 2 > this.#pending.length) {
      this.#pending = this.#pending.slice(this.#pendingFrom);
      this.#pendingFrom = 0;
    }
    this.#confirmed = laterLsn(this.#confirmed, lsn);
  }

  get isIdle(): boolean {
    return !this.#isInsideTransaction && this.#pendingFrom === this.#pending.length;
  }

  /** What to tell the server now. */
  get confirmed(): Lsn {
    return this.#confirmed;
  }

  /** How far nothing is missing: what may be acknowledged without waiting for anything. */
  get reached(): Lsn {
    return this.isIdle ? laterLsn(this.#confirmed, this.walEnd) : this.#confirmed;
  }

  /** How far the server has read its log; the distance to `confirmed` is our lag in bytes. */
  get walEnd(): Lsn {
    return laterLsn(this.#walEnd, this.#newestEnd);
  }
}
