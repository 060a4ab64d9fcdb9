import { epochMsOf, magentoTime } from '../../magento/rest/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SweepCursors } from './cursor.ts';
import type { Sweeping } from './sweep-schedule.ts';
import type { SweepResult } from './sweep.ts';

export interface NightlyOptions {
  cursors: Pick<SweepCursors, 'read' | 'write'>;
  clock: Pick<Clock, 'now'>;
  /** When in the day (UTC), milliseconds. */
  atMs: number;
}

const dayMs = 86_400_000;

/** A round once a day, at the hour. What interrupts it makes it begin anew; what was there before the first night is asked for by the sweep. */
export function nightly(
  name: string,
  { cursors, clock, atMs }: NightlyOptions,
  round: (now: number) => Promise<SweepResult>,
): Sweeping {
  return {
    name,
    async run() {
      const now = clock.now();
      const dueAt = Math.floor((now - atMs) / dayMs) * dayMs + atMs;
      const last = cursors.read(name);
      const isDue = last !== null && epochMsOf(last.updatedAt) < dueAt;
      const result = isDue ? await round(now) : { rows: 0, requests: 0 };
      if (isDue || last === null)
        await cursors.write(name, { updatedAt: magentoTime(dueAt), entityId: 0, isFirstLoad: false });
      return result;
    },
  };
}
