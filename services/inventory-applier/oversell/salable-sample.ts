import type { Sources } from '../../magento/sources.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import { decimalOf, minus, toPlaces, zero } from '../../platform/decimal.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Covered } from './look.ts';

export interface SalableSampleOptions {
  sources: Pick<Sources, 'salableQuantity'>;
  random: () => number;
  log: Pick<Log, 'warn'>;
  metrics: Pick<Metrics, 'salableCompared'>;
}

const sampleSize = 20;
const rememberedSkus = 1_000;

/**
 * Reads back what the shop says can be sold of some SKUs, and compares it with what its rows and open orders come to. A
 * difference of one round may be an order placed meanwhile; one that is the same in the next is a reservation that dissolves
 * never (FACTS section 14), an index that stands still, or a threshold of the shop.
 */
export class SalableSample {
  readonly #options: SalableSampleOptions;
  /** By stock and SKU, how much more the shop said, and how often in a row; looked at again before others. */
  readonly #differed = new BoundedMap<string, { difference: string; times: number }>(rememberedSkus);

  constructor(options: SalableSampleOptions) {
    this.#options = options;
    for (const result of ['same', 'differing']) options.metrics.salableCompared.inc({ result }, 0);
  }

  async take(covered: readonly Covered[]): Promise<void> {
    for (const one of this.#chosen(covered)) await this.#compare(one);
  }

  async #compare({ stockId, sku, salable }: Covered): Promise<void> {
    const { sources, log, metrics } = this.#options;
    const key = `${stockId} ${sku}`;
    // Of a product that is gone the shop can say nothing, for ever (FACTS section 6): it is left out.
    const answer = await sources.salableQuantity(sku, stockId).catch(() => null);
    if (answer === null) return;
    const said = decimalOf(answer);
    if (said === salable) {
      this.#differed.delete(key);
      metrics.salableCompared.inc({ result: 'same' });
      return;
    }
    const difference = toPlaces(minus(said, salable), 4);
    const before = this.#differed.get(key);
    const times = before?.difference === difference ? before.times + 1 : 1;
    this.#differed.set(key, { difference, times });
    if (times > 1) metrics.salableCompared.inc({ result: 'differing' });
    if (times !== 2) return;
    log.warn(
      { sku, stockId, said: toPlaces(said, 4), expected: toPlaces(salable, 4), difference },
      'the shop says that another quantity is salable than its rows and open orders come to',
    );
  }

  /** Of what is out of stock the shop says zero, whatever is owed. */
  #chosen(covered: readonly Covered[]): Covered[] {
    const inStock = covered.filter(({ salable }) => salable > zero);
    const doubtful = inStock.filter(({ stockId, sku }) => this.#differed.has(`${stockId} ${sku}`));
    const chosen = new Set(doubtful.slice(0, sampleSize));
    for (let tries = 0; tries < sampleSize && chosen.size < Math.min(sampleSize, inStock.length); tries += 1)
      chosen.add(inStock[Math.floor(this.#options.random() * inStock.length)]!);
    return [...chosen];
  }
}
