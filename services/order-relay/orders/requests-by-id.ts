import { refresh } from '../../../schemas/topics.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import { orderKey } from '../../../schemas/keys.ts';
import type { RelayRequest, RequestResults } from '../requests/request.ts';
import { retryUntilVisible } from '../requests/retry-until-visible.ts';
import { targetOf } from './order-request.ts';
import { isBefore, notFound, placedBefore, storeUnknown } from './order-reader.ts';
import type { OrderReaderOptions } from './order-reader.ts';

/**
 * Requests for orders of which only the technical id is known. They lie on another partition than the order's own requests,
 * so they are not served here but asked again under the order's key: one writer per order.
 */
export class RequestsById {
  readonly #options: OrderReaderOptions;

  constructor(options: OrderReaderOptions) {
    this.#options = options;
  }

  async serve(requests: readonly RelayRequest[]): Promise<RequestResults> {
    const found = await retryUntilVisible(requests, this.#options.clock, (missing) => this.#read(missing));
    const results: RequestResults = new Map();
    await Promise.all(
      requests.map(async (request) => {
        const order = found.get(request);
        results.set(request, order ? await this.#ask(order, request) : notFound(request.key));
      }),
    );
    return results;
  }

  async #read(requests: readonly RelayRequest[]): Promise<Map<RelayRequest, MagentoOrder>> {
    const found = new Map<RelayRequest, MagentoOrder>();
    await Promise.all(
      requests.map(async (request) => {
        const target = targetOf(request.value, this.#options.instance);
        if (target?.kind !== 'id') return;
        const order = await this.#options.magento.orders.byId(target.entityId);
        if (order) found.set(request, order);
      }),
    );
    return found;
  }

  async #ask(order: MagentoOrder, request: RelayRequest): Promise<Handled | Error> {
    const { bus, clock, instance, stores } = this.#options;
    try {
      if (isBefore(order, this.#options.since)) return placedBefore;
      const store = await stores.codeOf(order.store_id);
      if (store === null) return storeUnknown(request.key);
      const key = orderKey({ instance, store, incrementId: order.increment_id });
      await bus.publish(refresh, {
        value: { ...request.value, key, entityId: null, requestedAt: clock.now() },
        traceparent: request.traceparent,
      });
      return { status: 'applied', targetId: key, cause: 'asked again under the order’s own key' };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
