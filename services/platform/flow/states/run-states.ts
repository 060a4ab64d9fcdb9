import type { Contract } from '../../../../schemas/topics.ts';
import type { Subscription } from '../../kafka/types.ts';
import { atMost } from '../controls.ts';
import type { FlowContext } from '../context.ts';
import { runFlowOf } from '../flow.ts';
import { BatchWork } from './batch-work.ts';
import { Scheduler } from './scheduler.ts';
import type { StateFlow } from './state-flow.ts';
import { StateReader } from './state-reader.ts';

/** Runs a flow of states until `stop`. */
export function runStates<Value>(process: FlowContext, given: StateFlow<Value>): Promise<Subscription> {
  const batchMax = () => process.controls.of(process.group)?.batchMax;
  const flow = { ...given, batchSize: (group: string) => atMost(given.batchSize(group), batchMax()) };
  const contracts = flow.contracts as unknown as readonly Contract<never>[];
  return runFlowOf<StateReader<Value>>(process, flow, contracts, (context, verdicts) => {
    const scheduler = new Scheduler(flow, new BatchWork(context, flow, verdicts), context.clock);
    return {
      lazily: true,
      open: (lease, wakeUp) => new StateReader<Value>(lease, context, flow, verdicts, wakeUp),
      next: (readers, now) => scheduler.next(readers, now),
      dueAt: (readers, now) => scheduler.dueAt(readers, now),
    };
  });
}
