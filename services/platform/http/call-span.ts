import { trace } from '@opentelemetry/api';
import { SpanKind, inSpan, markFailed, startSpan } from '../telemetry/tracing.ts';

export interface SpannedCall {
  method: string;
  /** Method and path without ids, as in `GET orders/:id`. */
  route: string;
  origin: string;
  /** The whole path without ids, as in `/rest/V1/orders/:id`; left out where it has no form that repeats. */
  template?: string;
}

/**
 * Runs a call in a CLIENT span (OpenTelemetry, HTTP conventions), so that what it sends on as `traceparent` names the
 * call. One that belongs to no trace (at the start, by a timer) makes none. The path itself and the query stay out:
 * they may hold what identifies a person.
 */
export function inCallSpan<Answer extends { status: number }>(
  { method, route, origin, template }: SpannedCall,
  send: () => Promise<Answer>,
): Promise<Answer> {
  if (trace.getActiveSpan() === undefined) return send();
  const { hostname, port, protocol } = new URL(origin);
  const span = startSpan(route, {
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': method,
      ...(template && { 'url.template': template }),
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    },
  });
  return inSpan(span, async () => {
    const answer = await send();
    span.setAttribute('http.response.status_code', answer.status);
    if (answer.status >= 400) markFailed(span, String(answer.status));
    return answer;
  });
}
