import { producerAttributes } from '../../telemetry/messaging-attributes.ts';
import { SpanKind, inSpan, isSampled, startSpan, traceparentOf } from '../../telemetry/tracing.ts';

/**
 * Sends one record in a PRODUCER span (OpenTelemetry, messaging conventions) that ends with the broker's acknowledgement;
 * the record names it as its origin. A record of a trace that nobody records, or of none, makes no span.
 */
export function inSendSpan(
  { topic, key, traceparent }: { topic: string; key: string; traceparent: string | null },
  send: (traceparent: string | null) => Promise<void>,
): Promise<void> {
  if (traceparent === null || !isSampled(traceparent)) return send(traceparent);
  const span = startSpan(`send ${topic}`, {
    kind: SpanKind.PRODUCER,
    parent: traceparent,
    attributes: producerAttributes(topic, key),
  });
  return inSpan(span, () => send(traceparentOf(span) ?? traceparent));
}
