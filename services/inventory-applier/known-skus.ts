import type { Products } from '../magento/products.ts';
import { BoundedMap } from '../platform/bounded-map.ts';

const rememberedSkus = 200_000;

/**
 * Which SKUs the shop has. Magento accepts stock of a SKU it does not know and keeps an orphan row (FACTS section 6),
 * so each is asked for before its first write. Only presence is remembered, and only for a while: what was absent
 * is asked for again each time.
 */
export class KnownSkus {
  readonly #knownUntil = new BoundedMap<string, number>(rememberedSkus);
  readonly #products: Pick<Products, 'existing'>;
  readonly #rememberMs: number;
  readonly #now: () => number;

  constructor(products: Pick<Products, 'existing'>, rememberMs: number, now: () => number) {
    this.#products = products;
    this.#rememberMs = rememberMs;
    this.#now = now;
  }

  /** Those of the SKUs that the shop has. */
  async among(skus: readonly string[]): Promise<Set<string>> {
    const now = this.#now();
    const known = new Set(skus.filter((sku) => (this.#knownUntil.get(sku) ?? 0) > now));
    const asked = skus.filter((sku) => !known.has(sku));
    if (asked.length === 0) return known;
    for (const sku of (await this.#products.existing(asked)).keys()) {
      known.add(sku);
      this.#knownUntil.set(sku, now + this.#rememberMs);
    }
    return known;
  }
}
