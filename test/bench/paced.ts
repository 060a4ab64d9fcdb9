import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  warmUpEvents: number;
  events: number;
  perSecond: number;
}

/**
 * Makes events at an even pace, whether or not the earlier ones are done: what is slow must not slow down the load
 * that shows it. @returns when the first event after the warm-up was made, wall clock.
 */
export async function paced(
  { warmUpEvents, events, perSecond }: Pace,
  make: (index: number) => Promise<unknown>,
): Promise<{ from: number }> {
  const begun = performance.now();
  const made: Promise<unknown>[] = [];
  let from = Infinity;
  for (let index = 0; index < warmUpEvents + events; index += 1) {
    await sleep(Math.max(0, begun + (index * 1000) / perSecond - performance.now()));
    if (index === warmUpEvents) from = Date.now();
    made.push(make(index));
  }
  await Promise.all(made);
  return { from };
}
