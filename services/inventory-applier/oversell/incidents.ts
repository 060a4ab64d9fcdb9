import { foldSku } from '../../magento/sku.ts';
import type { Clock } from '../../platform/clock.ts';
import { minus } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import type { Covered } from './look.ts';

/** Open orders want more of a SKU than the sources of their stock hold. */
export interface Oversold extends Covered {
  missing: Decimal;
}

interface Known {
  since: number;
  isTold: boolean;
}

/**
 * Which SKUs are oversold, from look to look. One that is so for less than `graceMs` may be a delivery on its way: the ERP
 * has issued the goods and its lower number is there, the shop has not shipped them yet and still reserves them.
 */
export class Incidents {
  readonly #graceMs: number;
  readonly #clock: Pick<Clock, 'now'>;
  #known = new Map<string, Known>();

  constructor(graceMs: number, clock: Pick<Clock, 'now'>) {
    this.#graceMs = graceMs;
    this.#clock = clock;
  }

  /** How many last, and are told of. */
  get lasting(): number {
    return [...this.#known.values()].filter(({ isTold }) => isTold).length;
  }

  /** Those to be told of now, each once as long as it lasts. */
  news(covered: readonly Covered[]): Oversold[] {
    const now = this.#clock.now();
    const before = this.#known;
    this.#known = new Map();
    return covered.flatMap((one): Oversold[] => {
      const missing = minus(one.quantity, one.held);
      if (missing <= 0n) return [];
      const key = `${one.stockId} ${foldSku(one.sku)}`;
      const known = before.get(key) ?? { since: now, isTold: false };
      const isNews = !known.isTold && now - known.since >= this.#graceMs;
      this.#known.set(key, { since: known.since, isTold: known.isTold || isNews });
      return isNews ? [{ ...one, missing }] : [];
    });
  }
}
