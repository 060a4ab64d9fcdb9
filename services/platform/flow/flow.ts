import type { Contract } from '../../../schemas/topics.ts';
import type { Lease, PartitionReader, Subscription } from '../kafka/types.ts';
import type { FlowContext } from './context.ts';
import { atMost } from './controls.ts';
import { openInMode } from './dry.ts';
import type { Mode } from '../groups.ts';
import { watchFlow } from './flow-watch.ts';
import type { ParkingFlow } from './outcome/parking.ts';
import { Verdicts } from './outcome/verdicts.ts';
import { Pool } from './pool.ts';
import type { PooledReader, Work } from './pool.ts';

/** What flows of states and of documents have in common. */
export interface Flow extends ParkingFlow {
  mode: Mode;
  /** Batches, or documents, in work at once; asked each time, because the other side may bear less, or more again. */
  concurrency: () => number;
  /** How long the other side may go on with a request after we gave up on it. */
  settleMs: number;
  /** A call that succeeds when the other side is well. */
  probe: () => Promise<void>;
}

/** How one kind of flow reads a partition, and what it takes next from those it reads. */
export interface Reading<Reader> {
  /** See `SubscribeOptions`. */
  lazily?: boolean;
  open: (lease: Lease, wakeUp: () => void) => Reader;
  next: (readers: readonly Reader[], now: number) => Work<Reader> | null;
  /** When `next` will have something that only waits for others; null: nothing does. */
  dueAt?: (readers: readonly Reader[], now: number) => number | null;
}

/** Runs a flow until `stop`. */
export async function runFlowOf<Reader extends PooledReader & PartitionReader>(
  process: FlowContext,
  flow: Flow,
  contracts: readonly Contract<never>[],
  reading: (context: FlowContext, verdicts: Verdicts) => Reading<Reader>,
): Promise<Subscription> {
  const { context, parking } = await openInMode(process, flow);
  const { controls } = context;
  await controls.known();
  const control = () => controls.of(context.group);
  const isPaused = () => control()?.paused ?? false;
  const verdicts = new Verdicts(context, flow.name, parking, flow.probe);
  const { open, lazily = false, ...choosing } = reading(context, verdicts);
  const pool: Pool<Reader> = new Pool({
    context,
    flow: { name: flow.name, concurrency: () => atMost(flow.concurrency(), control()?.concurrencyMax) },
    breaker: verdicts.breaker,
    isPaused,
    ...choosing,
  });
  const ignoreControls = controls.onChange(() => {
    context.metrics.paused.set({ flow: flow.name }, isPaused() ? 1 : 0);
    pool.pump();
  });
  context.metrics.paused.set({ flow: flow.name }, isPaused() ? 1 : 0);
  const subscription = await context.bus.subscribe({
    contracts,
    group: context.group,
    sessionTimeoutMs: context.sessionTimeoutMs,
    lazily,
    open: (lease) => pausable(pool.open(open(lease, () => pool.pump())), isPaused),
  });
  const watch = watchFlow(context, flow, contracts, subscription);
  return {
    ready: () => subscription.ready(),
    leases: () => subscription.leases(),
    unhealthyReason: () => subscription.unhealthyReason(),
    lag: () => subscription.lag(),
    stop: async () => {
      watch.stop();
      ignoreControls();
      await subscription.stop();
      pool.stop();
      await parking.stop();
    },
  };
}

/** Reads nothing more while it is paused. */
function pausable(reader: PooledReader & PartitionReader, isPaused: () => boolean): PartitionReader {
  return {
    receive: (records) => reader.receive(records),
    full: () => {
      if (!isPaused()) return reader.full();
      reader.rest?.();
      return true;
    },
    close: (lost) => reader.close(lost),
  };
}
