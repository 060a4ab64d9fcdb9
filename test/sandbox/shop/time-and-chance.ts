/** Time is an input: the wall clock and a clock that never goes back. */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
}

/** Chance is an input: a number from 0 up to 1. */
export type Random = () => number;
