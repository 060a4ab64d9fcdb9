import { splitKey, stockKey } from '../../schemas/keys.ts';
import { fulfilments, refresh, stock } from '../../schemas/topics.ts';
import { documentOf, lineOf } from '../../services/shipment-applier/testing/document.ts';
import type { Fulfilment, Refresh, Stock } from '../../schemas/types.ts';
import type { SimulatedBroker } from '../../services/platform/flow/testing/broker.ts';
import type { Random } from '../../services/platform/flow/testing/random.ts';
import type { ModelOrder } from './model-shop.ts';

/** What a warehouse has of a SKU, and how much of it other channels hold. */
interface Level {
  onHand: number;
  held: number;
}

interface Issue {
  /** Of the log, at which it was committed. */
  position: number;
  documentId: string;
  orderId: number;
  source: string;
  sku: string;
  quantity: number;
}

export interface ModelErpOptions {
  broker: SimulatedBroker;
  random: Random;
  sources: readonly string[];
  skus: readonly string[];
}

/** Where a topic lies: the broker double keeps one offset for a partition number, whatever the topic. */
export const partitions = { stock: 0, fulfilments: 1 };

/**
 * An ERP with its log, and the ingester before it: what changes is asked for a moment later, one question at a time, and
 * published as it was when it was asked, with the log position of that moment.
 */
export class ModelErp {
  readonly levels = new Map<string, Level>();
  /** What it knows of the shop's orders: how many pieces are still to leave. */
  readonly #open = new Map<number, { sku: string; quantity: number; issued: number }>();
  /** Of its log. */
  position = 0;
  /** Told of each commit by which the stock of a key fell, and of the document of its goods issue. */
  onFallen: (key: string, quantity: number, documentId: string | null) => void = () => undefined;
  readonly #options: ModelErpOptions;
  /** Keys to be asked for, by the topic, and whether they are published though nothing is new. */
  readonly #due = new Map<string, boolean>();
  readonly #issues: Issue[] = [];
  readonly #told = new Map<string, number>();
  #isAsking = false;
  /** Requests that are to be answered later. */
  #later = 0;

  constructor(options: ModelErpOptions) {
    this.#options = options;
    const { broker, random, sources, skus } = options;
    for (const source of sources)
      for (const sku of skus) {
        const key = stockKey({ source, sku });
        this.levels.set(key, { onHand: random.between(0, 12), held: random.between(0, 3) });
        this.#look(key, true);
      }
    broker.listen(refresh.topic, (record) => {
      const { key, notBefore } = (record as unknown as { value: Refresh }).value;
      if (notBefore === null) this.#look(key, true);
      else this.#lookLater(key, notBefore);
    });
  }

  /** Nothing that was asked for is still to be published. */
  isIdle(): boolean {
    return !this.#isAsking && this.#later === 0;
  }

  /** Free for the shop: what is there and not held elsewhere. */
  available(key: string): number {
    const { onHand, held } = this.levels.get(key)!;
    return onHand - held;
  }

  receive(key: string, quantity: number): void {
    this.levels.get(key)!.onHand += quantity;
    this.#committed(key, -quantity, null);
  }

  /** Another channel takes some, or gives them back. */
  hold(key: string, quantity: number): void {
    const level = this.levels.get(key)!;
    const by = Math.max(-level.held, quantity);
    level.held += by;
    this.#committed(key, by, null);
  }

  /** Of the shop's order as it is now. */
  heard({ id, sku, ordered, canceled, refunded }: ModelOrder): void {
    const issued = this.#open.get(id)?.issued ?? 0;
    this.#open.set(id, { sku, issued, quantity: Math.max(0, ordered - canceled - refunded - issued) });
  }

  openOrders(): number[] {
    return [...this.#open].flatMap(([id, { quantity }]) => (quantity > 0 ? [id] : []));
  }

  /** Goods leave for an order of the shop, as far as there are any. */
  issue(orderId: number, source: string): void {
    const order = this.#open.get(orderId)!;
    const key = stockKey({ source, sku: order.sku });
    const most = Math.min(order.quantity, this.levels.get(key)!.onHand);
    if (most <= 0) return;
    const quantity = this.#options.random.between(1, most + 1);
    order.quantity -= quantity;
    order.issued += quantity;
    this.levels.get(key)!.onHand -= quantity;
    const position = this.position + 1;
    const documentId = `D${position}`;
    const issue = { position, documentId, orderId, source, sku: order.sku, quantity };
    this.#issues.push(issue);
    this.#committed(key, quantity, issue);
  }

  #committed(key: string, fallen: number, issue: Issue | null): void {
    this.position += 1;
    if (fallen > 0) this.onFallen(key, fallen, issue?.documentId ?? null);
    this.#look(key, false);
    if (issue) this.#look('', false);
  }

  #lookLater(key: string, at: number): void {
    this.#later += 1;
    this.#options.broker.clock.at(at, () => {
      this.#later -= 1;
      this.#look(key, true);
    });
  }

  #look(key: string, always: boolean): void {
    this.#due.set(key, always || this.#due.get(key) === true);
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { broker, random } = this.#options;
    broker.clock.after(random.between(10, 500), () => {
      // Streams are asked apart: documents may come before the stock that they have changed, or after it.
      const asked = new Map([...this.#due].filter(() => random.chance(0.75)));
      for (const due of asked.keys()) this.#due.delete(due);
      const publish = this.#ask(asked);
      broker.clock.after(random.between(5, 300), () => {
        publish();
        this.#isAsking = false;
        if (this.#due.size > 0) this.#look([...this.#due.keys()][0]!, false);
      });
    });
  }

  /** @returns what publishes the answer. */
  #ask(asked: ReadonlyMap<string, boolean>): () => void {
    const { broker } = this.#options;
    const version = { epoch: 1, number: this.position };
    const issues = asked.has('') ? this.#issues.splice(0) : [];
    const levels = [...asked].flatMap(([key, always]) => {
      const level = this.levels.get(key);
      if (level === undefined || (!always && this.#told.get(key) === this.available(key))) return [];
      this.#told.set(key, this.available(key));
      return [{ key, quantity: this.available(key) }];
    });
    return () => {
      for (const { key, quantity } of levels)
        broker.append(stock, key, stockRecord(key, quantity, version), partitions.stock);
      for (const issue of issues) {
        const value = document(issue, version, broker.clock.now());
        broker.append(fulfilments, fulfilments.key(value), value, partitions.fulfilments);
      }
    };
  }
}

function stockRecord(key: string, quantity: number, version: Stock['version']): Stock {
  const [source, sku] = splitKey(key, 2) as [string, string];
  const rules = { sellable: true, deleted: false, twin: null, backorders: null, buffer: null };
  return { source, sku, quantity: quantity.toFixed(4), version, occurredAt: null, sourceKey: '{}', ...rules };
}

function document(
  { position, documentId, orderId, source, sku, quantity }: Issue,
  version: Stock['version'],
  documentDate: number,
): Fulfilment {
  const lines = [lineOf(sku, quantity.toFixed(4), { orderLineId: String(orderId) })];
  const names = { incrementId: String(orderId), documentId };
  return documentOf({ ...names, version, shownFrom: position, documentDate, source, lines });
}
