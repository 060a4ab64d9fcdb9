import { AdaptiveLimit } from '../platform/http/call-limit.ts';
import { shareOfShop } from '../platform/processes.ts';
import type { Configuration } from '../platform/config/read.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import { outcomeOfStatus, sinkCalls } from '../platform/telemetry/sink-calls.ts';
import { traceparentOf } from '../platform/telemetry/tracing.ts';
import { createMagento } from './magento.ts';
import type { Magento } from './magento.ts';

/** The client of the configured shop: credentials as they are now, calls counted and traced. */
export function connectMagento(configuration: Configuration<'magento'>, metrics: Metrics): Magento {
  const { magento } = configuration.config;
  const countCall = sinkCalls(metrics, 'magento');
  return createMagento({
    baseUrl: magento.url,
    ...(magento.signingUrl ? { signingUrl: magento.signingUrl } : {}),
    credentials: () => configuration.current().magento.credentials,
    connections: new AdaptiveLimit({
      max: shareOfShop(magento.callsAtOnce),
      slowMs: magento.slowMs,
      onChange: (current) => metrics.callLimit.set({ sink: 'magento' }, current),
    }),
    deadlineMs: magento.deadlineMs,
    allowHttp: magento.allowHttp,
    headers: traceHeaders,
    onAnswer: ({ status, durationMs, route }) =>
      countCall({ route, code: String(status), outcome: outcomeOfStatus(status), durationMs }),
  });
}

function traceHeaders(): Record<string, string> {
  const traceparent = traceparentOf();
  return traceparent === null ? {} : { traceparent };
}
