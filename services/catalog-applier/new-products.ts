import { foldSku } from '../magento/sku.ts';
import { BoundedMap } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import { Unavailable } from '../platform/errors.ts';

/** How long a new product waits for its price, or for the next one of another new product: streams of one ERP are seldom further apart. */
const patienceMs = 10_000;
/**
 * And where the shop bears one call at a time: a batch of products took 21 s of a busy one, and the turn of the prices came
 * after three of these. Each that is made without its price costs two calls more.
 */
const patienceOfSlowMs = 60_000;
/** A price that came before its product counts so long; it is read again anyway once there is a product. */
const priceAgeMaxMs = 600_000;
/** Far more than may be pending at a time (policy.maxPendingKeys): one that is forgotten would begin to wait anew. */
const waitingMax = 100_000;
const pricesMax = 20_000;

/**
 * A product and its price come as two records, in any order. Where both are there, the product is made whole, by one call
 * instead of three: otherwise it is made disabled, then priced, then enabled. So a new one waits a little for its price,
 * and a price whose product is about to be made waits for that. Both are absolute, and forgotten without harm.
 */
export class NewProducts {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #isSlow: () => boolean;
  readonly #waitingSince = new BoundedMap<string, number>(waitingMax);
  readonly #prices = new BoundedMap<string, { amount: string; at: number }>(pricesMax);
  readonly #imagesApart = new BoundedMap<string, true>(waitingMax);

  /** When one that waited had its price last: those of products that never come prolong nothing. */
  #pricedAt = -Infinity;

  /** @param isSlow whether the shop bears no more than one call at a time */
  constructor(clock: Pick<Clock, 'now'>, isSlow: () => boolean) {
    this.#clock = clock;
    this.#isSlow = isSlow;
  }

  /** The base price that has come for a product that was not there; null: none, or too long ago. */
  priceOf(sku: string): string | null {
    const price = this.#prices.get(foldSku(sku));
    return price !== undefined && this.#clock.now() - price.at < priceAgeMaxMs ? price.amount : null;
  }

  /** It was not there and has no price yet: what is asked of the shop next would tell the same. */
  isWaiting(sku: string): boolean {
    const since = this.#waitingSince.get(foldSku(sku));
    if (since === undefined || this.priceOf(sku) !== null) return false;
    const now = this.#clock.now();
    const patience = this.#isSlow() ? patienceOfSlowMs : patienceMs;
    return now - Math.max(since, this.#pricedAt) < patience && now - since < priceAgeMaxMs;
  }

  /** @throws Unavailable (not yet) until its price is there, or has been waited for long enough */
  wait(sku: string): void {
    const key = foldSku(sku);
    if (!this.#waitingSince.has(key)) this.#waitingSince.set(key, this.#clock.now());
    if (this.isWaiting(sku)) throw notYet(`Product ${sku} is new, and waits for its price`);
  }

  /** Of a product that is not there. @returns that it is about to be, where it waits for this price */
  priceCame(sku: string, amount: string): Unavailable | null {
    const isAwaited = this.isWaiting(sku);
    if (isAwaited) this.#pricedAt = this.#clock.now();
    this.#prices.set(foldSku(sku), { amount, at: this.#clock.now() });
    return isAwaited ? notYet(`The price of ${sku} waits until its product is made`) : null;
  }

  /** Its price came after what the shop has was read for it. */
  unread(sku: string): Unavailable {
    return notYet(`Product ${sku} is new, and is looked for once more`);
  }

  /** The call that was to make it with its images ended without an answer, or with one that tells nothing of why. */
  failedWithImages(sku: string): void {
    this.#imagesApart.set(foldSku(sku), true);
  }

  /** Whether it is tried with its images. */
  bearsImages(sku: string): boolean {
    return !this.#imagesApart.has(foldSku(sku));
  }

  made(sku: string): void {
    this.#imagesApart.delete(foldSku(sku));
    this.#waitingSince.delete(foldSku(sku));
    this.#prices.delete(foldSku(sku));
  }
}

function notYet(what: string): Unavailable {
  const fault = { code: 'product.not_whole', what, fix: 'Nothing: both are written within seconds' };
  return new Unavailable(fault, { notYet: true });
}
