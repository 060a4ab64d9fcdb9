import { orders as ordersContract, outcomes, stock as stockContract } from '../../../schemas/topics.ts';
import { orderKey, stockKey } from '../../../schemas/keys.ts';
import type { Difference, Order, Outcome, Parked, Stock } from '../../../schemas/types.ts';
import { differences, parked as parkedContract } from '../../../schemas/topics.ts';
import type { ComparedField, ErpOrders } from '../../erp/orders/erp-orders.ts';
import type { SourceItem, StoredSourceItem } from '../../magento/source-items.ts';
import { ordersSection } from '../../platform/config/sections/orders.ts';
import { stockSection } from '../../platform/config/sections/stock.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import type { TopicAdmin } from '../../platform/kafka/topic-admin.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { sourceItemOf } from '../../wanted/stock/source-item.ts';
import { AppliedKeys } from '../applied-keys.ts';
import { Progress } from '../compare/progress.ts';
import { ordersComparer } from '../kinds/orders.ts';
import { stockComparer } from '../kinds/stock.ts';
import { Ledger } from '../ledger/ledger.ts';
import { ParkedKeys } from '../parked-keys.ts';
import { AllRounds } from '../rounds.ts';

/** An order as the ERP keeps it. */
export interface KeptOrder {
  total: string;
  isCanceled: boolean;
}

const version = { epoch: 1, number: 1 };

/** The two sides and the topics between them: what a test plants, it plants here. */
export class Line {
  readonly bus = new RecordingBus();
  readonly clock = this.bus.clock;
  readonly stock = stockSection.parse({ sources: { W1: 'main', W2: 'east' } });
  readonly orders = ordersSection.parse({
    since: '1970-01-01T00:00:00Z',
    payments: { checkmo: { dueFrom: ['new', 'processing', 'complete'], codes: {} } },
    shipping: { flat: {} },
    stores: { en: {} },
  });
  /** By source code and SKU. */
  readonly shop = new Map<string, StoredSourceItem>();
  readonly erp = new Map<string, KeptOrder>();
  /** What the flows have finished, by topic; left out: all. */
  readonly finished = new Map<string, number>();
  /** Keys that were asked for again. */
  readonly asked: string[] = [];
  readonly metrics = openMetrics('reconciler', 'us');
  feedOld = false;
  /** Before the other side is read. */
  onQuestion: () => void = () => undefined;
  questions = 0;
  down: Error | null = null;

  readonly #source = {
    sourceItems: {
      read: async ({ skus, sourceCode }: { skus: readonly string[]; sourceCode?: string }) => {
        await this.#question();
        return skus.flatMap((sku) => this.shop.get(`${sourceCode}/${sku}`) ?? []);
      },
    },
    products: {
      many: (skus: readonly string[]) =>
        Promise.resolve(
          new Map(skus.filter((sku) => !sku.startsWith('none')).map((sku) => [sku, { price: '2.5000' }])),
        ),
    },
  };

  readonly #erpOrders: Pick<ErpOrders, 'lookup' | 'compare'> = {
    lookup: async (key) => {
      await this.#question();
      return this.erp.has(key) ? { id: key, reference: null } : null;
    },
    compare: async (inputs) => {
      await this.#question();
      const found = new Map<string, ComparedField[]>();
      for (const { key, order } of inputs) {
        const kept = this.erp.get(key);
        if (kept === undefined) continue;
        const { state, totals } = order as Order;
        found.set(key, [
          { name: 'total', ours: String(totals.grandTotalMinor / 100), theirs: kept.total },
          { name: 'canceled', ours: String(state === 'canceled'), theirs: String(kept.isCanceled) },
        ]);
      }
      return found;
    },
  };

  readonly #admin: Pick<TopicAdmin, 'lag'> = {
    lag: (_group, topics) =>
      Promise.resolve(
        topics.map((topic) => {
          const end = this.bus.broker.end(topic);
          return { topic, partition: 0, committed: this.finished.get(topic) ?? end, end };
        }),
      ),
  };

  readonly parked = new ParkedKeys('us');
  readonly ledger = new Ledger({ bus: this.bus, instance: 'us', clock: this.clock, answeredWithinMs: 1_000 });
  repair: () => Promise<void> = () => Promise.resolve();
  readonly stockComparer = stockComparer(this.#source as never, this.stock, 'EUR');
  readonly rounds: AllRounds;

  constructor(pauseShare = 9) {
    this.rounds = new AllRounds({
      bus: this.bus,
      clock: this.clock,
      ledger: this.ledger,
      parked: this.parked,
      progress: new Progress(this.#admin, 'us'),
      comparers: [
        this.stockComparer as never,
        ordersComparer({
          erp: this.#erpOrders,
          orders: this.orders,
          guests: 'email',
          instance: 'us',
        }) as never,
      ],
      isFeedOld: () => this.feedOld,
      appliedOnce: (topic, keys) => new AppliedKeys(this.bus, this.clock).among(topic, keys),
      repair: () => this.repair(),
      lookAgainMs: 60_000,
      currency: 'EUR',
      pauseShare,
      log: { warn: () => undefined },
      metrics: this.metrics,
    });
  }

  async #question(): Promise<void> {
    this.questions += 1;
    this.onQuestion();
    await this.clock.wait(100);
    if (this.down !== null) throw this.down;
  }

  /** A whole round, as far as time goes. */
  async round(): Promise<unknown> {
    if (this.parked.factsOf('', '').length === 0) await this.ledger.load();
    const running = this.rounds.run(new AbortController().signal).catch((error: unknown) => error);
    const found: unknown[] = [];
    void running.then((is) => found.push(is));
    for (let passes = 0; found.length === 0 && passes < 5_000; passes += 1) await this.clock.pass(1_000);
    return found[0];
  }

  /** What stands, as on the topic: `kind key field cause: wanted/found`. */
  told(): string[] {
    return [...this.bus.newest(differences).values()]
      .filter((one) => one !== null)
      .map(({ kind, key, field, cause, wanted, found }: Difference) =>
        [kind, key, field, `${cause}: ${wanted}/${found}`].join(' '),
      )
      .toSorted();
  }

  /** The ERP says so; the shop has it too unless it is still to come. */
  sendStock(source: string, sku: string, quantity: string, reaches = true): void {
    const value: Stock = {
      source,
      sku,
      quantity,
      sellable: true,
      deleted: false,
      twin: null,
      backorders: null,
      buffer: null,
      occurredAt: this.clock.now(),
      version,
      sourceKey: '{}',
    };
    this.bus.broker.append(stockContract, stockKey(value), value);
    if (reaches) this.#writeRow(value);
  }

  /** What the applier does with the newest record of a key. */
  write(source: string, sku: string): void {
    this.#writeRow(this.bus.newest(stockContract).get(stockKey({ source, sku }))!);
  }

  #writeRow(value: Stock): void {
    const item: SourceItem = sourceItemOf(value, this.stock);
    this.shop.set(`${item.sourceCode}/${item.sku}`, item);
  }

  /** The shop has such an order; the ERP has it too unless it is still to come. */
  sendOrder(incrementId: string, changes: Partial<Order> & { minor?: number } = {}, reaches = true): string {
    const { minor = 1_250, ...rest } = changes;
    const value = {
      instance: 'us',
      store: 'en',
      incrementId,
      state: 'processing',
      paymentMethod: 'checkmo',
      shippingMethod: 'flat',
      isVirtual: false,
      status: 'processing',
      taxes: [],
      problems: [],
      lines: [],
      createdAt: 1,
      updatedAt: 1,
      occurredAt: this.clock.now(),
      website: 'base',
      customer: { customerId: null, email: null },
      totals: { grandTotalMinor: minor, digits: 2, currency: 'USD' },
      ...rest,
    } as unknown as Order;
    const key = orderKey(value);
    this.bus.broker.append(ordersContract, key, value);
    if (reaches) this.#bookOrder(value);
    return key;
  }

  /** What the exporter does with the newest record of an order. */
  book(key: string): void {
    this.#bookOrder(this.bus.newest(ordersContract).get(key)!);
  }

  #bookOrder(value: Order): void {
    const { state, totals } = value;
    this.erp.set(orderKey(value), {
      total: String(totals.grandTotalMinor / 100),
      isCanceled: state === 'canceled',
    });
  }

  noteApplied(topic: string, key: string): void {
    this.bus.broker.append(outcomes, key, { topic, key, targetId: '1', status: 'applied' } as Outcome);
  }

  park(topic: string, key: string, waitsFor: string | null): void {
    const value = { group: 'cartage.us.x', topic, key, waitsFor } as Parked;
    this.bus.broker.append(parkedContract, `cartage.us.x/${topic}/${key}`, value);
  }
}
