import type { Configuration } from '../platform/config/read.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import { traceparentOf } from '../platform/telemetry/tracing.ts';
import { createMagento } from './magento.ts';
import type { Magento } from './magento.ts';

/** The client of the configured shop: credentials as they are now, calls counted and traced. */
export function connectMagento(configuration: Configuration<'magento'>, metrics: Metrics): Magento {
  const { magento } = configuration.config;
  return createMagento({
    baseUrl: magento.url,
    ...(magento.signingUrl ? { signingUrl: magento.signingUrl } : {}),
    credentials: () => configuration.current().magento.credentials,
    connections: magento.connections,
    deadlineMs: magento.deadlineMs,
    allowHttp: magento.allowHttp,
    headers: traceHeaders,
    onAnswer: ({ status, durationMs, route }) => {
      metrics.sinkRequests.inc({ sink: 'magento', route, code: String(status) });
      metrics.sinkDuration.observe({ sink: 'magento', route }, durationMs / 1000);
    },
  });
}

function traceHeaders(): Record<string, string> {
  const traceparent = traceparentOf();
  return traceparent === null ? {} : { traceparent };
}
