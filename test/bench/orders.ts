import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../../deploy/local/ports.ts';
import { orders as ordersContract, refresh } from '../../schemas/topics.ts';
import type { Outcome } from '../../schemas/types.ts';
import { applyTopics } from '../infrastructure/apply-topics.ts';
import { freshDatabase, startKafka, startPostgres, startRegistry } from '../infrastructure/main.ts';
import {
  eventually,
  openWitness,
  ordersConfig,
  ownInstance,
  platformConfig,
  startProcess,
  webhookConfig,
} from '../orders/support.ts';
import type { RunningProcess, Witness } from '../orders/support.ts';
import { headersOf, webhookSecret } from '../webhooks/sender.ts';
import { startInstantErp } from './instant-erp.ts';
import type { InstantErp } from './instant-erp.ts';
import { latencyRows } from './order-stages.ts';
import { paced } from './paced.ts';
import { openPeer } from './peer.ts';
import type { Peer } from './peer.ts';
import { cpuSeconds } from './resources.ts';
import { startInstantShop } from './shop.ts';
import type { InstantShop } from './shop.ts';
import type { Figures, Study } from './study.ts';

const paces = [
  { perSecond: 1, events: 30, warmUpEvents: 5 },
  { perSecond: 50, events: 1_000, warmUpEvents: 200 },
  { perSecond: 200, events: 3_000, warmUpEvents: 600 },
];
const floodOrders = 6_000;
const floodConnections = 64;
/** About what an order of two lines takes on its topic. */
const peerBytes = 1_500;

/** From a signed webhook to the row in the ERP, against a shop that answers at once and an ERP of one statement. */
export const orders: Study = {
  name: 'orders',
  about: `orders from webhook to ERP row through order-relay and order-exporter, shop of copies that answers at once, ERP of one insert in a real PostgreSQL; peer: kafkajs alone, one hop, same pace; then ${floodOrders} at once, one process after the other`,
  async run(say) {
    const bench = await OrdersBench.open(say);
    try {
      const rows: Figures['rows'] = [];
      for (const pace of paces) {
        say(`${pace.perSecond} orders/s`);
        rows.push(...(await bench.latency(pace)));
      }
      say(`${floodOrders} orders at once`);
      rows.push(...(await bench.flood('SQL')), ...(await bench.flood('recipe')));
      return { rows, notes };
    } finally {
      await bench.close();
    }
  },
};

const notes = [
  'whole: from the first byte of the webhook to the answer of the commit in the ERP. ERP: from the look-up to that answer.',
  'ours: whole less ERP and shop, order by order: the sum of its five parts, two hops over Kafka among them. Goal at 200/s: p99 at most that of the bare hop and 20 ms.',
  'at once: orders/s from the first to the last, the relay first with the exporter stopped, then the exporter alone; the recipe makes three calls an order.',
];

/** Look-up and insert, as small as an ERP can be. */
const erpTable =
  'create table sale (id int primary key generated always as identity, key text unique, body jsonb)';
const erpOrders = {
  lookup: 'select id, key as reference from sale where key = $key::text',
  create: [{ sql: 'insert into sale (key, body) values ($key::text, $order::jsonb)' }],
  settleMs: 6_000,
};

/** How the orders get into the ERP. */
type Way = 'SQL' | 'recipe';

class OrdersBench {
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly #instance = ownInstance();
  readonly #webhookPort: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: floodConnections });
  readonly #sent = new Map<string, { sentAt: number; acceptedAt: number }>();
  #shop!: InstantShop;
  #erpUrl!: string;
  #httpErp!: InstantErp;
  #witness!: Witness;
  #peer!: Peer;
  #relay!: RunningProcess;
  #exporter!: RunningProcess;
  #count = 0;

  private constructor(webhookPort: number) {
    this.#webhookPort = webhookPort;
  }

  static async open(say: (text: string) => void): Promise<OrdersBench> {
    const bench = new OrdersBench(await freePort());
    try {
      say('starting registry, database, broker, relay and exporter');
      await bench.#start();
      return bench;
    } catch (error) {
      await bench.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    for (const closer of this.#closers.toReversed()) await closer();
  }

  async #start(): Promise<void> {
    const [registry, postgres, kafka] = await Promise.all([startRegistry(), startPostgres(), startKafka()]);
    this.#closers.push(
      () => registry.remove(),
      () => postgres.remove(),
      () => kafka.remove(),
    );
    // The seam through which the tests' helpers find what `npm test` shares among its files.
    Object.assign(process.env, {
      CARTAGE_TEST_REGISTRY_URL: registry.url,
      CARTAGE_TEST_DATABASE_URL: postgres.url,
      CARTAGE_TEST_KAFKA: kafka.bootstrap,
    });
    this.#erpUrl = await this.#makeErp();
    this.#httpErp = await startInstantErp();
    this.#closers.push(() => this.#httpErp.close());
    this.#shop = await startInstantShop();
    this.#closers.push(() => this.#shop.close());
    await applyTopics(kafka.bootstrap, registry.url);
    this.#witness = await openWitness(this.#instance);
    this.#closers.push(() => this.#witness.close());
    this.#peer = await openPeer(kafka.bootstrap);
    this.#closers.push(() => this.#peer.close());
    this.#relay = await this.#startRelay();
    this.#closers.push(() => this.#relay.stop());
    this.#exporter = await this.#startExporter('SQL');
    this.#closers.push(() => this.#exporter.stop());
  }

  async #makeErp(): Promise<string> {
    const database = await freshDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(erpTable);
    await client.end();
    return database.url;
  }

  async #startRelay(): Promise<RunningProcess> {
    const { url, credentials } = this.#shop;
    const relay = await startProcess('order-relay', {
      ...platformConfig(this.#instance),
      magento: { url, credentials, deadlineMs: 4_000 },
      webhook: { ...webhookConfig(this.#webhookPort), secrets: [webhookSecret] },
      // As seldom as in production.
      orders: ordersConfig({ sweep: { intervalMs: 60_000 } }),
    });
    await relay.logged('The group has given out its partitions');
    return relay;
  }

  async #startExporter(way: Way): Promise<RunningProcess> {
    const bySql = { connection: { url: this.#erpUrl, statementTimeoutMs: 4_000 }, orders: erpOrders };
    const exporter = await startProcess('order-exporter', {
      ...platformConfig(this.#instance),
      orders: ordersConfig(),
      erp: way === 'SQL' ? bySql : this.#httpErp.config,
    });
    await exporter.logged('The group has given out its partitions');
    return exporter;
  }

  async latency(pace: (typeof paces)[number]): Promise<Figures['rows']> {
    const first = this.#count + pace.warmUpEvents;
    const took = this.#watchProcessors();
    await paced(pace, () => this.#send());
    const keys = this.#keys(first, this.#count);
    const exported = await this.#outcomesOf(ordersContract.topic, keys);
    const relayed = new Map((await this.#outcomesOf(refresh.topic, keys)).map((one) => [one.key, one]));
    const used = took(pace.warmUpEvents + pace.events);
    const shop = await this.#shop.times();
    const journeys = exported.map((one) => ({
      ...this.#sent.get(one.key)!,
      relayed: relayed.get(one.key)!,
      shop: shop[one.key.split('/').at(-1)!]!,
      exported: one,
    }));
    const bare = await this.#peer.latenciesMs(pace.events, pace.perSecond, peerBytes);
    const rows = latencyRows(`${pace.perSecond}/s`, journeys, bare);
    return [...rows, { pace: `${pace.perSecond}/s`, ...used }];
  }

  /** What relay and exporter use of a processor from now on, for each of so many orders. */
  #watchProcessors(): (orders: number) => Figures['rows'][number] {
    const processes = { relay: this.#relay.pid, exporter: this.#exporter.pid };
    const before = Object.entries(processes).map(([name, pid]) => ({ name, pid, seconds: cpuSeconds(pid) }));
    return (orders) =>
      Object.fromEntries(
        before.map(({ name, pid, seconds }) => [
          `${name} CPU ms each`,
          Number((((cpuSeconds(pid) - seconds) * 1000) / orders).toFixed(2)),
        ]),
      );
  }

  /** The relay fills the topic while the exporter is away; then the exporter empties it. */
  async flood(way: Way): Promise<Figures['rows']> {
    await this.#exporter.stop();
    const first = this.#count;
    const startedAt = Date.now();
    await Promise.all(
      Array.from({ length: floodConnections }, async () => {
        while (this.#count < first + floodOrders) await this.#send();
      }),
    );
    const keys = this.#keys(first, this.#count);
    const published = new Set<string>();
    await eventually(
      'all orders on their topic',
      () => {
        for (const { key } of this.#witness.orders) if (keys.has(key)) published.add(key);
        return published.size === keys.size;
      },
      120_000,
    );
    const lastAt = Math.max(...this.#witness.orders.map(({ publishedAt }) => publishedAt));
    this.#exporter = await this.#startExporter(way);
    const outcomes = await this.#outcomesOf(ordersContract.topic, keys);
    const begun = Math.min(...outcomes.map((outcome) => outcome.startedAt));
    const ended = Math.max(...outcomes.map((outcome) => outcome.finishedAt));
    const rate = (ms: number) => Math.round((keys.size * 1000) / ms);
    return [
      { pace: 'at once', orders: keys.size, 'relay orders/s': rate(lastAt - startedAt) },
      { pace: `at once, ${way}`, orders: keys.size, 'exporter orders/s': rate(ended - begun) },
    ];
  }

  #keys(from: number, to: number): Set<string> {
    return new Set(Array.from({ length: to - from }, (_, index) => this.#keyOf(from + index + 1)));
  }

  #keyOf(number: number): string {
    return `${this.#instance}/default/${incrementIdOf(number)}`;
  }

  async #outcomesOf(topic: string, keys: ReadonlySet<string>): Promise<Outcome[]> {
    const applied = () =>
      this.#witness.outcomes.filter(
        (one) => one.topic === topic && one.status === 'applied' && keys.has(one.key),
      );
    await eventually(`all keys of ${topic} applied`, () => applied().length >= keys.size, 180_000);
    return applied();
  }

  async #send(): Promise<void> {
    const number = (this.#count += 1);
    const body = JSON.stringify({
      type: 'order.changed',
      data: { increment_id: incrementIdOf(number), store_id: 1 },
    });
    const sent = { sentAt: Date.now(), acceptedAt: Number.NaN };
    this.#sent.set(this.#keyOf(number), sent);
    for (let status = 0; status !== 202;) {
      if (status !== 0) await sleep(20);
      status = await this.#post(`msg_${this.#instance}_${number}`, body);
    }
    sent.acceptedAt = Date.now();
  }

  #post(id: string, body: string): Promise<number> {
    const headers = { ...headersOf(id, body), 'content-length': Buffer.byteLength(body) };
    const options = {
      port: this.#webhookPort,
      path: '/webhooks/orders',
      method: 'POST',
      headers,
      agent: this.#agent,
    };
    return new Promise((resolve, reject) => {
      const call = request(options, (answer) => {
        answer.on('end', () => resolve(answer.statusCode ?? 0)).resume();
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}

function incrementIdOf(number: number): string {
  return String(number).padStart(9, '0');
}
