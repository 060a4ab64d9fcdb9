import type { Mappings } from '../config/watch.ts';
import type { Bus } from '../kafka/types.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Controls } from './controls.ts';
import type { Policy } from './outcome/policy.ts';

/** What a flow needs of the process it runs in. */
export interface FlowContext {
  bus: Bus;
  /** Consumer group, `cartage.<instance>.<process>`. */
  group: string;
  log: Log;
  metrics: Metrics;
  clock: Clock;
  /** A number in [0, 1), to spread retries. */
  random: () => number;
  policy: Policy;
  /** What the configuration says now of the codes of the two sides. */
  mappings: Mappings;
  /** What operators have set. */
  controls: Controls;
  /** kafka.sessionTimeoutMs */
  sessionTimeoutMs: number;
}
