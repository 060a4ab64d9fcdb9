import type { RunningProcess } from '../../deploy/local/process.ts';
import { contracts } from '../../schemas/topics.ts';
import { groupOf } from '../../services/platform/groups.ts';
import { connectKafka, openTopicAdmin } from '../../services/platform/kafka/connect.ts';
import type { Bus, KafkaOptions } from '../../services/platform/kafka/types.ts';
import type { TopicAdmin } from '../../services/platform/kafka/topic-admin.ts';
import { shareOfShop } from '../../services/platform/processes.ts';
import { startKafka, startRegistry } from '../infrastructure/main.ts';
import { eventually } from '../orders/support.ts';
import { startOwnProcess } from './own-process.ts';
import type { KafkaPlace } from './own-process.ts';

interface BenchShop {
  url: string;
  close(): Promise<void>;
}

interface LineParts<Shop> {
  shop: Shop;
  place: KafkaPlace;
  bus: Bus;
  admin: TopicAdmin;
  /** In the order in which they were opened. */
  closers: readonly (() => Promise<unknown>)[];
}

const credentials = { consumerKey: 'k', consumerSecret: 's', accessToken: 't', accessTokenSecret: 'u' };

/** Broker, registry and shop of a benchmark, with its topics. */
export async function openParts<Shop extends BenchShop>(
  startShop: () => Promise<Shop>,
): Promise<LineParts<Shop>> {
  const [registry, kafka, shop] = await Promise.all([startRegistry(), startKafka(), startShop()]);
  const place = { bootstrap: kafka.bootstrap, registryUrl: registry.url };
  const quiet = () => undefined;
  const options: KafkaOptions = {
    brokers: [place.bootstrap],
    clientId: 'bench',
    registry: { url: place.registryUrl },
    source: 'cartage/bench/erp',
    log: { info: quiet, warn: quiet, error: quiet },
  };
  const bus = connectKafka(options);
  const admin = openTopicAdmin(options);
  await admin.apply(contracts, { replicationFactor: 1, dryRun: false });
  const closers = [
    () => registry.remove(),
    () => kafka.remove(),
    () => shop.close(),
    () => bus.close(),
    () => admin.close(),
  ];
  return { shop, place, bus, admin, closers };
}

/** Topic, applier and shop, and nothing else. */
export class ApplierLine<Shop extends BenchShop> {
  readonly shop: Shop;
  readonly place: KafkaPlace;
  protected readonly bus: Bus;
  readonly #admin: TopicAdmin;
  readonly #closers: LineParts<Shop>['closers'];
  readonly #applier: string;
  readonly #topic: string;

  /** @param applier the process that reads the topic */
  constructor({ shop, place, bus, admin, closers }: LineParts<Shop>, applier: string, topic: string) {
    this.shop = shop;
    this.place = place;
    this.bus = bus;
    this.#admin = admin;
    this.#closers = closers;
    this.#applier = applier;
    this.#topic = topic;
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.toReversed()) await closer();
  }

  /** @param connections that it may make to the shop */
  protected start(connections: number, config: object): Promise<RunningProcess> {
    let callsAtOnce = connections;
    while (shareOfShop(callsAtOnce) < connections) callsAtOnce += 1;
    return startOwnProcess(this.#applier, this.place, {
      magento: {
        url: this.shop.url,
        credentials,
        callsAtOnce,
        slowMs: 60_000,
        deadlineMs: 9_000,
        settleMs: 1_000,
      },
      ...config,
    });
  }

  /** Everything published is applied, and the group has committed that. @returns when, wall clock. */
  async drained(limitMs: number): Promise<number> {
    await eventually(
      'everything applied',
      async () => {
        // A broker that has just started has no coordinator of groups yet.
        const asked = this.#admin.lag(groupOf('bench', this.#applier), [this.#topic]);
        const lags = await asked.catch(() => null);
        return lags !== null && lags.every(({ committed, end }) => (committed ?? 0) >= end);
      },
      limitMs,
    );
    return Date.now();
  }
}
