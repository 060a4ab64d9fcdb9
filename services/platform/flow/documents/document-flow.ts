import type { Contract } from '../../../../schemas/topics.ts';
import type { Received, Subscription } from '../../kafka/types.ts';
import type { FlowContext } from '../context.ts';
import type { Attempt, Handled } from '../outcome/outcome.ts';
import { openInMode } from '../dry.ts';
import type { ParkingFlow } from '../outcome/parking.ts';
import { watchFlow } from '../flow-watch.ts';
import { Verdicts } from '../outcome/verdicts.ts';
import { Pool } from '../pool.ts';
import type { Work } from '../pool.ts';
import { DocumentReader } from './document-reader.ts';

/** A flow whose records are handled one by one, those of one key strictly in their order, never collapsed. */
export interface DocumentFlow<Value> extends ParkingFlow {
  contract: Contract<Value>;
  mode: 'dry' | 'on';
  /** Keys handled at once. */
  concurrency: number;
  /** How long the other side may go on with a request after we gave up on it. */
  settleMs: number;
  /** Looks whether the effect is there, makes it if not. May be called again for the same record at any time. */
  handle(record: Received<Value> & { value: Value }, attempt: Attempt): Promise<Handled>;
  /** A call that succeeds when the other side is well. */
  probe: () => Promise<void>;
}

/** Runs a flow of documents until `stop`. */
export async function runDocuments<Value>(
  process: FlowContext,
  flow: DocumentFlow<Value>,
): Promise<Subscription> {
  const { context, parking } = await openInMode(process, flow);
  const verdicts = new Verdicts(context, flow.name, parking, flow.probe);
  const untyped = flow as unknown as DocumentFlow<never>;
  const pool: Pool<DocumentReader> = new Pool({
    context,
    flow,
    breaker: verdicts.breaker,
    next: nextDocument,
  });
  const subscription = await context.bus.subscribe({
    contracts: [flow.contract as unknown as Contract<never>],
    group: context.group,
    sessionTimeoutMs: context.sessionTimeoutMs,
    open: (lease) => pool.open(new DocumentReader(lease, context, untyped, verdicts, () => pool.pump())),
  });
  const watch = watchFlow(context, flow, [flow.contract], subscription);
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

/** The head of a queue of the partition that was served longest ago. */
function nextDocument(readers: readonly DocumentReader[], now: number): Work<DocumentReader> | null {
  for (const reader of readers) {
    const document = reader.queues.take(now);
    if (document) return { readers: [reader], run: () => reader.work(document) };
  }
  return null;
}
