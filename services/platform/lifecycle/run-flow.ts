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
  const process = openProcess(name, configuration, life);
  await runFlow(process, configuration.config.flows[flow], (mode) => run(process, mode));
}

/**
 * Runs the one flow of a process and opens its HTTP face. Off: the process is there, healthy, and does nothing, so
 * that a flow is switched by configuration alone.
 */
export async function runFlow(
  process: Process,
  mode: 'off' | Mode,
  start: (mode: Mode) => Promise<Subscription>,
): Promise<Subscription | null> {
  let subscription: Subscription | null = null;
  if (mode === 'off') process.log.warn('the flow is off: nothing is read or written');
  else
    process.checks.need('subscription', () =>
      subscription === null ? 'starting' : unhealthyReasonOf(subscription),
    );
  await process.listen();
  if (mode !== 'off') {
    subscription = await start(mode);
    const running = subscription;
    process.onStop(() => running.stop());
  }
  return subscription;
}

function unhealthyReasonOf(subscription: Subscription): string | null {
  return subscription.unhealthyReason() ?? (subscription.ready() ? null : 'no partitions assigned yet');
}
