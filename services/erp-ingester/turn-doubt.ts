import type { Place } from '../erp/sources/change-source.ts';
import type { Cause } from './dirt.ts';

/** What was published since a moment may show what never was. */
export interface Doubted {
  /** Epoch milliseconds. */
  from: number;
  /** Of the history in which it was published. */
  systemId: string;
}

const unanswered: Cause = {};

/**
 * A standby has taken over and its log is gone on with (`OpenSource.hasTurned`): until all that is in doubt is asked again,
 * and what a former holder published late is too, the cursor stays one of the former history that does not tell what was
 * seen. A process that takes over before finds no log to go on with and asks for everything: that costs a load, and
 * forgetting what was in doubt would cost the truth.
 */
export class TurnDoubt {
  readonly from: number;
  /** Null: nothing is in doubt, or nothing any more. */
  #formerId: string | null;
  #open: number;
  readonly #onSettled: () => void;

  /** @param parts calls of `answered` beside those of the causes that are handed out. */
  constructor(doubted: Doubted | null, parts: number, onSettled: () => void) {
    this.from = doubted?.from ?? Infinity;
    this.#formerId = doubted?.systemId ?? null;
    this.#open = parts;
    this.#onSettled = onSettled;
  }

  /** For one key that is in doubt. */
  cause(): Cause {
    if (this.#formerId === null) return unanswered;
    this.#open += 1;
    return { onAnswered: this.answered };
  }

  readonly answered = (): void => {
    this.#open -= 1;
    if (this.#open > 0 || this.#formerId === null) return;
    this.#formerId = null;
    this.#onSettled();
  };

  /** The place as the cursor may have it now. */
  asKept(place: Place): Place {
    // Nor is it one that the former primary could go on from, should it come back.
    return this.#formerId === null
      ? place
      : { ...place, systemId: `${this.#formerId}/doubted`, seenTo: null };
  }
}
