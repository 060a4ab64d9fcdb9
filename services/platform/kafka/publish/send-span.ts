import { producerAttributes } from '../../telemetry/messaging-attributes.ts';
import { SpanKind, inSpan, isSampled, startSpan, traceparentOf } from '../../telemetry/tracing.ts';

/** One record by its key, or so many. */
type Sent = { topic: string; traceparent: string | null } & ({ key: string } | { count: number });

/**
 * Sends one record, or many together, in a PRODUCER span (OpenTelemetry, messaging conventions) that ends with the broker's
 * acknowledgement; each record names it as its origin. Of a trace that nobody records, or of none, there is no span.
 */
export function inSendSpan<Result>(
  { topic, traceparent, ...sent }: Sent,
  send: (traceparent: string | null) => Promise<Result>,
): Promise<Result> {
  if (traceparent === null || !isSampled(traceparent)) return send(traceparent);
  const span = startSpan(`send ${topic}`, {
    kind: SpanKind.PRODUCER,
    parent: traceparent,
    attributes: producerAttributes(topic, sent),
  });
  return inSpan(span, () => send(traceparentOf(span) ?? traceparent));
}
