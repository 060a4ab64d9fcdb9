import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config/schema.ts';

const dayMs = 86_400_000;

/** Outside of hours that an operator has set where none are configured. */
const otherwiseOfNone = 1;

/** How many things are written at once: all that the shop leaves in the quiet hours, few at other times. */
export function atOnceBy(
  configured: Config['catalog']['quietHours'],
  clock: Pick<Clock, 'now'>,
  mostAtOnce: () => number,
  /** As an operator has set them; null: as they are configured. */
  set: () => { from: number; to: number } | null,
): () => number {
  return () => {
    const hours = set() ?? configured;
    if (hours === undefined) return mostAtOnce();
    const { from, to } = hours;
    const time = clock.now() % dayMs;
    // They may lie on both sides of midnight.
    const isQuiet = from <= to ? time >= from && time < to : time >= from || time < to;
    return isQuiet ? mostAtOnce() : Math.min(configured?.otherwise ?? otherwiseOfNone, mostAtOnce());
  };
}
