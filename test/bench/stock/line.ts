import type { RunningProcess } from '../../../deploy/local/process.ts';
import { contracts, stock } from '../../../schemas/topics.ts';
import { stockRows } from '../../../services/erp/rows/stock.ts';
import { connectKafka, openTopicAdmin } from '../../../services/platform/kafka/connect.ts';
import type { Bus, KafkaOptions, TopicAdmin } from '../../../services/platform/kafka/types.ts';
import { groupOf } from '../../../services/platform/groups.ts';
import { shareOfShop } from '../../../services/platform/processes.ts';
import { startKafka, startRegistry } from '../../infrastructure/main.ts';
import { eventually } from '../../orders/support.ts';
import { startOwnProcess } from '../own-process.ts';
import type { KafkaPlace } from '../own-process.ts';
import { startStockShop } from './shop.ts';
import type { StockShop } from './shop.ts';

/** How much the shop is given at once. */
export interface ShopLoad {
  latencyMs: number;
  connections: number;
  rowsPerCall: number;
}

/** What the ERP has said of a SKU. */
export interface StockChange {
  sku: string;
  quantity: number;
}

const atOnce = 2_000;
const credentials = { consumerKey: 'k', consumerSecret: 's', accessToken: 't', accessTokenSecret: 'u' };

/** Topic, applier and shop, and nothing else. */
export class StockLine {
  readonly shop: StockShop;
  readonly place: KafkaPlace;
  readonly #bus: Bus;
  readonly #admin: TopicAdmin;
  readonly #closers: (() => Promise<unknown>)[];
  #version = 0;

  private constructor(shop: StockShop, place: KafkaPlace, closers: (() => Promise<unknown>)[]) {
    const quiet = () => undefined;
    const options: KafkaOptions = {
      brokers: [place.bootstrap],
      clientId: 'bench-stock',
      registry: { url: place.registryUrl },
      source: 'cartage/bench/erp',
      log: { info: quiet, warn: quiet, error: quiet },
    };
    this.shop = shop;
    this.place = place;
    this.#bus = connectKafka(options);
    this.#admin = openTopicAdmin(options);
    this.#closers = [...closers, () => this.#bus.close(), () => this.#admin.close()];
  }

  static async open(): Promise<StockLine> {
    const [registry, kafka, shop] = await Promise.all([startRegistry(), startKafka(), startStockShop()]);
    const line = new StockLine(shop, { bootstrap: kafka.bootstrap, registryUrl: registry.url }, [
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

  /** In this order. Resolves when the broker has all of them. */
  async publish(changes: Iterable<StockChange>): Promise<void> {
    let waiting: Promise<void>[] = [];
    for (const { sku, quantity } of changes) {
      this.#version += 1;
      const origin = {
        occurredAt: Date.now(),
        version: { epoch: 1, number: this.#version },
        sourceKey: JSON.stringify({ sku }),
      };
      const value = stockRows.read({ source: 'WH1', sku, quantity }, origin);
      waiting.push(this.#bus.publish(stock, { value }));
      if (waiting.length < atOnce) continue;
      await Promise.all(waiting);
      waiting = [];
    }
    await Promise.all(waiting);
  }

  async startApplier({ latencyMs, connections, rowsPerCall }: ShopLoad): Promise<RunningProcess> {
    await this.shop.latency(latencyMs);
    const batch = { initial: rowsPerCall, max: rowsPerCall, targetMs: 60_000 };
    let callsAtOnce = connections;
    while (shareOfShop(callsAtOnce) < connections) callsAtOnce += 1;
    return startOwnProcess('inventory-applier', this.place, {
      flows: { stock: 'on' },
      magento: {
        url: this.shop.url,
        credentials,
        callsAtOnce,
        slowMs: 60_000,
        deadlineMs: 9_000,
        settleMs: 1_000,
      },
      stock: { sources: { WH1: 'default' }, batch },
    });
  }

  /** Everything published is applied, and the group has committed that. @returns when, wall clock. */
  async drained(limitMs: number): Promise<number> {
    await eventually(
      'everything applied',
      async () => {
        const lags = await this.#admin.lag(groupOf('bench', 'inventory-applier'), [stock.topic]);
        return lags.every(({ committed, end }) => (committed ?? 0) >= end);
      },
      limitMs,
    );
    return Date.now();
  }
}
