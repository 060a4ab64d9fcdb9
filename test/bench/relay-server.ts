/**
 * The subject of the webhook benchmark: the relay's webhook as it is wired in production (limits, signature, ids, body
 * check, span, Avro, headers, batching, acknowledgement by the broker, metrics), without what serves the requests: that
 * runs wherever their partitions are held. Prints its port, ends with SIGTERM.
 */
import { ownWebhooks } from '../../services/order-relay/webhook/schemes/own.ts';
import { WebhookServer } from '../../services/order-relay/webhook/webhook-server.ts';
import { askedOfOrder } from '../../services/order-relay/orders/order-webhook.ts';
import { webhookReceiver } from '../../services/order-relay/webhook/webhook.ts';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import { openLog } from '../../services/platform/telemetry/log.ts';
import { openMetrics } from '../../services/platform/telemetry/metrics.ts';
import { openTracing } from '../../services/platform/telemetry/tracing.ts';
import { benchSecret } from './deliveries.ts';

const [broker = '', registryUrl = ''] = process.argv.slice(2);
const log = openLog('order-relay', 'bench', 'error');
const tracing = await openTracing({
  process: 'order-relay',
  instance: 'bench',
  otlpUrl: null,
  sampledShare: 1,
});
const bus = connectKafka({
  brokers: [broker],
  clientId: 'cartage-bench-order-relay',
  registry: { url: registryUrl },
  source: 'cartage/bench/order-relay',
  log,
});
const secrets = [benchSecret];
const believed = { toleranceMs: 300_000, now: Date.now };
const stores = { knownCode: () => 'default', codeOf: () => Promise.resolve('default') };
const server = new WebhookServer({
  host: '127.0.0.1',
  port: 0,
  maxBodyBytes: 16 * 1024,
  maxBufferedBytes: 8 * 1024 * 1024,
  maxConnections: 10_000,
  maxPerSecond: 1_000_000,
  trustedProxies: [],
  shutdownDelayMs: 0,
  schemes: [ownWebhooks({ ...believed, secrets: () => secrets })],
  take: webhookReceiver({
    ...believed,
    bus,
    orders: (named) => askedOfOrder(named, { instance: 'bench', stores }),
    onFailure: (error) => log.error({ err: error }, 'not taken'),
  }),
  webhooks: openMetrics('order-relay', 'bench').webhooks,
  onError: (error) => log.error({ err: error }, 'failed'),
});
const url = await server.listen();
process.stdout.write(`${new URL(url).port}\n`);
process.once('SIGTERM', () => {
  server
    .close()
    .then(() => bus.close())
    .then(() => tracing.close())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
});
