import { backOffMs, retryAfterMaxMs } from './policy.ts';
import type { Policy } from './policy.ts';

/**
 * The circuit breaker of one flow towards its other side.
 *
 * Closed: work goes on. Open: the other side failed `breakerFailures` times in a row without one success; nothing is
 * sent until the back-off has passed, then one try decides. Stopped: so many records in a row were rejected that it
 * cannot be the records; an alert is due, and again one try decides after the pause. Nothing is parked meanwhile.
 */
export class Breaker {
  private failures = 0;
  private rejections = 0;
  private opens = 0;
  private openUntil = 0;
  /** Until then the other side wants no calls (Retry-After): said to the caller, whatever else may succeed meanwhile. */
  private retryAfterUntil = 0;
  private trying = false;
  private stopped = false;
  private readonly policy: Policy;
  private readonly random: () => number;

  constructor(policy: Policy, random: () => number) {
    this.policy = policy;
    this.random = random;
  }

  /** 0 closed, 1 open, 2 stopped by rejections: as the metric shows it. */
  get state(): 0 | 1 | 2 {
    if (this.stopped) return 2;
    return this.openUntil > 0 ? 1 : 0;
  }

  /** How long to wait before work may begin; 0: begin. Infinity while the one try is under way. */
  waitMs(now: number): number {
    if (now < this.retryAfterUntil) return Math.max(this.retryAfterUntil, this.openUntil) - now;
    if (this.openUntil === 0) return 0;
    if (now < this.openUntil) return this.openUntil - now;
    return this.trying ? Infinity : 0;
  }

  /** Work begins. Between open and closed only one piece of it does. */
  begin(): void {
    if (this.openUntil > 0) this.trying = true;
  }

  /** The work ended without telling anything about the other side: a bug of ours, a lost lease. */
  inconclusive(): void {
    this.trying = false;
  }

  succeeded(): void {
    this.failures = 0;
    this.rejections = 0;
    this.close();
  }

  /** The record was at fault, so the other side answered; but too many in a row stop the flow. Returns true when it stops now. */
  rejected(now: number): boolean {
    this.failures = 0;
    this.rejections += 1;
    if (this.rejections < this.policy.rejectionsInRow) {
      this.close();
      return false;
    }
    this.stopped = true;
    this.trying = false;
    this.openUntil = now + this.policy.rejectionsPauseMs;
    return true;
  }

  failed(now: number, options: { needsOperator: boolean; retryAfterMs: number }): void {
    this.failures += 1;
    this.retryAfterUntil = Math.max(
      this.retryAfterUntil,
      now + Math.min(options.retryAfterMs, retryAfterMaxMs),
    );
    const wasTrying = this.trying;
    this.trying = false;
    // Work that was in flight when the door closed: it says nothing new about how long to wait.
    if (!wasTrying && now < this.openUntil) return;
    if (!wasTrying && !options.needsOperator && this.failures < this.policy.breakerFailures) return;
    this.opens += 1;
    const pauseMs = options.needsOperator
      ? this.policy.retryMaxMs
      : backOffMs(this.opens, this.policy, this.random());
    this.openUntil = Math.max(this.openUntil, now + pauseMs);
  }

  private close(): void {
    this.openUntil = 0;
    this.opens = 0;
    this.trying = false;
    this.stopped = false;
  }
}
