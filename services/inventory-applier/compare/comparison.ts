import { stock as stockContract } from '../../../schemas/topics.ts';
import type { Magento } from '../../magento/magento.ts';
import { foldSku } from '../../magento/sku.ts';
import type { StoredSourceItem } from '../../magento/source-items.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Bus, Subscription } from '../../platform/kafka/types.ts';
import { NewestStates } from '../../platform/newest-states.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { unlessAborted } from '../../platform/waiting.ts';
import { isSameStock } from '../../wanted/stock/same-stock.ts';
import type { Correction, Written, WrittenStock } from './corrections.ts';

export interface ComparisonOptions {
  bus: Pick<Bus, 'readAll'>;
  magento: Pick<Magento, 'sourceItems' | 'products'>;
  subscription: Pick<Subscription, 'lag'>;
  /** What is done about a difference now. A round that was begun under another one is given up. */
  correction: () => Correction;
  clock: Clock;
  metrics: Pick<Metrics, 'stockCompared'>;
  /** Held at once; 100,000 take about 25 MB. */
  keysMax?: number;
}

export interface Compared {
  same: number;
  /** And corrected. */
  differing: number;
  /** Not yet finished, or newer than what was read: nothing is said of them. */
  inFlight: number;
}

/** The URL that names them stays short enough for any web server (FACTS section 10). */
const skusPerCall = 100;
const pauseMinMs = 100;

/**
 * Compares what lies at the shop's sources with what was written last, key by key, and corrects what differs: it finds
 * whatever has changed a number without anybody telling of it, such as a person in the admin, a restored database, or the
 * clean-up after a product that was deleted (FACTS section 14). Each member does this for the partitions it holds. One call
 * at a time, through the client that keeps to what the shop bears, and then a pause.
 */
export class Comparison {
  readonly #options: ComparisonOptions;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    for (const result of ['same', 'differing', 'in flight']) options.metrics.stockCompared.inc({ result }, 0);
  }

  /** Ends early, and says what it has compared so far, when the signal fires. */
  async run(signal: AbortSignal): Promise<Compared> {
    const { bus, keysMax = 100_000 } = this.#options;
    const correction = this.#options.correction();
    const { itemOf } = correction;
    const compared: Compared = { same: 0, differing: 0, inFlight: 0 };
    const partitions = new Set((await this.#finished()).keys());
    if (partitions.size === 0) return compared;
    for (let slice = 0, slices = 1; slice < slices && !signal.aborted; slice += 1) {
      const written: WrittenStock = new NewestStates(
        { bus, contract: stockContract, partitions, itemOf, keysMax },
        slice,
        slices,
      );
      try {
        await unlessAborted(written.read(), signal);
        ({ slices } = written);
        await this.#compareAll(written, correction, compared, signal);
      } finally {
        await written.stop();
      }
    }
    return compared;
  }

  async #compareAll(
    written: WrittenStock,
    correction: Correction,
    compared: Compared,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#options;
    const concerned = [...written.byKey.values()].filter((one) => correction.concerns(one));
    for (const [sourceCode, ofSource] of Map.groupBy(concerned, ({ item }) => item.sourceCode))
      for (let at = 0; at < ofSource.length && !signal.aborted; at += skusPerCall) {
        if (this.#options.correction() !== correction) return;
        const beganAt = clock.now();
        const chunk = ofSource.slice(at, at + skusPerCall);
        await this.#compare({ sourceCode, chunk, written, correction, compared });
        const pauseMs = Math.max(pauseMinMs, correction.pauseShare * (clock.now() - beganAt));
        await clock.wait(pauseMs, signal);
      }
  }

  async #compare({ sourceCode, chunk, written, correction, compared }: Part): Promise<void> {
    // Before the shop is read: what is finished later may not be in its answer.
    const finished = await this.#finished();
    const skus = chunk.map(({ item }) => item.sku);
    const rows = await this.#options.magento.sourceItems.read({ skus, sourceCode });
    const stored = new Map(rows.map((row) => [foldSku(row.sku), row]));
    const isNewest = (one: Written) => written.isNewest(one);
    const settled = chunk.filter((one) => isNewest(one) && one.offset < (finished.get(one.partition) ?? 0));
    const differing = await this.#inShop(
      settled.filter(({ item }) => !isSameStock(item, stored.get(foldSku(item.sku)))),
      stored,
    );
    this.#count(compared, {
      inFlight: chunk.length - settled.length,
      same: settled.length - differing.length,
      differing: differing.length,
    });
    if (differing.length > 0) await correction.correct(differing, isNewest);
  }

  #count(compared: Compared, { same, differing, inFlight }: Compared): void {
    const { stockCompared } = this.#options.metrics;
    stockCompared.inc({ result: 'same' }, same);
    stockCompared.inc({ result: 'differing' }, differing);
    stockCompared.inc({ result: 'in flight' }, inFlight);
    compared.same += same;
    compared.differing += differing;
    compared.inFlight += inFlight;
  }

  /** Without those whose product the shop does not have: their stock is held. */
  async #inShop(
    differing: readonly Written[],
    stored: ReadonlyMap<string, StoredSourceItem>,
  ): Promise<readonly Written[]> {
    const isMissing = ({ item }: Written) => !stored.has(foldSku(item.sku));
    const missing = differing.filter(isMissing).map(({ item }) => item.sku);
    if (missing.length === 0) return differing;
    const products = await this.#options.magento.products.existing(missing);
    return differing.filter((one) => !isMissing(one) || products.has(one.item.sku));
  }

  /** By partition that is held, below which offset all is finished. */
  async #finished(): Promise<Map<number, number>> {
    const partitions = await this.#options.subscription.lag();
    return new Map(partitions.map(({ partition, committed }) => [partition, committed ?? 0]));
  }
}

interface Part {
  sourceCode: string;
  chunk: readonly Written[];
  written: WrittenStock;
  correction: Correction;
  compared: Compared;
}
