import { BoundedMap } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';

/** What a person makes of the order within this time is overlooked no more than during the look-up itself. */
const goodForMs = 1_000;
/** Some 30 kB each. */
const keptMax = 200;

/** A try, as far as it knows whether its lease stands. */
type Under = Pick<Attempt, 'assertCurrent'>;

/** What was looked up, or is being. */
export interface Look<Found> {
  at: number;
  by: Under;
  found: Promise<Found>;
}

/**
 * What the shop has of an order, asked for while its document is put off until its stock is there: the wait takes no slot
 * of the flow, and the look-up no time after it. While the lease stands under which it was asked nothing else of ours writes
 * to the order (promise 4).
 */
export class LookedUp<Found> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #kept = new BoundedMap<string, Look<Found>>(keptMax);

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** What was kept for this try of the document, if it is good still; else it is looked up. */
  of(name: string, by: Under, lookUp: () => Promise<Found>): Look<Found> {
    const now = this.#clock.now();
    const kept = this.#kept.get(name);
    this.#kept.delete(name);
    if (kept !== undefined && Math.abs(now - kept.at) <= goodForMs && isCurrent(kept.by)) return kept;
    const found = lookUp();
    // Whoever puts its try off does not wait for it.
    found.catch(() => undefined);
    return { at: now, by, found };
  }

  /** The try is put off. A look-up that fails serves nobody. */
  keep(name: string, look: Look<Found>): void {
    this.#kept.set(name, look);
    look.found.catch(() => this.#kept.delete(name));
  }
}

/** Its partition may have been another's since, and be here again. */
function isCurrent(by: Under): boolean {
  try {
    by.assertCurrent();
    return true;
  } catch {
    return false;
  }
}
