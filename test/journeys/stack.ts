/**
 * What the journeys run on. Real: the broker (one of its own per test file), the registry, the database, and every
 * Cartage process as an operating-system process with the configuration of deploy/config/sandbox.yaml, its waits made
 * short (configuration.ts). Stand-ins: the sandbox shop and the sandbox ERP. What may be asserted is what a person could
 * see in shop and ERP, and what stands on the topics; never the inside of a process.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../deploy/local/ports.ts';
import { startProcess } from '../../deploy/local/process.ts';
import type { RunningProcess } from '../../deploy/local/process.ts';
import { answersOk } from '../../deploy/local/http-get.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import type { Settings } from '../../deploy/local/settings.ts';
import { Sandboxes } from '../../deploy/local/story/sandboxes.ts';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import { nodeOptions } from '../../services/platform/processes.ts';
import { applyTopics } from '../infrastructure/apply-topics.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { freshDatabase, sharedRegistry, startKafka, startKafkaProxy } from '../infrastructure/main.ts';
import type { FreshDatabase, KafkaProxy, TestKafka } from '../infrastructure/main.ts';
import { startErp } from '../sandbox/erp/index.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { sandboxConfiguration } from './configuration.ts';
import { openWitness } from './witness.ts';
import type { Witness } from './witness.ts';

const project = join(import.meta.dirname, '../..');
const webhookSecret = `whsec_${Buffer.from('the secret of the journeys').toString('base64')}`;

export const allProcesses = [
  'erp-ingester',
  'catalog-applier',
  'inventory-applier',
  'shipment-applier',
  'order-relay',
  'order-exporter',
] as const;
/** Console and reconciler move nothing: only who wants them starts them. */
export type ProcessName = (typeof allProcesses)[number] | 'console' | 'reconciler';

export interface Stack {
  shop: RunningShop;
  sandboxes: Sandboxes;
  erpUrl: string;
  /** To the ERP's database, as its owner. */
  erp: Client;
  kafka: TestKafka;
  /** Between the broker and the processes that were started with `throughProxy`. */
  proxy: KafkaProxy;
  bus: Bus;
  /** Makes the topics that there are not. */
  applyTopics(): Promise<void>;
  witness: Witness;
  webhookUrl: string;
  webhookSecret: string;
  /** What a Cartage process is started with, its port apart. */
  environment: Record<string, string>;
  /** Changes the configuration, by path, for what starts from then on. */
  configure(changes: Record<string, unknown>): void;
  start(name: ProcessName, options?: { throughProxy?: boolean }): Promise<void>;
  startAll(): Promise<void>;
  /** kill -9 */
  kill(name: ProcessName): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(name: ProcessName): Promise<number | null>;
  /** Of what runs now. */
  pids(): Map<ProcessName, number>;
  /** What every process that runs now shows to Prometheus, by its name. */
  scrapes(): Promise<Map<ProcessName, string>>;
  close(): Promise<void>;
}

export interface StackOptions {
  /** What is to be different in the configuration, by path (`flows.orders`). */
  configuration?: Record<string, unknown>;
  /** Added to what every Cartage process is started with. */
  environment?: Record<string, string>;
  /** Where the processes' programs lie; left out: in this working copy. */
  programOf?: (name: ProcessName) => string;
  /** Added to what one is started with. */
  environmentOf?: (name: ProcessName) => Record<string, string>;
  /** Of the broker, besides the usual ones. */
  kafkaSettings?: Settings;
}

/** Opens everything but Cartage's processes. */
export async function openStack(options: StackOptions = {}): Promise<Stack> {
  const closers: (() => Promise<unknown>)[] = [];
  const closing = <Part>(part: Part, close: (part: Part) => Promise<unknown>): Part => {
    closers.push(() => close(part));
    return part;
  };
  try {
    const proxy = closing(await startKafkaProxy(), (part) => part.close());
    const kafka = closing(
      await startKafka({ advertisedProxyPort: proxy.port, settings: options.kafkaSettings ?? {} }),
      (part) => part.remove(),
    );
    proxy.forwardTo(kafka.proxiedPort!);
    const database: FreshDatabase = closing(await freshDatabase(), (part) => part.drop());
    const erpFace = closing(await startErp({ databaseUrl: database.url, seed: true }), (part) =>
      part.close(),
    );
    const webhookPort = await freePort();
    const webhookUrl = `http://127.0.0.1:${webhookPort}/webhooks/orders`;
    const shop = closing(
      await startShop({ seed: 'empty', webhook: { url: webhookUrl, secret: webhookSecret } }),
      (part) => part.close(),
    );
    const makeTopics = () => applyTopics(kafka.bootstrap, sharedRegistry());
    await makeTopics();
    const bus = closing(connectKafka(kafkaOptions(kafka.bootstrap)), (part) => part.close());
    const witness = await openWitness(bus);
    const erp = closing(await connectedClient(database.url), (part) => part.end());
    const configFile = join(mkdtempSync(join(runFolder(), 'configuration-')), 'cartage.yaml');
    const configure = (changes: Record<string, unknown>) =>
      writeFileSync(configFile, sandboxConfiguration({ ...options.configuration, ...changes }));
    configure({});
    const environment = {
      CARTAGE_CONFIG: configFile,
      ...environmentOf(shop, database.url, webhookPort),
      ...options.environment,
    };
    const processes = new Processes(
      (name) => ({ ...environment, ...options.environmentOf?.(name) }),
      kafka.bootstrap,
      `127.0.0.1:${proxy.port}`,
      options.programOf ?? ((name) => join(project, 'services', name, 'main.ts')),
    );
    closers.push(() => processes.killAll());
    return {
      shop,
      sandboxes: new Sandboxes(shop.url, erpFace.url),
      erpUrl: erpFace.url,
      erp,
      kafka,
      proxy,
      bus,
      applyTopics: makeTopics,
      witness,
      webhookUrl,
      webhookSecret,
      environment: { ...environment, KAFKA_BROKERS: kafka.bootstrap },
      configure,
      start: (name, { throughProxy = false } = {}) => processes.start(name, throughProxy),
      startAll: async () =>
        void (await Promise.all(allProcesses.map((name) => processes.start(name, false)))),
      kill: (name) => processes.kill(name),
      stop: (name) => processes.stop(name),
      pids: () => processes.pids(),
      scrapes: () => processes.scrapes(),
      close: () => closeAll(closers),
    };
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

class Processes {
  readonly #running = new Map<ProcessName, RunningProcess>();
  readonly #ports = new Map<ProcessName, number>();
  readonly #starting = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  readonly #environmentOf: (name: ProcessName) => Record<string, string>;
  readonly #brokers: string;
  readonly #proxiedBrokers: string;
  readonly #programOf: (name: ProcessName) => string;

  constructor(
    environmentOf: (name: ProcessName) => Record<string, string>,
    brokers: string,
    proxiedBrokers: string,
    programOf: (name: ProcessName) => string,
  ) {
    this.#environmentOf = environmentOf;
    this.#brokers = brokers;
    this.#proxiedBrokers = proxiedBrokers;
    this.#programOf = programOf;
  }

  start(name: ProcessName, throughProxy: boolean): Promise<void> {
    const started = this.#startOne(name, throughProxy);
    this.#starting.add(started);
    return started.finally(() => this.#starting.delete(started));
  }

  async #startOne(name: ProcessName, throughProxy: boolean): Promise<void> {
    const port = await freePort();
    const folder = runFolder();
    const process_ = await startProcess({
      name,
      command: process.execPath,
      args: [this.#programOf(name)],
      env: {
        ...process.env,
        ...this.#environmentOf(name),
        KAFKA_BROKERS: throughProxy ? this.#proxiedBrokers : this.#brokers,
        HTTP_PORT: String(port),
      },
      logFile: join(folder, `${name}-${port}.log`),
      onSpawn: (pid) => recordProcess(join(folder, 'processes'), name, pid),
      ready: () => answersOk(`http://127.0.0.1:${port}/readyz`),
      readyWithinMs: 90_000,
      signal: this.#ending.signal,
    });
    this.#running.set(name, process_);
    this.#ports.set(name, port);
  }

  async scrapes(): Promise<Map<ProcessName, string>> {
    const scrapes = [...this.#running.keys()].map(async (name) => {
      const answer = await fetch(`http://127.0.0.1:${this.#ports.get(name)}/metrics`);
      return [name, await answer.text()] as const;
    });
    return new Map(await Promise.all(scrapes));
  }

  async kill(name: ProcessName): Promise<void> {
    await this.#running.get(name)?.kill();
    this.#running.delete(name);
  }

  async stop(name: ProcessName): Promise<number | null> {
    const exit = await this.#running.get(name)?.stop();
    this.#running.delete(name);
    return exit?.code ?? null;
  }

  pids(): Map<ProcessName, number> {
    return new Map([...this.#running].map(([name, { pid }]) => [name, pid]));
  }

  /** Those too that another one's failure to start has left on their way: they would hold on to the database. */
  async killAll(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#running.keys()].map((name) => this.kill(name)));
  }
}

function environmentOf(shop: RunningShop, databaseUrl: string, webhookPort: number): Record<string, string> {
  const erpUrl = new URL(databaseUrl);
  // The role with no more rights than Cartage needs, which the sandbox ERP makes.
  erpUrl.username = 'cartage';
  return {
    NODE_ENV: 'production',
    NODE_OPTIONS: nodeOptions,
    REGISTRY_URL: sharedRegistry(),
    HTTP_HOST: '127.0.0.1',
    CONSOLE_WITHOUT_LOGIN: 'true',
    WEBHOOK_HOST: '127.0.0.1',
    WEBHOOK_PORT: String(webhookPort),
    WEBHOOK_SECRET: webhookSecret,
    // What a marker order needs in the ERP its people do, not Cartage.
    ERP_MARKER_URL: databaseUrl,
    MAGENTO_URL: shop.url,
    MAGENTO_CONSUMER_KEY: shop.credentials.consumerKey,
    MAGENTO_CONSUMER_SECRET: shop.credentials.consumerSecret,
    MAGENTO_ACCESS_TOKEN: shop.credentials.accessToken,
    MAGENTO_ACCESS_TOKEN_SECRET: shop.credentials.accessTokenSecret,
    MAGENTO_ISSUED_ON: '2026-01-31',
    ERP_DATABASE_URL: erpUrl.href,
    // Slots belong to the whole server, which other test files share.
    ERP_SLOT: `cartage_${randomBytes(4).toString('hex')}`,
  };
}

function kafkaOptions(bootstrap: string) {
  const quiet = () => undefined;
  return {
    brokers: [bootstrap],
    clientId: 'journeys',
    registry: { url: sharedRegistry() },
    source: 'cartage/sandbox/test',
    log: { info: quiet, warn: quiet, error: quiet },
  };
}

async function connectedClient(databaseUrl: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  return client;
}

async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closers.toReversed()) await close();
  closers.length = 0;
}
