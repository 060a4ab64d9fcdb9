import { orders as ordersContract, refresh } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import { CodeIds } from '../magento/code-ids.ts';
import { connectMagento } from '../magento/connect.ts';
import { documentKinds } from '../magento/documents.ts';
import type { Magento } from '../magento/magento.ts';
import { wholeOrdersPerPage } from '../magento/orders.ts';
import type { Configuration } from '../platform/config/read.ts';
import { runFlow } from '../platform/lifecycle/run-flow.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import type { Mode } from '../platform/groups.ts';
import { SweepCursors } from './sweep/cursor.ts';
import { orderRequests } from './orders/order-requests.ts';
import { PublishedStates } from './requests/published.ts';
import { refreshRequestFlow } from './requests/request-flow.ts';
import { requestOf } from './requests/request.ts';
import { NightlySweep } from './sweep/nightly-sweep.ts';
import { PageReader } from './sweep/page-reader.ts';
import { SweepSchedule } from './sweep/sweep-schedule.ts';
import type { Sweeping } from './sweep/sweep-schedule.ts';
import { Sweep } from './sweep/sweep.ts';
import { sweptDocuments, sweptOrders } from './sweep/swept.ts';
import type { SweptList } from './sweep/swept.ts';
import { openSchemes } from './webhook/schemes/index.ts';
import { webhookReceiver } from './webhook/webhook.ts';
import { WebhookServer } from './webhook/webhook-server.ts';

type RelayConfiguration = Configuration<'magento' | 'orders' | 'webhook'>;

/** What the parts of the relay share. */
interface Relay {
  configuration: RelayConfiguration;
  process: Process;
  magento: Magento;
  stores: CodeIds;
  published: PublishedStates<Order>;
  skewMs: () => number;
}

/** How long before the cursor's overlap publishing is remembered: a sweep may have been down for a while. */
const publishedMarginMs = 3_600_000;

/** Magento to Kafka: takes webhooks, sweeps, and publishes each order that a request names. */
export async function startOrderRelay(configuration: RelayConfiguration, life: Life): Promise<void> {
  const { config } = configuration;
  const process = openProcess('order-relay', configuration, life);
  const magento = connectMagento(configuration, process);
  process.onStop(() => magento.close());
  const relay: Relay = {
    configuration,
    process,
    magento,
    stores: new CodeIds(() => magento.store.views(), process.context.clock),
    published: new PublishedStates({
      contract: ordersContract,
      instance: config.instance,
      marginMs: config.orders.sweep.marginMs,
      clock: process.context.clock,
      onWentBack: (key) => lookAgain(process, ordersContract.topic, key),
    }),
    skewMs: () => magento.rest.clock()?.skewMs ?? 0,
  };
  let isTaking = false;
  process.checks.need('webhook', () => (isTaking ? null : 'starting'));
  const running = await runFlow(process, config.flows.orders, async (mode) => {
    const subscription = await serveRequests(relay, mode);
    await sweep(relay, mode, subscription);
    return subscription;
  });
  if (running) stayReady(process, running);
  await takeWebhooks(relay);
  isTaking = true;
}

/**
 * Webhooks are taken by every replica, whoever holds the partitions: while the group gives them out anew, all replicas
 * at once have none, and a balancer that follows readiness would have nobody left.
 */
function stayReady(process: Process, subscription: Subscription): void {
  let hasJoined = false;
  process.checks.need('subscription', () => {
    hasJoined ||= subscription.ready();
    return subscription.unhealthyReason() ?? (hasJoined ? null : 'no partitions assigned yet');
  });
}

/** Every replica sees it and asks; the requests collapse. One that is lost is made up for by the next sweep. */
function lookAgain({ bus, log, context }: Process, topic: string, key: string): void {
  log.warn({ topic, key }, 'an older state was published after a newer one: looking at it again');
  const asked = { topic, key, entityId: null };
  const value = requestOf({ asked, reason: 'went back', seen: null, requestedAt: context.clock.now() });
  bus.publish(refresh, { value }).catch((error: unknown) => log.warn({ err: error, key }, 'not asked for'));
}

/** Reads the orders that are asked for. What was published lately is known before the first of them. */
async function serveRequests(relay: Relay, mode: Mode): Promise<Subscription> {
  const { process, configuration, magento, stores, published, skewMs } = relay;
  const { instance, orders } = configuration.config;
  const { bus, clock } = process.context;
  const since = clock.now() - orders.sweep.overlapMs - publishedMarginMs;
  const reading = await published.follow(bus, since, skewMs);
  process.onStop(() => reading.stop());
  const served = orderRequests({
    bus,
    magento,
    stores,
    published,
    clock,
    instance,
    since: orders.since,
    skewMs,
  });
  const flow = refreshRequestFlow({
    topics: [served],
    mode,
    callsAtOnce: () => magento.callsAtOnce(),
    probe: async () => void (await magento.store.views()),
  });
  return runStates(process.context, flow);
}

/** Each list has a schedule of its own; of these `cartage_ready` shows that of the orders alone. */
async function sweep(relay: Relay, mode: Mode, subscription: Subscription): Promise<void> {
  const { process, configuration, magento, stores, published } = relay;
  const { instance, orders } = configuration.config;
  const { bus, clock } = process.context;
  const cursors = new SweepCursors(bus, instance, mode, clock);
  const reading = await cursors.follow();
  process.onStop(() => reading.stop());
  const { intervalMs, pageSize, nightlyAt, ...limits } = orders.sweep;
  const pagesOf = (rows: number) =>
    new PageReader({ pageSize: rows, clock, probe: () => magento.store.views() });
  const shared = { bus, clock, log: process.log, cursors, magento, stores, instance, since: orders.since };
  const sweepOf = (list: SweptList) => {
    const serverTime = () => magento.serverTime();
    return new Sweep(list, { ...shared, ...limits, serverTime, pages: pagesOf(pageSize) });
  };
  const lease = () => subscription.leases().find((one) => one.partition === 0 && one.isCurrent()) ?? null;
  const start = (sweeping: Sweeping) => {
    const schedule = new SweepSchedule(sweeping, { ...process.context, intervalMs, lease });
    process.onStop(() => schedule.stop());
    return schedule;
  };
  const ofOrders = start(sweepOf(sweptOrders({ ...shared, published })));
  // A shop that fails takes no webhook away: what one names is read when the shop answers again.
  process.checks.show('sweep', () => ofOrders.unhealthyReason());
  for (const kind of documentKinds) start(sweepOf(sweptDocuments(kind, shared)));
  start(new NightlySweep({ ...shared, pages: pagesOf(wholeOrdersPerPage), atMs: nightlyAt }));
}

async function takeWebhooks(relay: Relay): Promise<void> {
  const { process, configuration, stores } = relay;
  const { instance, flows, webhook } = configuration.config;
  const { toleranceMs } = webhook;
  const { bus, clock, log } = process.context;
  const now = () => clock.now();
  const schemes = openSchemes(() => configuration.current().webhook, { toleranceMs, now, log });
  process.onStop(() => schemes.close());
  const server = new WebhookServer({
    ...webhook,
    schemes: schemes.all,
    take:
      flows.orders === 'off'
        ? null
        : webhookReceiver({
            toleranceMs,
            now,
            bus,
            stores,
            instance,
            onFailure: (error) =>
              log.warn({ err: error }, 'webhook not taken: the sender is asked to come again'),
          }),
    webhooks: process.metrics.webhooks,
    onError: (error) => log.error({ err: error }, 'a webhook failed'),
  });
  const url = await server.listen();
  process.onStop(() => server.close());
  const open = schemes.all.filter((scheme) => scheme.isOpen());
  log.info({ urls: open.map(({ path }) => `${url}${path}`) }, 'taking webhooks');
}
