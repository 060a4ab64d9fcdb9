import { parked } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import type { FlowContext } from '../context.ts';
import { originalIsDue } from './parked-places.ts';
import type { ParkedPlace } from './parked-places.ts';
import { readToEnd } from '../../kafka/read-to-end.ts';

type Context = Pick<FlowContext, 'bus' | 'clock' | 'log' | 'policy'>;

const lookIntervalMs = 3_600_000;

/**
 * The original bytes may hold personal data, so they are not kept for ever; that something is parked, and why, is. The
 * record is written again without them, and the broker drops the older one when it compacts (within a week). Every
 * process of the group does it: twice is the same as once. @returns how to stop.
 */
export function dropOldOriginals(context: Context, places: ReadonlyMap<string, ParkedPlace>): () => void {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await dropDue(context, places, stopping.signal);
      } catch (error) {
        if (!stopping.signal.aborted)
          context.log.warn({ err: error }, 'originals of parked records were not taken out, trying again');
      }
      await context.clock.wait(lookIntervalMs, stopping.signal);
    }
  };
  void run();
  return () => stopping.abort('stopping');
}

async function dropDue(
  context: Context,
  places: ReadonlyMap<string, ParkedPlace>,
  signal: AbortSignal,
): Promise<void> {
  const due = new Map<string, Parked>();
  const isDueNow = (key: string) => {
    const place = places.get(key);
    return place !== undefined && place.hasOriginal && originalIsDue(place, context);
  };
  if (![...places.keys()].some(isDueNow)) return;
  await readToEnd(context.bus, parked, ({ key, value }) => {
    if (value !== null && isDueNow(key)) due.set(key, { ...value, recordValue: null });
  });
  for (const [key, value] of due)
    // What was cleared meanwhile stays so.
    if (isDueNow(key) && !signal.aborted) await context.bus.publish(parked, { value });
  context.log.info({ count: due.size }, 'originals of parked records taken out');
}
