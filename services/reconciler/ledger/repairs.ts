import type { Difference } from '../../../schemas/types.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import type { RequestRefresh } from '../../platform/flow/request-refresh.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { helpless } from '../../operations/differences/helpless.ts';
import type { Ledger } from './ledger.ts';

export interface RepairsOptions {
  ledger: Pick<Ledger, 'all' | 'noteAsked'>;
  requestRefresh: RequestRefresh;
  config: Pick<Config['reconcile'], 'repair' | 'repairsPerHour'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'info'>;
  metrics: Pick<Metrics, 'repairs'>;
}

const hourMs = 3_600_000;

/**
 * Asks for what differs again, by the rule of its kind: each key once, and so many within an hour. What was asked for and
 * differs just so afterwards is left to people.
 */
export async function repair(options: RepairsOptions): Promise<void> {
  const { ledger, requestRefresh, config, clock, log, metrics } = options;
  const all = [...ledger.all()];
  const now = clock.now();
  const lately = all.filter(({ repairedAt }) => repairedAt !== null && repairedAt > now - hourMs);
  const left = Math.max(0, config.repairsPerHour - new Set(lately.map(nameOf)).size);
  const modeOf = ({ kind }: Difference) => config.repair[kind as keyof typeof config.repair] ?? 'off';
  const due = all.filter((one) => one.repair === 'none' && !helpless.has(one.cause) && modeOf(one) !== 'off');
  const keys = new Map(due.map((one) => [nameOf(one), one]));
  for (const one of [...keys.values()].slice(0, left)) {
    const { kind, topic, key } = one;
    const mode = modeOf(one);
    if (mode === 'on') {
      await requestRefresh(topic, [key], 'differs');
      await ledger.noteAsked(topic, key, clock.now());
    } else log.info({ kind, topic, key, cause: one.cause }, 'would be asked for again (reconcile.repair)');
    metrics.repairs.inc({ kind, mode });
  }
}

const nameOf = ({ topic, key }: Difference) => `${topic} ${key}`;
