import type { Outcome } from '../../../schemas/types.ts';
import { FailureShares } from './failure-share.ts';
import type { FailureShare } from './failure-share.ts';
import { day, hour, SlidingWindow } from './sliding-window.ts';
import type { Counts, Point } from './sliding-window.ts';

/** What the outcomes say of one group and topic. Ages and times in milliseconds. */
export interface FlowFigures {
  lastHour: Counts;
  /** From the change at its source to its effect, of what was applied in the last hour; null when nothing was. */
  ageP50Ms: number | null;
  ageP95Ms: number | null;
  ageP99Ms: number | null;
  /** Likewise of the last 24 hours. */
  day: { counts: Counts; ageP50Ms: number | null; ageP95Ms: number | null; ageP99Ms: number | null };
  lastThousand: FailureShare;
  /** When the newest outcome was written, UTC; null when none is known. */
  lastActivityAt: number | null;
}

export class FlowFigureKeeper {
  readonly #hour = new SlidingWindow(hour);
  readonly #day = new SlidingWindow(day);
  readonly #failures = new FailureShares();
  #lastActivityAt: number | null = null;

  add(outcome: Outcome): void {
    for (const window of [this.#hour, this.#day])
      window.add(outcome.finishedAt, outcome.status, ageOf(outcome));
    this.#failures.add(outcome);
    this.#lastActivityAt = Math.max(this.#lastActivityAt ?? 0, outcome.finishedAt);
  }

  figures(now: number): FlowFigures {
    const { counts: lastHour, ...ages } = spanOf(this.#hour, now);
    return {
      lastHour,
      ...ages,
      day: spanOf(this.#day, now),
      lastThousand: this.#failures.share(),
      lastActivityAt: this.#lastActivityAt,
    };
  }

  /** The last day, by quarters of an hour. */
  history(now: number): Point[] {
    return this.#day.points(now);
  }
}

function spanOf(window: SlidingWindow, now: number): FlowFigures['day'] {
  const { counts, ages } = window.at(now);
  const [ageP50Ms, ageP95Ms, ageP99Ms] = [0.5, 0.95, 0.99].map((share) => ages.percentile(share)) as [
    number | null,
    number | null,
    number | null,
  ];
  return { counts, ageP50Ms, ageP95Ms, ageP99Ms };
}

/** Only what took effect has arrived; a first load does not say since when its values are true. */
function ageOf({ status, occurredAt, finishedAt }: Outcome): number | null {
  return status === 'applied' && occurredAt !== null ? Math.max(0, finishedAt - occurredAt) : null;
}
