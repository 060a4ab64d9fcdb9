import { AsyncLocalStorage } from 'node:async_hooks';

/** What the calls of one piece of work have waited for their turn. */
export interface TurnWait {
  /** In all. */
  ms: number;
  /** Calls whose turn has not come, or never came. */
  waiting: number;
}

const noted = new AsyncLocalStorage<TurnWait>();

/** Runs the work, and notes how long its calls wait: that is ours, and tells nothing of how fast the other side is. */
export function notingWait<Result>(wait: TurnWait, work: () => Result): Result {
  return noted.run(wait, work);
}

/** A call begins to wait. @returns to be told how long it was, as its turn comes. */
export function beginsToWait(): (ms: number) => void {
  const wait = noted.getStore();
  if (wait === undefined) return () => undefined;
  wait.waiting += 1;
  return (ms) => {
    wait.waiting -= 1;
    wait.ms += ms;
  };
}
