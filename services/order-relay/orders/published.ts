import { orders } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Bus, ReadAll } from '../../platform/kafka/types.ts';
import { orderKey } from '../../../schemas/keys.ts';

/** About 25 MB. An order that is forgotten is read once more than needed. */
const maxOrders = 100_000;

interface Known {
  updatedAt: number;
  digest: string;
  /** When it was read, by the shop's clock. */
  readAt: number;
}

interface OnTopic extends Known {
  /** The latest update time that the topic has shown of this order. */
  newestAt: number;
}

export interface PublishedOrdersOptions {
  instance: string;
  /** How long after its own time a state may still become visible (sweep.marginMs), milliseconds. */
  marginMs: number;
  /**
   * An older state of an order came after a newer one: a process that had lost the order was still publishing, and
   * whoever reads the topic now believes the older state. The order is to be looked at again.
   */
  onWentBack: (key: string) => void;
}

/**
 * What was published of each order lately, by this process and by the others.
 *
 * The order of the topic is the truth: the last record of an order is what every reader believes, whatever this process
 * has published before it. So a record of our own counts only until it is read back, and whatever comes after it counts
 * from then on, also when it is older.
 */
export class PublishedOrders {
  readonly #options: PublishedOrdersOptions;
  readonly #onTopic = new BoundedMap<string, OnTopic>(maxOrders);
  /** Published by this process, and not read back yet. */
  readonly #own = new BoundedMap<string, Known>(maxOrders);

  constructor(options: PublishedOrdersOptions) {
    this.#options = options;
  }

  /**
   * This process publishes the order; it was read at `readAt`, by the shop's clock. Said beforehand, because the record
   * may be read back before its acknowledgement comes.
   */
  async publishing(order: Order, readAt: number, publish: () => Promise<void>): Promise<void> {
    const { updatedAt, digest } = order;
    const key = orderKey(order);
    this.#own.set(key, { updatedAt, digest, readAt });
    try {
      await publish();
    } catch (error) {
      this.#own.delete(key);
      throw error;
    }
  }

  /** The state that was read is the last one published; remembers how late it was still the same. */
  isSame(order: Order, readAt: number): boolean {
    const known = this.#knownOf(orderKey(order));
    if (known?.digest !== order.digest) return false;
    known.readAt = Math.max(known.readAt, readAt);
    return true;
  }

  /**
   * That state of the order was published, and read late enough to be whole. Update times are whole seconds, and a new
   * order is usually written twice within one: a state read within its own second may be followed by another one of
   * the same time, so it is looked at once more.
   */
  has(key: string, updatedAt: number): boolean {
    const known = this.#knownOf(key);
    const { marginMs } = this.#options;
    return known?.updatedAt === updatedAt && known.readAt >= updatedAt + marginMs;
  }

  /** Reads what was published since then, and from then on what others publish. Resolves when caught up. */
  async follow(bus: Bus, sinceMs: number, skewMs: () => number): Promise<ReadAll> {
    const wentBack = new Set<string>();
    let isLive = false;
    const reading = await bus.readAll(orders, {
      sinceMs,
      onRecord: ({ value, publishedAt }) => {
        if (value?.instance !== this.#options.instance) return;
        const key = orderKey(value);
        // What has been corrected since then is of no interest any more.
        if (!this.#read(key, value, publishedAt + skewMs())) wentBack.delete(key);
        else if (isLive) this.#options.onWentBack(key);
        else wentBack.add(key);
      },
    });
    await reading.caughtUp;
    isLive = true;
    for (const key of wentBack) this.#options.onWentBack(key);
    return reading;
  }

  /** @returns whether the topic has gone back to an older state with this record. */
  #read(key: string, { updatedAt, digest }: Order, publishedAt: number): boolean {
    const own = this.#own.get(key);
    // Ours: when it was read is known better than by when it was published.
    const readAt = own?.digest === digest ? own.readAt : publishedAt;
    if (own?.digest === digest) this.#own.delete(key);
    const newestAt = Math.max(updatedAt, this.#onTopic.get(key)?.newestAt ?? updatedAt);
    this.#onTopic.set(key, { updatedAt, digest, readAt, newestAt });
    return updatedAt < newestAt;
  }

  #knownOf(key: string): Known | undefined {
    return this.#own.get(key) ?? this.#onTopic.get(key);
  }
}
