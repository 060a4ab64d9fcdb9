import { orders as ordersContract } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import type { CodeIds } from '../../magento/code-ids.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { epochMsOf } from '../../magento/rest/time.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { traceparentOf } from '../../platform/telemetry/tracing.ts';
import { isForced } from '../requests/request.ts';
import type { RelayRequest, RequestResults } from '../requests/request.ts';
import { retryUntilVisible } from '../requests/retry-until-visible.ts';
import type { PublishedStates } from '../requests/published.ts';
import { targetOf } from './order-request.ts';
import { orderOf } from './order.ts';

export interface OrderReaderOptions {
  bus: Pick<Bus, 'publish'>;
  magento: Pick<Magento, 'orders' | 'store'>;
  stores: Pick<CodeIds, 'codeOf' | 'idOf'>;
  published: PublishedStates<Order>;
  clock: Clock;
  instance: string;
  /** orders.since, UTC milliseconds. */
  since: number;
  /** The shop's clock minus ours. */
  skewMs: () => number;
}

/** Reads the orders that requests of one store speak of, several per request, and publishes them. */
export class OrderReader {
  readonly #options: OrderReaderOptions;

  constructor(options: OrderReaderOptions) {
    this.#options = options;
  }

  async serve(store: string, requests: readonly RelayRequest[]): Promise<RequestResults> {
    const results: RequestResults = new Map();
    const open = requests.filter((request) => {
      if (!this.#options.published.answers(request.value)) return true;
      results.set(request, { status: 'unchanged', cause: 'that state is published already' });
      return false;
    });
    if (open.length === 0) return results;
    const storeId = await this.#options.stores.idOf(store);
    if (storeId === null) {
      for (const request of open) results.set(request, storeUnknown(request.key));
      return results;
    }
    const found = await retryUntilVisible(open, this.#options.clock, (missing) =>
      this.#read(storeId, missing),
    );
    await Promise.all(
      open.map(async (request) => {
        const order = found.get(request);
        results.set(
          request,
          order ? await this.#relay(order, store, request, open.length) : notFound(request.key),
        );
      }),
    );
    return results;
  }

  async #read(storeId: number, requests: readonly RelayRequest[]): Promise<Map<RelayRequest, Read>> {
    const numbers = new Map(requests.map((request) => [this.#incrementIdOf(request), request]));
    // Before the call: what is committed later than this may be missing from the answer.
    const readAt = this.#options.clock.now() + this.#options.skewMs();
    const orders = await this.#options.magento.orders.byIncrementIds(storeId, [...numbers.keys()]);
    const found = new Map<RelayRequest, Read>();
    for (const order of orders) {
      const request = numbers.get(order.increment_id);
      if (request) found.set(request, { order, readAt });
    }
    return found;
  }

  #incrementIdOf({ value }: RelayRequest): string {
    const target = targetOf(value, this.#options.instance);
    return target?.kind === 'order' ? target.incrementId : '';
  }

  /** One order: what it throws holds for this request alone. */
  async #relay(
    { order: source, readAt }: Read,
    store: string,
    request: RelayRequest,
    batchSize: number,
  ): Promise<Handled | Error> {
    const { bus, instance, published } = this.#options;
    try {
      if (isBefore(source, this.#options.since)) return placedBefore;
      const order = contractOf(source, { instance, store }, request.key);
      const said = order.problems.length > 0 ? `, with ${problemCodes(order)}` : '';
      if (!isForced(request.value) && published.isSame(order, readAt))
        return { status: 'unchanged', cause: 'the last published state is the same' };
      const traceparent = (batchSize === 1 ? traceparentOf() : null) ?? request.traceparent;
      await published.publishing(order, readAt, () =>
        bus.publish(ordersContract, { value: order, traceparent }),
      );
      return {
        status: 'applied',
        targetId: String(order.entityId),
        cause: `published in state ${order.state}${said}`,
      };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

interface Read {
  order: MagentoOrder;
  /** By the shop's clock. */
  readAt: number;
}

export const placedBefore: Handled = { status: 'unchanged', cause: 'placed before orders.since' };

export function isBefore(order: MagentoOrder, since: number): boolean {
  return epochMsOf(order.created_at) < since;
}

/**
 * A request about nothing asks for nothing: anyone may send one (a webhook about an order that was rolled back, a key
 * mistyped), and many of them must not look like a fault of the flow. An order that becomes visible later is swept.
 */
export function notFound(key: string): Handled {
  return { status: 'unchanged', cause: `the shop has no order ${key}` };
}

/** See `notFound`. */
export function storeUnknown(key: string): Handled {
  return { status: 'unchanged', cause: `the shop has no store view for order ${key}` };
}

function contractOf(source: MagentoOrder, place: { instance: string; store: string }, key: string): Order {
  try {
    return orderOf(source, place);
  } catch (error) {
    // Only numbers and times are parsed there, so the message names no person.
    throw new Rejected(
      {
        code: 'order.unreadable',
        what: `Order ${key} holds an amount or a time that is none`,
        why: error instanceof Error ? error.message : String(error),
        fix: 'Look at the order in the shop; when mended, `cartage parked release KEY`',
      },
      { cause: error },
    );
  }
}

function problemCodes(order: Order): string {
  return [...new Set(order.problems.map(({ code }) => code))].join(', ');
}
