import type { Outcome } from '../../../schemas/types.ts';
import { FailureShares } from './failure-share.ts';
import type { FailureShare } from './failure-share.ts';
import { SlidingHour } from './sliding-hour.ts';
import type { Counts } from './sliding-hour.ts';

/** What the outcomes say of one group and topic. Ages and times in milliseconds. */
export interface FlowFigures {
  lastHour: Counts;
  /** From the change at its source to its effect, of what was applied in the last hour; null when nothing was. */
  ageP50Ms: number | null;
  ageP95Ms: number | null;
  lastThousand: FailureShare;
  /** When the newest outcome was written, UTC; null when none is known. */
  lastActivityAt: number | null;
}

export class FlowFigureKeeper {
  readonly #hour = new SlidingHour();
  readonly #failures = new FailureShares();
  #lastActivityAt: number | null = null;

  add(outcome: Outcome): void {
    this.#hour.add(outcome.finishedAt, outcome.status, ageOf(outcome));
    this.#failures.add(outcome);
    this.#lastActivityAt = Math.max(this.#lastActivityAt ?? 0, outcome.finishedAt);
  }

  figures(now: number): FlowFigures {
    const { counts, ages } = this.#hour.at(now);
    return {
      lastHour: counts,
      ageP50Ms: ages.percentile(0.5),
      ageP95Ms: ages.percentile(0.95),
      lastThousand: this.#failures.share(),
      lastActivityAt: this.#lastActivityAt,
    };
  }
}

/** Only what took effect has arrived; a first load does not say since when its values are true. */
function ageOf({ status, occurredAt, finishedAt }: Outcome): number | null {
  return status === 'applied' && occurredAt !== null ? Math.max(0, finishedAt - occurredAt) : null;
}
