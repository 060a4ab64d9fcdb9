import type { Magento } from '../../magento/magento.ts';
import { owedOf } from '../../magento/owed.ts';
import type { PageReader } from '../../magento/page-reader.ts';
import { foldSku } from '../../magento/sku.ts';
import type { StoredSourceItem } from '../../magento/source-items.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';
import { decimalOf, minus, sum } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import type { Assignment } from './assignment.ts';
import { OwedStock } from './owed-stock.ts';
import type { Owed } from './owed-stock.ts';

export interface LookOptions {
  magento: Pick<Magento, 'orders' | 'products' | 'sourceItems' | 'store'>;
  pages: Pick<PageReader, 'read'>;
  clock: Clock;
}

/** A SKU that open orders want, and what the sources of their stock hold of it. */
export interface Covered extends Owed {
  held: Decimal;
  /** What can be ordered, by the rows alone: of those in stock, what is not owed. */
  salable: Decimal;
}

/** The URL that names them stays short enough for any web server (FACTS section 10). */
const skusPerCall = 100;
/** A call, and nine times as long for others. */
const pauseShare = 9;
const pauseMinMs = 100;
const rememberedSkus = 20_000;

/**
 * Compares what open orders are still to get with what the sources of their stock hold. Magento's own salable quantity
 * would do for less: it is never below zero where nothing may be back-ordered, so it does not tell one piece too few from
 * a hundred, nor who waits for them.
 */
export class OversellLook {
  readonly #options: LookOptions;
  /** By product id. */
  readonly #skus = new BoundedMap<number, string>(rememberedSkus);

  constructor(options: LookOptions) {
    this.#options = options;
  }

  async run(assignment: Assignment, signal: AbortSignal): Promise<Covered[]> {
    const owed = (await this.#owed(assignment, signal)).all();
    const covered: Covered[] = [];
    for (let at = 0; at < owed.length && !signal.aborted; at += skusPerCall) {
      const part = owed.slice(at, at + skusPerCall);
      const skus = part.map(({ sku }) => sku);
      const rows = await this.#paced(signal, () => this.#options.magento.sourceItems.read({ skus }));
      covered.push(...part.map((one) => coveredBy(one, rows, assignment)));
    }
    return covered;
  }

  async #owed({ stockOf }: Assignment, signal: AbortSignal): Promise<OwedStock> {
    const { magento, pages } = this.#options;
    const websites = new Map((await magento.store.websitesOfViews()).map(({ id, code }) => [id, code]));
    const owed = new OwedStock();
    let afterEntityId = 0;
    for (;;) {
      const page = await this.#paced(signal, () =>
        pages.read((limits) => magento.orders.openPage({ ...limits, afterEntityId })),
      );
      for (const order of page.items) {
        // One of a store view that was deleted reserves nothing that is known.
        const stockId = stockOf.get(websites.get(order.store_id ?? -1) ?? '');
        if (stockId === undefined) continue;
        for (const [sku, quantity] of await owedOf(order, { skusOf: (ids) => this.#skusOf(ids) }))
          owed.add({ stockId, sku, quantity }, order.increment_id);
      }
      const ids = [
        ...page.items.map(({ entity_id }) => entity_id),
        ...page.unreadable.map(({ id }) => Number(id)),
      ];
      if (ids.length === 0 || ids.length >= page.totalCount || signal.aborted) return owed;
      afterEntityId = Math.max(...ids);
    }
  }

  async #skusOf(ids: readonly number[]): Promise<Map<number, string>> {
    const unknown = ids.filter((id) => !this.#skus.has(id));
    if (unknown.length > 0)
      for (const [id, sku] of await this.#options.magento.products.skusOf(unknown)) this.#skus.set(id, sku);
    return new Map(ids.flatMap((id) => (this.#skus.has(id) ? [[id, this.#skus.get(id)!] as const] : [])));
  }

  async #paced<Answer>(signal: AbortSignal, call: () => Promise<Answer>): Promise<Answer> {
    const { clock } = this.#options;
    const beganAt = clock.now();
    const answer = await call();
    await clock.wait(Math.max(pauseMinMs, pauseShare * (clock.now() - beganAt)), signal);
    return answer;
  }
}

function coveredBy(owed: Owed, rows: readonly StoredSourceItem[], { sourcesOf }: Assignment): Covered {
  const sources = sourcesOf.get(owed.stockId) ?? new Set();
  const held = rows.filter(
    ({ sku, sourceCode }) => sources.has(sourceCode) && foldSku(sku) === foldSku(owed.sku),
  );
  const quantityOf = (some: readonly StoredSourceItem[]) =>
    sum(some.map(({ quantity }) => decimalOf(quantity)));
  const inStock = held.filter(({ status }) => status === 1);
  return { ...owed, held: quantityOf(held), salable: minus(quantityOf(inStock), owed.quantity) };
}
