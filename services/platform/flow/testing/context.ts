import { policySection } from '../../config/sections/platform.ts';
import type { Mappings } from '../../config/watch.ts';
import type { Bus } from '../../kafka/types.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Controls } from '../controls.ts';
import type { FlowContext } from '../context.ts';
import type { Policy } from '../outcome/policy.ts';

export interface Line {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

export function policyOf(changes: Partial<Policy> = {}): Policy {
  return { ...policySection.parse({}), ...changes };
}

/** A context whose log and metrics are kept to be looked at. */
export function contextOf(options: {
  bus: Bus;
  clock: Clock;
  random?: () => number;
  policy?: Partial<Policy>;
  mappings?: Mappings;
  controls?: Controls;
  lines?: Line[];
  group?: string;
}): FlowContext {
  return {
    bus: options.bus,
    group: options.group ?? 'cartage.test.applier',
    log: logTo(options.lines ?? []),
    metrics: silentMetrics,
    clock: options.clock,
    random: options.random ?? (() => 0.5),
    policy: policyOf(options.policy),
    mappings: options.mappings ?? fixedMappings,
    controls: options.controls ?? noControls,
    sessionTimeoutMs: 15_000,
  };
}

export function logTo(lines: Line[]): Log {
  const write =
    (level: string) =>
    (...said: [message: string] | [fields: Record<string, unknown>, message: string]) => {
      const [fields, message] = said.length === 1 ? [{}, said[0]] : said;
      lines.push({ level, message, fields });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  } as unknown as Log;
}

const fixedMappings: Mappings = { has: () => false, changedAt: () => 0, onChange: () => undefined };

const noControls: Controls = {
  of: () => null,
  onChange: () => () => undefined,
  known: () => Promise.resolve(),
};

const nothing = () => undefined;
const silent = { inc: nothing, set: nothing, observe: nothing, zero: nothing, remove: nothing };
export const silentMetrics = new Proxy({}, { get: () => silent }) as Metrics;
