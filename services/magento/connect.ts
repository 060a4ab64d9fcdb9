import { AdaptiveLimit } from '../platform/http/call-limit.ts';
import { shareOfShop } from '../platform/processes.ts';
import type { Configuration } from '../platform/config/read.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import { outcomeOfStatus, sinkCalls } from '../platform/telemetry/sink-calls.ts';
import { traceparentOf } from '../platform/telemetry/tracing.ts';
import { createMagento } from './magento.ts';
import type { Magento } from './magento.ts';
import { setNames, showShop } from './shown.ts';
import type { KeptCodesOf } from './store.ts';

/**
 * The client of the configured shop: credentials as they are now, calls bounded, counted and traced.
 * @param keptCodes for whoever reads or writes keys of orders or customers
 */
export function connectMagento(
  configuration: Configuration<'magento'>,
  { metrics, log, yields = false }: { metrics: Metrics; log: Log; yields?: boolean },
  keptCodes?: KeptCodesOf,
): Magento {
  const { magento: config } = configuration.config;
  const countCall = sinkCalls(metrics, 'magento');
  const magento = createMagento({
    baseUrl: config.url,
    ...(config.signingUrl ? { signingUrl: config.signingUrl } : {}),
    storeCodes: config.storeCodes,
    websiteCodes: config.websiteCodes,
    keptCodes,
    credentials: () => configuration.current().magento.credentials,
    nextCredentials: () => configuration.current().magento.nextCredentials ?? null,
    onCredentials: (place) =>
      log.warn(
        { inUse: `magento.${setNames[place]}`, fix: 'See "Credentials of the shop" in deploy/README.md' },
        'the shop refuses one set of credentials and takes the other: using that',
      ),
    connections: new AdaptiveLimit({
      max: shareOfShop(config.callsAtOnce),
      slowMs: config.slowMs,
      yields,
      onChange: (current) => metrics.callLimit.set({ sink: 'magento' }, current),
    }),
    deadlineMs: config.deadlineMs,
    allowHttp: config.allowHttp,
    headers: traceHeaders,
    onAnswer: ({ status, durationMs, route }) => {
      countCall({ route, code: String(status), outcome: outcomeOfStatus(status), durationMs });
      showShop(metrics, magento, configuration.current().magento);
    },
  });
  return magento;
}

function traceHeaders(): Record<string, string> {
  const traceparent = traceparentOf();
  return traceparent === null ? {} : { traceparent };
}
