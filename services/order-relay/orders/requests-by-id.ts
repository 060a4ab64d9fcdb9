import { orderKey } from '../../../schemas/keys.ts';
import { refresh } from '../../../schemas/topics.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { Held } from '../../platform/errors.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { RelayRequest, RequestResults } from '../requests/request.ts';
import { isBefore, notFound, placedBefore } from './order-reader.ts';
import type { OrderReaderOptions } from './order-reader.ts';
import { targetOf } from './order-request.ts';

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
    const results: RequestResults = new Map();
    await Promise.all(requests.map(async (request) => results.set(request, await this.#serve(request))));
    return results;
  }

  /** Each is a call of its own: what it throws holds for this request alone. */
  async #serve(request: RelayRequest): Promise<Handled | Error> {
    const { clock, instance, magento } = this.#options;
    try {
      const target = targetOf(request.value, instance);
      const order = target?.kind === 'id' ? await magento.orders.byId(target.entityId) : null;
      return order ? await this.#ask(order, request) : notFound(request, clock.now());
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #ask(order: MagentoOrder, request: RelayRequest): Promise<Handled> {
    const { bus, clock, instance, stores, stockMoves } = this.#options;
    if (isBefore(order, this.#options.since)) {
      await stockMoves.follow(request.key, order, request.value);
      return placedBefore;
    }
    const { increment_id: incrementId } = order;
    const store = await stores.codeOf(order.store_id);
    if (!store || !incrementId) throw withoutKey(order.entity_id);
    const key = orderKey({ instance, store, incrementId });
    await bus.publish(refresh, {
      value: { ...request.value, key, entityId: null, requestedAt: clock.now() },
      traceparent: request.traceparent,
    });
    return { status: 'applied', targetId: key, cause: 'asked again under the order’s own key' };
  }
}

/** Held, not rejected: a store view leaves all its orders behind when it is deleted, and they must not stop the flow. */
function withoutKey(entityId: number): Held {
  return new Held({
    code: 'order.without_store_view',
    what: `The order of id ${entityId} has no number, or belongs to no store view that is known`,
    why: "An order is known by its store view and its number; a store view that is deleted leaves its orders without one, and one whose code was another view's before is not told from it",
    fix: 'Let `cartage check` say which view is meant: it names the line for magento.storeCodes, then `cartage parked release KEY`. For a view that is gone `cartage parked discard KEY --reason TEXT`, or give the order another one in the database of the shop',
  });
}
