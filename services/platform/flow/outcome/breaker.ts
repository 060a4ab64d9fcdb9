import { backOffMs } from './policy.ts';
import type { Policy } from './policy.ts';

/** Of the last `breakerFailures` times this many calls, more than half must have failed to open the breaker. */
const callsPerFailure = 4;
const failedShare = 0.5;
/** Of the last `rejectionsInRow` times this many records, so many must have been rejected to stop the flow. */
const recordsPerRejection = 2;
const rejectedShare = 0.9;

/**
 * The circuit breaker of one flow towards its other side.
 *
 * Closed: work goes on. Open: the other side failed `breakerFailures` times in a row, or more than half of its last
 * calls; nothing is sent until the back-off has passed, then one try decides. Stopped: so many records in a row, or
 * nearly all of the last ones, were rejected that it cannot be the records; an alert is due, and again one try decides
 * after the pause. Nothing is parked meanwhile.
 *
 * Shares beside runs, because a few successes in between (what is only looked at, what is not for us) end every run
 * while hardly anything gets through.
 */
export class Breaker {
  #failuresInRow = 0;
  #rejectionsInRow = 0;
  #opens = 0;
  #openUntil = 0;
  /** Until then the other side wants no calls (Retry-After): said to the caller, whatever else may succeed meanwhile. */
  #retryAfterUntil = 0;
  #trying = false;
  #stopped = false;
  readonly #calls: Recent;
  readonly #records: Recent;
  readonly #policy: Policy;
  readonly #random: () => number;

  constructor(policy: Policy, random: () => number) {
    this.#policy = policy;
    this.#random = random;
    this.#calls = new Recent(policy.breakerFailures * callsPerFailure);
    this.#records = new Recent(policy.rejectionsInRow * recordsPerRejection);
  }

  /** 0 closed, 1 open, 2 stopped by rejections: as the metric shows it. */
  get state(): 0 | 1 | 2 {
    if (this.#stopped) return 2;
    return this.#openUntil > 0 ? 1 : 0;
  }

  /** How long to wait before work may begin; 0: begin. Infinity while the one try is under way. */
  waitMs(now: number): number {
    if (now < this.#retryAfterUntil) return Math.max(this.#retryAfterUntil, this.#openUntil) - now;
    if (this.#openUntil === 0) return 0;
    if (now < this.#openUntil) return this.#openUntil - now;
    return this.#trying ? Infinity : 0;
  }

  /** Work begins. Between open and closed only one piece of it does. */
  begin(): void {
    if (this.#openUntil > 0) this.#trying = true;
  }

  /** The work ended without telling anything about the other side: a bug of ours, a lost lease. */
  inconclusive(): void {
    this.#trying = false;
  }

  /** `isNewCall` is false for all records of a call but the first. */
  succeeded(isNewCall = true): void {
    this.#failuresInRow = 0;
    this.#rejectionsInRow = 0;
    if (isNewCall) this.#calls.note(false);
    this.#records.note(false);
    this.#close();
  }

  /** The record was at fault, so the other side answered; but too many stop the flow. Returns true when it stops now. */
  rejected(now: number): boolean {
    this.#failuresInRow = 0;
    this.#rejectionsInRow += 1;
    this.#calls.note(false);
    this.#records.note(true);
    if (this.#rejectionsInRow < this.#policy.rejectionsInRow && !this.#records.areMostly(rejectedShare)) {
      this.#close();
      return false;
    }
    this.#stopped = true;
    this.#trying = false;
    this.#openUntil = now + this.#policy.rejectionsPauseMs;
    return true;
  }

  /** Returns for how long it opens now, or 0. */
  failed(now: number, options: { needsOperator: boolean; retryAfterMs: number }): number {
    this.#failuresInRow += 1;
    this.#calls.note(true);
    this.#retryAfterUntil = Math.max(this.#retryAfterUntil, now + options.retryAfterMs);
    const wasTrying = this.#trying;
    this.#trying = false;
    // Work that was in flight when the door closed: it says nothing new about how long to wait.
    if (!wasTrying && now < this.#openUntil) return 0;
    if (!wasTrying && !options.needsOperator && !this.#hasFailedOften()) return 0;
    this.#opens += 1;
    const pauseMs = options.needsOperator
      ? this.#policy.retryMaxMs
      : backOffMs(this.#opens, this.#policy, this.#random());
    this.#openUntil = Math.max(this.#openUntil, now + pauseMs);
    return pauseMs;
  }

  #hasFailedOften(): boolean {
    return this.#failuresInRow >= this.#policy.breakerFailures || this.#calls.areMostly(failedShare);
  }

  #close(): void {
    if (this.#openUntil > 0) {
      this.#calls.forget();
      this.#records.forget();
    }
    this.#openUntil = 0;
    this.#opens = 0;
    this.#trying = false;
    this.#stopped = false;
  }
}

/** Which of the last `size` were bad. */
class Recent {
  readonly #size: number;
  #last: boolean[] = [];
  #bad = 0;

  constructor(size: number) {
    this.#size = size;
  }

  note(isBad: boolean): void {
    this.#last.push(isBad);
    if (isBad) this.#bad += 1;
    if (this.#last.length > this.#size && this.#last.shift() === true) this.#bad -= 1;
  }

  /** More than this share of them, once there are enough to tell. */
  areMostly(share: number): boolean {
    return this.#last.length === this.#size && this.#bad > share * this.#size;
  }

  forget(): void {
    this.#last = [];
    this.#bad = 0;
  }
}
