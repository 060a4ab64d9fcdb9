import type { Bus, Lease, SubscribeOptions, Subscription } from '../../kafka/types.ts';
import type { Configuration } from '../../config/read.ts';
import type { Config, SectionName } from '../../config/schema.ts';
import { contextOf } from '../../flow/testing/context.ts';
import type { Line } from '../../flow/testing/context.ts';
import { RecordingBus } from '../../flow/testing/recording-bus.ts';
import { openMetrics } from '../../telemetry/metrics.ts';
import { Checks } from '../checks.ts';
import type { Process } from '../process.ts';

/** A process without a broker and without a face: what it subscribed to, says, and is to stop, can be looked at. */
export function processDouble(name: string) {
  const stops: (() => unknown)[] = [];
  const subscriptions: SubscribeOptions[] = [];
  const lines: Line[] = [];
  const ending = new AbortController();
  const recording = new RecordingBus();
  /** Held by the process. */
  const leases: Lease[] = [];
  const subscribe: Bus['subscribe'] = (options) => {
    subscriptions.push(options);
    return Promise.resolve({ ...idle, leases: () => leases });
  };
  const bus = Object.assign(recording, { subscribe });
  const metrics = openMetrics(name, 'us');
  const context = { ...contextOf({ bus, clock: bus.clock, lines, group: `cartage.us.${name}` }), metrics };
  const process: Process = {
    name,
    bus,
    log: context.log,
    metrics,
    context,
    checks: new Checks(),
    onStop: (stop) => void stops.push(stop),
    stopping: ending.signal,
    listen: () => Promise.resolve(),
  };
  /** As a signal does it: last things first. */
  const end = async () => {
    ending.abort(new Error('the process is ending'));
    for (const stop of stops.toReversed()) await stop();
  };
  return { process, bus, clock: bus.clock, subscriptions, stops, leases, lines, end };
}

const idle: Subscription = {
  ready: () => true,
  leases: () => [],
  unhealthyReason: () => null,
  lag: () => Promise.resolve([]),
  stop: () => Promise.resolve(),
};

/** As if it had been read of a file, once. */
export function configurationOf<Name extends SectionName>(
  config: Pick<Config, Name> & { instance: string },
): Configuration<Name> {
  return { config, file: 'cartage.yaml', current: () => config } as unknown as Configuration<Name>;
}
