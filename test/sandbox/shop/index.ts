import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { FaultRule } from './control/faults.ts';
import { Faults } from './control/faults.ts';
import { Journal } from './control/journal.ts';
import { Webhook } from './control/webhook.ts';
import type { WebhookTarget } from './control/webhook.ts';
import type { AdminAccount, Credentials, Integration } from './oauth/integrations.ts';
import { Nonces } from './oauth/nonces.ts';
import { Router } from './rest/router.ts';
import { ROUTES } from './routes.ts';
import { createShopServer } from './server.ts';
import type { Clock, Random } from './time-and-chance.ts';
import type { Shop } from './shop.ts';
import { now } from './shop.ts';
import { Database } from './state/database.ts';
import { seed } from './state/seed.ts';
import type { Seed } from './state/seed.ts';
import type { OrderRow } from './state/sales-rows.ts';

export type { FaultRule } from './control/faults.ts';
export type { JournalEntry } from './control/journal.ts';
export type { Credentials } from './oauth/integrations.ts';

export interface ShopOptions {
  /** Where to listen; another address than 127.0.0.1 only inside a container. */
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  /** State file to resume from; without it the shop forgets everything. */
  statePath?: string | null;
  seed?: Seed | ((shop: Shop) => void);
  credentials?: Credentials;
  /** What the integration with these credentials may do; everything, unless told otherwise. */
  resources?: Integration['resources'];
  /** More integrations, with fewer rights. */
  integrations?: Integration[];
  admin?: AdminAccount;
  webhook?: WebhookTarget | null;
  /** After this time a new order is written a second time, which moves its `updated_at` (FACTS section 3); 0: never. */
  secondWriteMs?: number;
  /** Base URL that the store configuration shows; the address listened on without it. */
  baseUrl?: string;
  clock?: Clock;
  random?: Random;
}

export interface RunningShop {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  credentials: Credentials;
  journal: Journal;
  /** The shop itself, for tests that look inside or change what no call can. */
  shop: Shop;
  setFaults(rules: readonly FaultRule[]): void;
  /** How many calls they have met since then. */
  faultsTaken(): number;
  close(): Promise<void>;
}

/** Credentials of the default integration; every key of Magento has 32 characters. */
export const DEFAULT_CREDENTIALS: Credentials = {
  consumerKey: 'sandboxconsumerkey00000000000001',
  consumerSecret: 'sandboxconsumersecret00000000001',
  accessToken: 'sandboxaccesstoken00000000000001',
  accessTokenSecret: 'sandboxaccesstokensecret00000001',
};

const SYSTEM_CLOCK: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Starts the sandbox shop on a port of the loopback interface. */
export async function startShop(options: ShopOptions = {}): Promise<RunningShop> {
  const { clock = SYSTEM_CLOCK, random = Math.random, credentials = DEFAULT_CREDENTIALS } = options;
  const webhook = options.webhook == null ? null : new Webhook(options.webhook, clock, random);
  const secondWriteMs = options.secondWriteMs ?? 0;
  const timers = new Set<NodeJS.Timeout>();
  const journal = new Journal(clock);
  const shop: Shop = {
    db: new Database(options.statePath ?? null),
    clock,
    random,
    journal,
    integrations: [
      { ...credentials, consumerId: 1, resources: options.resources ?? 'all', status: 'active' },
      ...(options.integrations ?? []),
    ],
    admin: options.admin ?? { username: 'admin', password: 'sandbox-admin-1' },
    adminTokens: new Set(),
    nonces: new Nonces(),
    bearerForIntegrations: false,
    baseUrl: options.baseUrl ?? '',
    customerChanged: (customer, change) => webhook?.customerChanged(customer, change),
    orderChanged(order) {
      webhook?.orderChanged(order);
      const isNew =
        order.state === 'new' && order.created_at === order.updated_at && order.status === 'pending';
      if (isNew && secondWriteMs > 0) later(timers, secondWriteMs, () => writeAgain(shop, order));
    },
  };
  if (shop.db.isNew) {
    if (typeof options.seed === 'function') options.seed(shop);
    else seed(shop, options.seed ?? 'default');
  }
  const faults = new Faults(random);
  const server = createShopServer(shop, new Router(ROUTES), faults);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (shop.baseUrl === '') shop.baseUrl = `${url}/`;
  return {
    url,
    credentials,
    journal,
    shop,
    setFaults: (rules) => faults.set(rules),
    faultsTaken: () => faults.taken,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      webhook?.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      shop.db.commit();
    },
  };
}

/** The e-mail of a new order is sent after the order was saved, and saves it again. */
function writeAgain(shop: Shop, order: OrderRow): void {
  order.updated_at = now(shop);
  shop.db.orders.save(order);
  shop.db.commit();
}

function later(timers: Set<NodeJS.Timeout>, delayMs: number, work: () => void): void {
  const timer = setTimeout(() => {
    timers.delete(timer);
    work();
  }, delayMs);
  timer.unref();
  timers.add(timer);
}
