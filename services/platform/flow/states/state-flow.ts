import type { Contract } from '../../../../schemas/topics.ts';
import type { Received, Subscription } from '../../kafka/types.ts';
import type { FlowContext } from '../context.ts';
import type { Attempt, Handled } from '../outcome/outcome.ts';
import { openInMode } from '../dry.ts';
import type { ParkingFlow } from '../outcome/parking.ts';
import { watchFlow } from '../flow-watch.ts';
import { Verdicts } from '../outcome/verdicts.ts';
import { Pool } from '../pool.ts';
import { BatchWork } from './batch-work.ts';
import { Scheduler } from './scheduler.ts';
import { StateReader } from './state-reader.ts';

/** What became of each record of a batch: handled, or an error of its own. */
export type BatchResult<Value> = Map<Received<Value>, Handled | Error>;

/**
 * A flow that brings the newest state of each key to the other side, in batches. A key has one write at a time;
 * what arrives meanwhile is collapsed to the newest.
 */
export interface StateFlow<Value> extends ParkingFlow {
  contracts: readonly Contract<Value>[];
  mode: 'dry' | 'on';
  /** Batches in work at once. */
  concurrency: number;
  /** How long the other side may go on with a request after we gave up on it. */
  settleMs: number;
  /** A write may create something, which twice would make two: after an unknown outcome it waits before it looks. */
  creates?: boolean;
  /** False: the record is for somebody else and is finished without a word. */
  accepts?: (record: Received<Value>) => boolean;
  /** What collapses with what; the topic and the key unless told otherwise. */
  identityOf?: (record: Received<Value>) => string;
  /** True when it must not wait behind others; those others still get every second batch once overdue. */
  urgent?: (record: Received<Value>) => boolean;
  /** Records of one batch group may be written in one batch. */
  batchGroupOf: (record: Received<Value>) => string;
  /** What no two batches may touch at a time; the identity unless told otherwise. */
  lockOf?: (record: Received<Value>) => string;
  batchSize: (batchGroup: string) => number;
  /**
   * Writes a batch. What it throws holds for every record of it; a batch that is rejected as a whole is split until
   * the record at fault stands alone.
   */
  apply(records: Received<Value>[], attempt: Attempt): Promise<BatchResult<Value>>;
  probe: () => Promise<void>;
}

/** Runs a flow of states until `stop`. */
export async function runStates<Value>(process: FlowContext, flow: StateFlow<Value>): Promise<Subscription> {
  const { context, parking } = await openInMode(process, flow);
  const verdicts = new Verdicts(context, flow.name, parking, flow.probe);
  const scheduler = new Scheduler(flow, new BatchWork(context, flow, verdicts));
  const pool: Pool<StateReader<Value>> = new Pool({
    context,
    flow,
    breaker: verdicts.breaker,
    next: (readers, now) => scheduler.next(readers, now),
  });
  const subscription = await context.bus.subscribe({
    contracts: flow.contracts as unknown as readonly Contract<never>[],
    group: context.group,
    sessionTimeoutMs: context.sessionTimeoutMs,
    open: (lease) => pool.open(new StateReader<Value>(lease, context, flow, verdicts, () => pool.pump())),
  });
  const watch = watchFlow(context, flow, flow.contracts, subscription);
  return {
    ready: () => subscription.ready(),
    leases: () => subscription.leases(),
    unhealthyReason: () => subscription.unhealthyReason(),
    lag: () => subscription.lag(),
    stop: async () => {
      watch.stop();
      await subscription.stop();
      pool.stop();
      await parking.stop();
    },
  };
}
