import { refresh } from '../../schemas/topics.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import type { Attempt, Handled } from '../platform/flow/outcome.ts';
import { hintOf, orderKey, targetOf } from './hint.ts';
import type { HintResults, OrderHint } from './hints.ts';
import { lookPatiently, notFound } from './look-patiently.ts';
import { isBefore, placedBefore, storeUnknown } from './order-reader.ts';
import type { HintsOptions } from './order-reader.ts';

/**
 * Hints for orders of which only the technical id is known. They lie on another partition than the order's own hints,
 * so they are not served here but asked again under the order's key: one writer per order.
 */
export class HintsById {
  private readonly options: HintsOptions;

  constructor(options: HintsOptions) {
    this.options = options;
  }

  async serve(hints: readonly OrderHint[], attempt: Attempt): Promise<HintResults> {
    const found = await lookPatiently(hints, this.options.clock, (missing) => this.read(missing));
    const results: HintResults = new Map();
    await Promise.all(
      hints.map(async (hint) => {
        const order = found.get(hint);
        results.set(hint, order ? await this.ask(order, hint, attempt) : notFound(hint.key));
      }),
    );
    return results;
  }

  private async read(hints: readonly OrderHint[]): Promise<Map<OrderHint, MagentoOrder>> {
    const found = new Map<OrderHint, MagentoOrder>();
    await Promise.all(
      hints.map(async (hint) => {
        const target = targetOf(hint.key, this.options.instance);
        if (target?.kind !== 'id') return;
        const order = await this.options.magento.orders.byId(target.entityId);
        if (order) found.set(hint, order);
      }),
    );
    return found;
  }

  private async ask(order: MagentoOrder, hint: OrderHint, attempt: Attempt): Promise<Handled | Error> {
    const { bus, clock, instance, stores } = this.options;
    try {
      if (isBefore(order, this.options.since)) return placedBefore;
      const store = await stores.codeOf(order.store_id);
      if (store === null) return storeUnknown(hint.key);
      const key = orderKey({ instance, store, incrementId: order.increment_id });
      if (attempt.mode === 'dry') return { status: 'dry', cause: `would ask for ${key}` };
      attempt.assertHeld();
      const { reason, seen } = hint.value;
      await bus.publish(refresh, {
        value: {
          ...hintOf({ key, reason, seen, requestedAt: clock.now() }),
          requestedBy: hint.value.requestedBy,
        },
        traceparent: hint.traceparent,
      });
      return { status: 'applied', targetId: key, cause: 'asked again under the order’s own key' };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
