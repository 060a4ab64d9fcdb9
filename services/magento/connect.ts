import type { Configuration } from '../platform/config/read.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import { traceparentOf } from '../platform/telemetry/tracing.ts';
import { createMagento } from './magento.ts';
import type { Magento } from './magento.ts';

/** How long a changed secret may go unnoticed. */
const rereadCredentialsMs = 10_000;

/** The client of the configured shop: credentials re-read while the process runs (R12), calls counted and traced. */
export function connectMagento(configuration: Configuration<'magento'>, metrics: Metrics, log: Log): Magento {
  const { magento } = configuration.config;
  return createMagento({
    baseUrl: magento.url,
    ...(magento.signingUrl ? { signingUrl: magento.signingUrl } : {}),
    credentials: rereadCredentials(configuration, log),
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

function rereadCredentials(configuration: Configuration<'magento'>, log: Log) {
  let credentials = configuration.config.magento.credentials;
  let readAt = Date.now();
  return () => {
    if (Date.now() - readAt < rereadCredentialsMs) return credentials;
    readAt = Date.now();
    try {
      credentials = configuration.reload().magento.credentials;
    } catch {
      log.warn(
        { fix: 'Run `cartage check`' },
        'the configuration cannot be read again: the known credentials stay in use',
      );
    }
    return credentials;
  };
}

function traceHeaders(): Record<string, string> {
  const traceparent = traceparentOf();
  return traceparent === null ? {} : { traceparent };
}
