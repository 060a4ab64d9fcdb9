import type { Subscription } from '../kafka/types.ts';
import type { Configuration } from '../config/read.ts';
import type { Mode } from '../groups.ts';
import type { Life } from './life.ts';
import { openProcess } from './process.ts';
import type { Process } from './process.ts';

/** A process that is one flow. `run` opens what the flow needs; it is not called when the flow is off. */
export async function startFlow(
  name: string,
  flow: keyof Configuration<never>['config']['flows'],
  { configuration, life }: { configuration: Configuration<never>; life: Life },
  run: (process: Process, mode: Mode) => Promise<Subscription>,
): Promise<void> {
  const process = await openProcess(name, configuration, life);
  await runFlows(process, [
    { name: flow, mode: configuration.config.flows[flow], start: (mode) => run(process, mode) },
  ]);
}

/** One flow of a process. */
export interface FlowToRun {
  name: keyof Configuration<never>['config']['flows'];
  mode: 'off' | Mode;
  start: (mode: Mode) => Promise<Subscription>;
  /** Null while the flow is ready, else why not; once it has started. */
  why?: (subscription: Subscription) => string | null;
}

/**
 * Runs the flows of a process and opens its HTTP face. Off: the process is there, healthy, and does nothing of it, so
 * that a flow is switched by configuration alone.
 */
export async function runFlows(process: Process, flows: readonly FlowToRun[]): Promise<void> {
  const running = new Map<FlowToRun, Subscription>();
  for (const flow of flows) {
    const { name, mode, why = unhealthyReasonOf } = flow;
    if (mode === 'off') process.log.warn({ flow: name }, 'the flow is off: nothing is read or written');
    else
      process.checks.need(`subscription of ${name}`, () =>
        running.has(flow) ? why(running.get(flow)!) : 'starting',
      );
  }
  await process.listen();
  for (const flow of flows) {
    if (flow.mode === 'off') continue;
    const subscription = await flow.start(flow.mode);
    running.set(flow, subscription);
    process.onStop(() => subscription.stop());
  }
}

function unhealthyReasonOf(subscription: Subscription): string | null {
  return subscription.unhealthyReason() ?? (subscription.ready() ? null : 'no partitions assigned yet');
}
