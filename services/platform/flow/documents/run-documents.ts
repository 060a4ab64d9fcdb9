import type { Subscription } from '../../kafka/types.ts';
import type { FlowContext } from '../context.ts';
import { runFlowOf } from '../flow.ts';
import type { Work } from '../pool.ts';
import type { DocumentFlow } from './document-flow.ts';
import { DocumentReader } from './document-reader.ts';

/** Runs a flow of documents until `stop`. */
export function runDocuments<Value>(process: FlowContext, flow: DocumentFlow<Value>): Promise<Subscription> {
  const untyped = flow as unknown as DocumentFlow<never>;
  return runFlowOf<DocumentReader>(process, flow, [untyped.contract], (context, verdicts) => ({
    open: (lease, wakeUp) => new DocumentReader(lease, context, untyped, verdicts, wakeUp),
    next: nextDocument,
  }));
}

/** The head of a queue of the partition that was served longest ago. */
function nextDocument(readers: readonly DocumentReader[], now: number): Work<DocumentReader> | null {
  for (const reader of readers) {
    const document = reader.queues.take(now);
    if (document) return { readers: [reader], run: () => reader.work(document) };
  }
  return null;
}
