import { prices, products } from '../../schemas/topics.ts';
import type { Prices, Product } from '../../schemas/types.ts';
import { catalogFlow } from '../../services/catalog-applier/catalog-flow.ts';
import { catalogSection } from '../../services/platform/config/sections/catalog.ts';
import { Held, Rejected, Unavailable } from '../../services/platform/errors.ts';
import type { Handled } from '../../services/platform/flow/outcome/outcome.ts';
import { RecordingBus } from '../../services/platform/flow/testing/recording-bus.ts';
import type { Received } from '../../services/platform/kafka/types.ts';
import { DefaultRows } from '../../services/magento/default-rows.ts';
import type { Magento } from '../../services/magento/magento.ts';

type State = Product | Prices;

/** Tries of a record that meets faults: more than there are of these. */
const triesMax = 20;

/**
 * The flow of products and prices over a client, as the machinery around it would run it: what is unavailable is tried
 * again, what is asked for comes again, what is held is kept. Each `settle` is one more reading of all that there is.
 */
export class CatalogRun {
  readonly #bus = new RecordingBus();
  readonly #flow: ReturnType<typeof catalogFlow>;
  readonly #isKilled: () => boolean;
  readonly #states = new Map<string, State>();
  /** Of the flow's clock. */
  nowMs = Date.parse('2026-06-15T12:00:00Z');
  readonly asked = new Set<string>();
  /** What became of each key at last: a status, or the code of a fault. */
  readonly outcomes = new Map<string, string>();

  /** @param isKilled whether the process has died, as the next failure tells it */
  constructor(magento: Magento, catalog: object, isKilled = () => false) {
    this.#isKilled = isKilled;
    this.#flow = catalogFlow({
      magento,
      catalog: catalogSection.parse({
        websites: ['base'],
        basePriceList: 'BASE',
        baseCurrency: 'USD',
        ...catalog,
      }),
      warehouses: () => [],
      // The recorded shop has sources of its own.
      defaultRows: new DefaultRows(magento, () => ['wh_main']),
      requestRefresh: async (topic, keys) => {
        for (const key of keys) this.asked.add(`${topic} ${key}`);
      },
      settleMs: 0,
      mode: 'on',
      clock: { now: () => this.nowMs, wait: () => Promise.resolve() },
    });
  }

  /** @returns what became of it: a status, or the code of a fault */
  async product(value: Product): Promise<string> {
    return this.#take(products.topic, value);
  }

  async prices(value: Prices): Promise<string> {
    return this.#take(prices.topic, value);
  }

  /**
   * All of them at once, in batches as the flow wants them: what is not there yet comes again a second later, and so does
   * what is held until its product is there.
   */
  async load(values: readonly State[]): Promise<void> {
    let waiting = values.map((value) => this.#appended('kind' in value ? products : prices, value));
    for (let round = 0; round < triesMax && waiting.length > 0; round += 1) {
      const again: Received<State>[] = [];
      for (const topic of new Set(waiting.map((record) => record.topic))) {
        const records = waiting.filter((record) => record.topic === topic);
        const size = this.#flow.batchSize(topic);
        for (let at = 0; at < records.length; at += size) {
          const batch = records.slice(at, at + size);
          const results = await this.#flow.apply(batch, attempt(false));
          for (const record of batch) {
            const result = results.get(record)!;
            this.outcomes.set(`${topic} ${record.key}`, outcomeOf(result));
            if (result instanceof Unavailable || result instanceof Held) again.push(record);
          }
        }
      }
      waiting = again;
      this.nowMs += 1_000;
    }
  }

  /** What was asked for is read again, until nothing more is. */
  async settle(): Promise<void> {
    for (let round = 0; round < triesMax && this.asked.size > 0; round += 1) {
      const keys = [...this.asked];
      this.asked.clear();
      for (const key of keys) {
        const value = this.#states.get(key);
        if (value !== undefined) await this.#take(key.split(' ')[0]!, value);
      }
    }
  }

  /** Of what held records wait for: those that are there now. */
  async released(kind: string, ...names: string[]): Promise<string[]> {
    return [...(await this.#flow.awaited![kind]!(names))];
  }

  async #take(topic: string, value: State): Promise<string> {
    this.#states.set(`${topic} ${value.sku}`, value);
    const outcome = await this.#tried(this.#appended(topic === products.topic ? products : prices, value));
    this.outcomes.set(`${topic} ${value.sku}`, outcome);
    return outcome;
  }

  #appended(contract: typeof products | typeof prices, value: State): Received<State> {
    const record = this.#bus.broker.append(contract as typeof products, value.sku, value as Product);
    return record as unknown as Received<State>;
  }

  async #tried(record: Received<State>): Promise<string> {
    for (let number = 1; ; number += 1) {
      const result = await this.#flow
        .apply([record], { ...attempt(true), number })
        .then((results) => results.get(record)!)
        .catch((error: unknown) => error as Error);
      if (this.#isKilled()) throw new Error('killed');
      if (result instanceof Unavailable && number < triesMax) continue;
      return outcomeOf(result);
    }
  }
}

/** @param pressing nothing is waited for any more */
const attempt = (pressing: boolean) => ({
  number: 1,
  mode: 'on' as const,
  pressing,
  assertCurrent: () => undefined,
});

function outcomeOf(result: Handled | Error): string {
  if (result instanceof Held || result instanceof Rejected || result instanceof Unavailable)
    return result.fault.code;
  if (result instanceof Error) throw result;
  return result.status;
}
