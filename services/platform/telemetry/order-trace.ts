/**
 * An order's story is several traces: its export, its changes, each of its shipments, days apart. What an ERP sends back
 * with a parcel knows the order's key and no trace; to look the trace up, an applier would have to read all orders or all
 * outcomes of weeks. So they meet in a place that the key alone names: a trace with an id made from it. Whoever handles
 * something of the order leaves a span there, linked to its own trace and from it: two steps from any of them to any other.
 */
import { createHash } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import { startSpan } from './tracing.ts';

/** Ties the active span, if it is recorded, to the other traces of the order. @param key instance/store/increment_id */
export function tieToOrder(key: string, name: string): void {
  const active = trace.getActiveSpan();
  if (!active?.isRecording()) return;
  const tie = startSpan(name, {
    parent: placeOf(key),
    links: [active.spanContext()],
    attributes: { 'messaging.kafka.message.key': key },
  });
  tie.end();
  active.addLink({ context: tie.spanContext() });
}

/** The span it hangs from is made by nobody: it only says that the trace is to be recorded. */
function placeOf(key: string): string {
  const digest = createHash('sha256').update(`order ${key}`).digest('hex');
  return `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-01`;
}
