import { BatchSize } from '../../magento/batch-size.ts';
import type { MagentoCustomer } from '../../magento/customer-shape.ts';
import type { Magento } from '../../magento/magento.ts';
import { rowUnreadable } from '../../magento/rest/list.ts';
import type { Clock } from '../../platform/clock.ts';

export interface ReadCustomer {
  /** Null: the shop says that it has no such customer. */
  customer: MagentoCustomer | null;
  /** By the shop's clock. */
  readAt: number;
}

export interface CustomerCallsOptions {
  magento: Pick<Magento, 'customers'>;
  clock: Clock;
  /** The shop's clock minus ours. */
  skewMs: () => number;
}

/** A call that takes longer asks for too much. */
const targetMs = 3_000;
const customersPerCall = 50;

/** Reads several customers by one call; what is wrong with one of them holds for it alone. */
export class CustomerCalls {
  readonly #options: CustomerCallsOptions;
  readonly #size: BatchSize;

  constructor(options: CustomerCallsOptions) {
    this.#options = options;
    const limits = { initial: customersPerCall, max: customersPerCall, targetMs };
    this.#size = new BatchSize(limits, options.clock);
  }

  /** How many customers are read by one call. */
  get size(): number {
    return this.#size.current;
  }

  /** A list that leaves a customer out is not enough: the shop is asked for that one by its id. */
  async read(ids: readonly number[]): Promise<Map<number, ReadCustomer | Error>> {
    const { magento, clock, skewMs } = this.#options;
    // Before the call: what is committed later than this may be missing from the answer.
    const readAt = clock.now() + skewMs();
    const { items, unreadable } = await this.#size.request(ids.length, () => magento.customers.byIds(ids));
    const read = new Map<number, ReadCustomer | Error>([
      ...items.map((customer) => [customer.id, { customer, readAt }] as const),
      ...unreadable.map((row) => [Number(row.id), rowUnreadable(row, 'the customer of id')] as const),
    ]);
    for (const id of ids) if (!read.has(id)) read.set(id, await this.#readAlone(id, readAt));
    return read;
  }

  async #readAlone(id: number, readAt: number): Promise<ReadCustomer | Error> {
    try {
      return { customer: await this.#options.magento.customers.byId(id), readAt };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
