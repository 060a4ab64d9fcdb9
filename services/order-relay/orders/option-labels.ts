import type { ChosenOption, Order, OrderLine } from '../../../schemas/types.ts';
import type { OptionNames } from '../../magento/option-names.ts';
import type { Products } from '../../magento/products.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';
import { unfenced } from '../../platform/fence.ts';

export interface OptionLabelsOptions {
  products: Pick<Products, 'optionNames'>;
  clock: Pick<Clock, 'now'>;
}

const rememberedProducts = 5_000;
const rememberedMs = 600_000;
/** After a failure orders go without labels for so long: no order waits for what it can do without. */
const pauseMs = 60_000;

/**
 * Says of chosen options their names, where the order has their ids alone, and the product's own SKU, where options have
 * changed that of the line. They are the product's, of now, and no part of what tells one state of an order from another: a
 * renamed option makes no order news.
 */
export class OptionLabels {
  readonly #options: OptionLabelsOptions;
  readonly #known = new BoundedMap<number, { names: OptionNames; atMs: number }>(rememberedProducts);
  /** Orders of one page often hold the same product: it is asked for once. */
  readonly #asked = new Map<number, Promise<void>>();
  #pausedUntilMs = 0;

  constructor(options: OptionLabelsOptions) {
    this.#options = options;
  }

  /** Never throws: labels that cannot be had are left out. */
  async addTo(order: Order): Promise<Order> {
    const ids = new Set(order.lines.filter(hasOptions).flatMap(({ productId }) => productId ?? []));
    if (ids.size === 0) return order;
    await this.#learn([...ids]);
    return { ...order, lines: order.lines.map((line) => this.#labelled(line)) };
  }

  async #learn(ids: readonly number[]): Promise<void> {
    const nowMs = this.#options.clock.now();
    if (nowMs < this.#pausedUntilMs) return;
    const unknown = ids.filter((id) => nowMs - (this.#known.get(id)?.atMs ?? -Infinity) >= rememberedMs);
    const news = unknown.filter((id) => !this.#asked.has(id));
    if (news.length > 0) {
      // For all that hold them: one of which the lease has ended must not leave the others without.
      const asking = unfenced(() => this.#ask(news, nowMs));
      for (const id of news) this.#asked.set(id, asking);
    }
    await Promise.all(unknown.flatMap((id) => this.#asked.get(id) ?? []));
  }

  async #ask(ids: readonly number[], atMs: number): Promise<void> {
    const { products, clock } = this.#options;
    try {
      const found = await products.optionNames(ids);
      for (const id of ids) this.#known.set(id, { names: found.get(id) ?? nameless, atMs });
    } catch {
      this.#pausedUntilMs = clock.now() + pauseMs;
    } finally {
      for (const id of ids) this.#asked.delete(id);
    }
  }

  #labelled(line: OrderLine): OrderLine {
    const known = line.productId === null ? undefined : this.#known.get(line.productId);
    if (known === undefined || !hasOptions(line)) return line;
    const { names } = known;
    return {
      ...line,
      productSku: names.sku,
      options: line.options.map((option) => labelled(option, names)),
    };
  }
}

const nameless: OptionNames = { sku: null, options: new Map(), values: new Map() };

const hasOptions = ({ options }: OrderLine) => options.length > 0;

/** Several check boxes are one text with commas. */
function labelled(option: ChosenOption, { options, values }: OptionNames): ChosenOption {
  const { kind, optionId } = option;
  const ids = option.values.flatMap((value) => value.split(','));
  const names = ids.map((id) => values.get(`${kind}/${optionId}/${id}`));
  return {
    ...option,
    label: options.get(`${kind}/${optionId}`) ?? null,
    // What was typed has no other name than itself.
    valueLabels: names.every((name) => name !== undefined) ? names : [],
  };
}
