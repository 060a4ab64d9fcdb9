import { orders } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import type { Bus, ReadAll } from '../../platform/kafka/types.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import { orderKey } from './request.ts';

/** About 25 MB. An order that is forgotten is read once more than needed. */
const maxOrders = 100_000;

interface Known {
  updatedAt: number;
  digest: string;
  /** When it was read, by the shop's clock. */
  readAt: number;
}

/**
 * What was published of each order lately, by this process and by the others: fed by our own publishing and by reading
 * `magento.orders`.
 */
export class PublishedOrders {
  private readonly known = new BoundedMap<string, Known>(maxOrders);
  private readonly instance: string;
  private readonly marginMs: number;

  /** @param marginMs how long after its own time a state may still become visible (sweep.marginMs). */
  constructor(instance: string, marginMs: number) {
    this.instance = instance;
    this.marginMs = marginMs;
  }

  note(order: Order, readAt: number): void {
    if (order.instance !== this.instance) return;
    const key = orderKey(order);
    const known = this.known.get(key);
    // What is read back from the topic lags behind what this process has published itself.
    if (known && known.updatedAt > order.updatedAt) return;
    const same = known?.digest === order.digest;
    this.known.set(key, {
      updatedAt: order.updatedAt,
      digest: order.digest,
      readAt: same ? Math.max(known.readAt, readAt) : readAt,
    });
  }

  /** The very same state was the last one published. */
  isSame(order: Order): boolean {
    return this.known.get(orderKey(order))?.digest === order.digest;
  }

  /**
   * That state of the order was published, and read late enough to be whole. Update times are whole seconds, and a new
   * order is usually written twice within one (FACTS section 3): a state read within its own second may be followed
   * by another one of the same time, so it is looked at once more.
   */
  has(key: string, updatedAt: number): boolean {
    const known = this.known.get(key);
    return known !== undefined && known.updatedAt === updatedAt && known.readAt >= updatedAt + this.marginMs;
  }

  /** Reads what was published since then, and from then on what others publish. Resolves when caught up. */
  async follow(bus: Bus, sinceMs: number, skewMs: () => number): Promise<ReadAll> {
    const reading = await bus.readAll(orders, {
      sinceMs,
      onRecord: ({ value, publishedAt }) => {
        if (value !== null) this.note(value, publishedAt + skewMs());
      },
    });
    await reading.caughtUp;
    return reading;
  }
}
