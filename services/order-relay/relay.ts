import { refresh } from '../../schemas/topics.ts';
import { CodeIds } from '../magento/code-ids.ts';
import { connectMagento } from '../magento/connect.ts';
import type { Configuration } from '../platform/config/read.ts';
import { groupOfPart } from '../platform/groups.ts';
import { KeptCodes } from '../platform/kept-codes.ts';
import type { Coded } from '../platform/kept-codes.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { openProcess } from '../platform/lifecycle/process.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { runFlows } from '../platform/lifecycle/run-flow.ts';
import { askedOfCustomer } from './customers/customer-webhook.ts';
import { ShopCustomers } from './customers/shop-customers.ts';
import { relayedCustomers } from './customers/relayed-customers.ts';
import { countFirstSeen } from './orders/first-seen.ts';
import { askedOfOrder } from './orders/order-webhook.ts';
import { relayedOrders } from './orders/relayed-orders.ts';
import { keepTopic } from './keep-topic.ts';
import type { RelaySource } from './relayed-topic.ts';
import { requestOf } from './requests/request.ts';
import { openSchemes } from './webhook/schemes/index.ts';
import { webhookReceiver } from './webhook/webhook.ts';
import { WebhookServer } from './webhook/webhook-server.ts';

type RelayConfiguration = Configuration<'magento' | 'orders' | 'customers' | 'stock' | 'webhook'>;

/** What the parts of the relay share. */
interface Relay {
  configuration: RelayConfiguration;
  process: Process;
  source: RelaySource;
  stores: CodeIds;
  /** Codes of websites by the ids of their store views. */
  websites: CodeIds;
  customers: ShopCustomers;
}

/** Magento to Kafka: takes webhooks, sweeps, and publishes each order, and each customer, that a request names. */
export async function startOrderRelay(configuration: RelayConfiguration, life: Life): Promise<void> {
  const { config } = configuration;
  const process = await openProcess('order-relay', configuration, life);
  const relay = await openRelay(process, configuration);
  const { source, stores, websites, customers } = relay;
  const { context } = process;
  const { flows, orders } = config;
  const onFirstSeen = countFirstSeen(process.metrics, context.clock);
  let isTaking = false;
  process.checks.need('webhook', () => (isTaking ? null : 'starting'));
  await runFlows(process, [
    {
      name: 'orders',
      mode: flows.orders,
      why: stayReady(),
      start: (mode) =>
        keepTopic(
          relay,
          context,
          mode,
          // Looked up each time: a warehouse may have been mapped since.
          relayedOrders({ ...source, stores, websites, onFirstSeen }, orders.since, () =>
            flows.stock === 'off' ? [] : Object.keys(config.stock.sources),
          ),
        ),
    },
    {
      name: 'customers',
      mode: flows.customers,
      why: stayReady(),
      start: (mode) =>
        keepTopic(
          relay,
          { ...context, group: groupOfPart(context.group, 'customers') },
          mode,
          relayedCustomers({ ...source, shop: customers }, config.customers.goneShareMax),
        ),
    },
  ]);
  await takeWebhooks(relay);
  isTaking = true;
}

async function openRelay(process: Process, configuration: RelayConfiguration): Promise<Relay> {
  const { instance, orders } = configuration.config;
  const { bus, clock } = process.context;
  const kept = new KeptCodes(bus, instance, clock);
  const reading = await kept.follow();
  process.onStop(() => reading.stop());
  const magento = connectMagento(configuration, process, (coded) => kept.of(coded));
  process.onStop(() => magento.close());
  const keptList = (coded: Coded, list: () => Promise<{ id: number; code: string }[]>) => async () => {
    const found = await list();
    await kept.keep(coded, found);
    return found;
  };
  const stores = new CodeIds(
    keptList('store-view', () => magento.store.views()),
    clock,
    () => kept.of('store-view'),
  );
  const keptWebsites = keptList('website', () => magento.store.customerWebsites());
  return {
    configuration,
    process,
    stores,
    websites: new CodeIds(async () => {
      await keptWebsites();
      return magento.store.websitesOfViews();
    }, clock),
    customers: new ShopCustomers(magento, {
      instance,
      clock,
      stores,
      websites: new CodeIds(keptWebsites, clock, () => kept.of('website')),
    }),
    source: {
      bus,
      magento,
      clock,
      log: process.log,
      instance,
      marginMs: orders.sweep.marginMs,
      skewMs: () => magento.rest.clock()?.skewMs ?? 0,
      onWentBack: (topic, key) => lookAgain(process, topic, key),
    },
  };
}

/**
 * Webhooks are taken by every replica, whoever holds the partitions: while the group gives them out anew, all replicas
 * at once have none, and a balancer that follows readiness would have nobody left.
 */
function stayReady(): (subscription: Subscription) => string | null {
  let hasJoined = false;
  return (subscription) => {
    hasJoined ||= subscription.ready();
    return subscription.unhealthyReason() ?? (hasJoined ? null : 'no partitions assigned yet');
  };
}

/** Every replica sees it and asks; the requests collapse. One that is lost is made up for by the next sweep. */
function lookAgain({ bus, log, context }: Process, topic: string, key: string): void {
  log.warn({ topic, key }, 'an older state was published after a newer one: looking at it again');
  const asked = { topic, key, entityId: null };
  const value = requestOf({ asked, reason: 'went back', seen: null, requestedAt: context.clock.now() });
  bus.publish(refresh, { value }).catch((error: unknown) => log.warn({ err: error, key }, 'not asked for'));
}

async function takeWebhooks(relay: Relay): Promise<void> {
  const { process, configuration, stores, customers } = relay;
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
      flows.orders === 'off' && flows.customers === 'off' && webhook.erpSecrets.length === 0
        ? null
        : webhookReceiver({
            toleranceMs,
            now,
            bus,
            orders: flows.orders === 'off' ? undefined : (named) => askedOfOrder(named, { instance, stores }),
            customers:
              flows.customers === 'off'
                ? undefined
                : (named) => askedOfCustomer(named, { instance, websites: customers.websites }),
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
