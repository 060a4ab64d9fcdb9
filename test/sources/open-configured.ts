import { openErp } from '../../services/erp/sources/open-erp.ts';
import type { ReadErp } from '../../services/erp/sources/read-erp.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { erpSection } from '../../services/platform/config/sections/erp.ts';
import { erpProblems } from '../../services/platform/config/erp-problems.ts';
import { logTo, silentMetrics } from '../../services/platform/flow/testing/context.ts';

/**
 * What is read from an ERP, as a configuration would open it. No other process is there that could hold it.
 * @param bus where topics of others are read.
 */
export function openConfigured(
  erp: object,
  bus: Pick<Bus, 'follow'> = { follow: () => Promise.reject(new Error('no broker')) },
): ReadErp {
  const config = { erp: erpSection.parse(erp), fulfilments: { since: 0 } };
  const problems = erpProblems(config.erp);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const lease = {
    take: () =>
      Promise.resolve({
        fence: { isCurrent: () => true },
        fallsWithinMs: 0,
        watch: (signal: AbortSignal) =>
          new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
        release: () => Promise.resolve(),
      }),
  };
  const configuration = { config, current: () => config } as unknown as Parameters<typeof openErp>[0];
  const tools = { log: logTo([]), metrics: silentMetrics, clock: systemClock, lease, bus };
  return openErp(configuration, tools);
}
