import { AsyncLocalStorage } from 'node:async_hooks';

/** How long the calls of one piece of work have waited for their turn, in all. */
export interface TurnWait {
  ms: number;
}

const noted = new AsyncLocalStorage<TurnWait>();

/** Runs the work, and notes how long its calls wait: that is ours, and tells nothing of how fast the other side is. */
export function notingWait<Result>(wait: TurnWait, work: () => Result): Result {
  return noted.run(wait, work);
}

export function hasWaited(ms: number): void {
  const wait = noted.getStore();
  if (wait) wait.ms += ms;
}
