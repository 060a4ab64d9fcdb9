import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config/schema.ts';

const dayMs = 86_400_000;

/** How many things are written at once: all that the shop leaves in the quiet hours, few at other times. */
export function atOnceBy(
  quietHours: Config['catalog']['quietHours'],
  clock: Pick<Clock, 'now'>,
  mostAtOnce: () => number,
): () => number {
  if (quietHours === undefined) return mostAtOnce;
  const { from, to, otherwise } = quietHours;
  return () => {
    const time = clock.now() % dayMs;
    // They may lie on both sides of midnight.
    const isQuiet = from <= to ? time >= from && time < to : time >= from || time < to;
    return isQuiet ? mostAtOnce() : Math.min(otherwise, mostAtOnce());
  };
}
