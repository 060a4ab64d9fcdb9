import type { RunningProcess } from '../../../deploy/local/process.ts';
import { contracts, products } from '../../../schemas/topics.ts';
import { productRows } from '../../../services/erp/rows/products.ts';
import { connectKafka, openTopicAdmin } from '../../../services/platform/kafka/connect.ts';
import type { Bus, KafkaOptions, TopicAdmin } from '../../../services/platform/kafka/types.ts';
import { groupOf } from '../../../services/platform/groups.ts';
import { shareOfShop } from '../../../services/platform/processes.ts';
import { startKafka, startRegistry } from '../../infrastructure/main.ts';
import { eventually } from '../../orders/support.ts';
import { startOwnProcess } from '../own-process.ts';
import type { KafkaPlace } from '../own-process.ts';
import { nameOf, skuOf, startCatalogShop } from './shop.ts';
import type { CatalogShop } from './shop.ts';

const credentials = { consumerKey: 'k', consumerSecret: 's', accessToken: 't', accessTokenSecret: 'u' };

/** Topic, applier and shop, and nothing else. */
export class CatalogLine {
  readonly shop: CatalogShop;
  readonly #place: KafkaPlace;
  readonly #bus: Bus;
  readonly #admin: TopicAdmin;
  readonly #closers: (() => Promise<unknown>)[];
  #version = 0;

  private constructor(shop: CatalogShop, place: KafkaPlace, closers: (() => Promise<unknown>)[]) {
    const quiet = () => undefined;
    const options: KafkaOptions = {
      brokers: [place.bootstrap],
      clientId: 'bench-catalog',
      registry: { url: place.registryUrl },
      source: 'cartage/bench/erp',
      log: { info: quiet, warn: quiet, error: quiet },
    };
    this.shop = shop;
    this.#place = place;
    this.#bus = connectKafka(options);
    this.#admin = openTopicAdmin(options);
    this.#closers = [...closers, () => this.#bus.close(), () => this.#admin.close()];
  }

  static async open(): Promise<CatalogLine> {
    const [registry, kafka, shop] = await Promise.all([startRegistry(), startKafka(), startCatalogShop()]);
    const place = { bootstrap: kafka.bootstrap, registryUrl: registry.url };
    const line = new CatalogLine(shop, place, [
      () => registry.remove(),
      () => kafka.remove(),
      () => shop.close(),
    ]);
    await line.#admin.apply(contracts, { replicationFactor: 1, dryRun: false });
    return line;
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.toReversed()) await closer();
  }

  /** Products from 0 on as the shop has them, those named otherwise whose index divides by `every`; 0: none. */
  async publish(count: number, every: number, name: string): Promise<void> {
    const published: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      this.#version += 1;
      const sku = skuOf(index);
      const row = {
        sku,
        name: every > 0 && index % every === 0 ? `${name} ${index}` : nameOf(index),
        enabled: true,
        weight: 1.5,
        description: `All about ${sku}. `.repeat(20),
      };
      const version = { epoch: 1, number: this.#version };
      const origin = { occurredAt: null, version, sourceKey: JSON.stringify({ sku }) };
      published.push(this.#bus.publish(products, { value: productRows.read(row, origin) }));
    }
    await Promise.all(published);
  }

  async startApplier(connections: number): Promise<RunningProcess> {
    let callsAtOnce = connections;
    while (shareOfShop(callsAtOnce) < connections) callsAtOnce += 1;
    return startOwnProcess('catalog-applier', this.#place, {
      flows: { catalog: 'on' },
      magento: {
        url: this.shop.url,
        credentials,
        callsAtOnce,
        slowMs: 60_000,
        deadlineMs: 9_000,
        settleMs: 1_000,
      },
      catalog: { websites: ['base'], basePriceList: 'RETAIL', baseCurrency: 'EUR' },
      stock: { sources: { WH1: 'default' } },
    });
  }

  /** Everything published is applied, and the group has committed that. */
  async drained(): Promise<void> {
    await eventually(
      'everything applied',
      async () => {
        const lags = await this.#admin.lag(groupOf('bench', 'catalog-applier'), [products.topic]);
        return lags.every(({ committed, end }) => (committed ?? 0) >= end);
      },
      600_000,
    );
  }
}
