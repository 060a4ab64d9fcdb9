import { orders as ordersContract } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { epochMsOf } from '../magento/time.ts';
import { Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome.ts';
import type { Bus } from '../platform/kafka/types.ts';
import type { Clock } from '../platform/lifecycle/clock.ts';
import { traceparentOf } from '../platform/telemetry/tracing.ts';
import { targetOf } from './hint.ts';
import type { HintResults, OrderHint } from './hints.ts';
import { lookPatiently, notFound } from './look-patiently.ts';
import { orderOf } from './order.ts';
import type { PublishedOrders } from './published.ts';
import type { Stores } from './stores.ts';

export interface HintsOptions {
  bus: Pick<Bus, 'publish'>;
  magento: Pick<Magento, 'orders'>;
  stores: Pick<Stores, 'codeOf' | 'idOf'>;
  published: PublishedOrders;
  clock: Clock;
  instance: string;
  /** orders.since, UTC milliseconds. */
  since: number;
  /** The shop's clock minus ours. */
  skewMs: () => number;
}

/** Reads the orders that hints of one store speak of, several per request, and publishes them. */
export class OrderReader {
  private readonly options: HintsOptions;

  constructor(options: HintsOptions) {
    this.options = options;
  }

  async serve(store: string, hints: readonly OrderHint[], attempt: Attempt): Promise<HintResults> {
    const results: HintResults = new Map();
    const open = hints.filter((hint) => {
      if (!this.isPublished(hint)) return true;
      results.set(hint, { status: 'unchanged', cause: 'that state is published already' });
      return false;
    });
    if (open.length === 0) return results;
    const storeId = await this.options.stores.idOf(store);
    if (storeId === null) {
      for (const hint of open) results.set(hint, storeUnknown(hint.key));
      return results;
    }
    const found = await lookPatiently(open, this.options.clock, (missing) => this.read(storeId, missing));
    await Promise.all(
      open.map(async (hint) => {
        const order = found.get(hint);
        results.set(
          hint,
          order ? await this.relay(order, store, hint, open.length, attempt) : notFound(hint.key),
        );
      }),
    );
    return results;
  }

  private isPublished({ key, value }: OrderHint): boolean {
    if (value.seen === null || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value.seen)) return false;
    return this.options.published.has(key, epochMsOf(value.seen));
  }

  private async read(storeId: number, hints: readonly OrderHint[]): Promise<Map<OrderHint, Read>> {
    const numbers = new Map(hints.map((hint) => [this.incrementIdOf(hint), hint]));
    // Before the call: what is committed later than this may be missing from the answer.
    const readAt = this.options.clock.now() + this.options.skewMs();
    const orders = await this.options.magento.orders.byIncrementIds(storeId, [...numbers.keys()]);
    const found = new Map<OrderHint, Read>();
    for (const order of orders) {
      const hint = numbers.get(order.increment_id);
      if (hint) found.set(hint, { order, readAt });
    }
    return found;
  }

  private incrementIdOf({ key }: OrderHint): string {
    const target = targetOf(key, this.options.instance);
    return target?.kind === 'order' ? target.incrementId : '';
  }

  /** One order: what it throws holds for this hint alone. */
  private async relay(
    { order: source, readAt }: Read,
    store: string,
    hint: OrderHint,
    batchSize: number,
    attempt: Attempt,
  ): Promise<Handled | Error> {
    const { bus, instance, published } = this.options;
    try {
      if (isBefore(source, this.options.since)) return placedBefore;
      const order = contractOf(source, { instance, store }, hint.key);
      const said = order.problems.length > 0 ? `, with ${problemCodes(order)}` : '';
      if (hint.value.seen !== null && published.isSame(order)) {
        published.note(order, readAt);
        return { status: 'unchanged', cause: 'the last published state is the same' };
      }
      if (attempt.mode === 'dry')
        return { status: 'dry', cause: `would publish state ${order.state}${said}` };
      attempt.assertHeld();
      const traceparent = batchSize === 1 ? traceparentOf() : null;
      await bus.publish(ordersContract, { value: order, traceparent: traceparent ?? hint.traceparent });
      published.note(order, readAt);
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

export function storeUnknown(key: string): Rejected {
  return new Rejected({
    code: 'order.store_unknown',
    what: `The shop has no store view for order ${key}`,
    fix: 'Refresh the order under the code its store view has now; see Stores > All Stores in the shop',
  });
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
        fix: 'Look at the order in the shop; when mended, refresh its key',
      },
      { cause: error },
    );
  }
}

function problemCodes(order: Order): string {
  return [...new Set(order.problems.map(({ code }) => code))].join(', ');
}
