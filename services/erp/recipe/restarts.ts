import type { Clock } from '../../platform/clock.ts';
import { Rejected } from '../../platform/errors.ts';
import { Restart, restartsInVain } from './faults.ts';
import type { Needs } from './needs.ts';

/** How often a run begins again, and after how long the first time; each pause is twice the one before. */
const restartsMax = 5;
const restartPauseMs = 50;

export interface RunOptions {
  clock: Clock;
  /** What is remembered of the ERP may be why it refuses. */
  needs: Pick<Needs, 'forget'>;
  /** What exists may take its time to be seen. */
  visibleWithinMs: number;
}

/** From the look-up again where the ERP asks for it: what is true now decides, not what was asked for. */
export async function restarting<Result>(
  { clock, needs, visibleWithinMs }: RunOptions,
  run: () => Promise<Result>,
): Promise<Result> {
  for (let restarts = 0; ; restarts += 1)
    try {
      return await run();
    } catch (error) {
      if (error instanceof Rejected) needs.forget();
      if (!(error instanceof Restart)) throw error;
      if (restarts === restartsMax) throw restartsInVain(error, restarts);
      const leastMs = error.is === 'exists' ? visibleWithinMs / restartsMax : 0;
      await clock.wait(Math.max(restartPauseMs * 2 ** restarts, leastMs));
    }
}
