import type { Metrics } from '../telemetry/metrics.ts';

/** The checks of /readyz as they are now. One that throws is not well; the scrape goes on. */
export function showReady(ready: Metrics['ready'], checks: ReadonlyMap<string, () => string | null>): void {
  for (const [check, why] of checks) ready.set({ check }, passes(why) ? 1 : 0);
}

function passes(why: () => string | null): boolean {
  try {
    return why() === null;
  } catch {
    return false;
  }
}
