import { orders as ordersContract } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import type { CodeIds } from '../../magento/code-ids.ts';
import type { Magento } from '../../magento/magento.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { BatchSize } from '../../magento/batch-size.ts';
import { wholeOrdersPerPage } from '../../magento/orders.ts';
import { rowUnreadable } from '../../magento/rest/list.ts';
import { epochMsOf } from '../../magento/rest/time.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { traceparentOf } from '../../platform/telemetry/tracing.ts';
import { relayState } from '../requests/relay-state.ts';
import type { RelayRequest, RequestResults } from '../requests/request.ts';
import { mayBecomeVisible, notYetVisible } from '../requests/visibility.ts';
import type { PublishedStates } from '../requests/published.ts';
import type { OnFirstSeen } from './first-seen.ts';
import type { OptionLabels } from './option-labels.ts';
import { targetOf } from './order-request.ts';
import { orderOf } from './order.ts';
import type { Place } from './order.ts';
import type { StockMoves } from './stock-moves.ts';

export interface OrderReaderOptions {
  bus: Pick<Bus, 'publish'>;
  magento: Pick<Magento, 'orders' | 'store'>;
  stores: Pick<CodeIds, 'codeOf' | 'idOf'>;
  /** Codes of websites by the ids of their store views. */
  websites: Pick<CodeIds, 'codeOf'>;
  published: PublishedStates<Order>;
  stockMoves: Pick<StockMoves, 'follow'>;
  optionLabels: Pick<OptionLabels, 'addTo'>;
  clock: Clock;
  instance: string;
  /** orders.since, UTC milliseconds. */
  since: number;
  /** The shop's clock minus ours. */
  skewMs: () => number;
  onFirstSeen?: OnFirstSeen;
}

/** A call that takes longer asks for too much. */
const targetMs = 3_000;

/** Reads the orders that requests of one store speak of, several per request, and publishes them. */
export class OrderReader {
  readonly #options: OrderReaderOptions;
  readonly #size: BatchSize;

  constructor(options: OrderReaderOptions) {
    this.#options = options;
    const limits = { initial: wholeOrdersPerPage, max: wholeOrdersPerPage, targetMs };
    this.#size = new BatchSize(limits, options.clock);
  }

  /** How many orders are read by one call. */
  get batchSize(): number {
    return this.#size.current;
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
    const { instance, websites } = this.#options;
    const place = { instance, store, website: await websites.codeOf(storeId) };
    const found = await this.#read(storeId, open);
    await Promise.all(
      open.map(async (request) => {
        const read = found.get(request);
        if (read instanceof Error) results.set(request, read);
        else if (read) results.set(request, await this.#relay(read, place, request, open.length));
        else results.set(request, notFound(request, this.#options.clock.now()));
      }),
    );
    return results;
  }

  async #read(storeId: number, requests: readonly RelayRequest[]): Promise<Map<RelayRequest, Read | Error>> {
    const { clock, magento, skewMs } = this.#options;
    const numbers = new Map(requests.map((request) => [this.#incrementIdOf(request), request]));
    // Before the call: what is committed later than this may be missing from the answer.
    const readAt = clock.now() + skewMs();
    const { items, unreadable } = await this.#size.request(numbers.size, () =>
      magento.orders.byIncrementIds(storeId, [...numbers.keys()]),
    );
    const found = new Map<RelayRequest, Read | Error>();
    const answer = (number: string, read: Read | Error) => {
      const request = numbers.get(number);
      if (request) found.set(request, read);
    };
    for (const order of items) answer(order.increment_id, { order, readAt });
    for (const row of unreadable) answer(row.id, rowUnreadable(row, 'the order'));
    return found;
  }

  #incrementIdOf({ value }: RelayRequest): string {
    const target = targetOf(value, this.#options.instance);
    return target?.kind === 'order' ? target.incrementId : '';
  }

  /** One order: what it throws holds for this request alone. */
  async #relay(
    { order: source, readAt }: Read,
    place: Place,
    request: RelayRequest,
    batchSize: number,
  ): Promise<Handled | Error> {
    try {
      if (isBefore(source, this.#options.since)) {
        await this.#options.stockMoves.follow(request.key, source, request.value);
        return placedBefore;
      }
      const order = contractOf(source, place, request.key);
      const problems = order.problems.length > 0 ? `, with ${problemCodes(order)}` : '';
      const traceparent = (batchSize === 1 ? traceparentOf() : null) ?? request.traceparent;
      const isFirst = !this.#options.published.isKnown(request.key);
      const handled = await relayState(
        { value: order, readAt, request, traceparent },
        { targetId: String(order.entityId), cause: `published in state ${order.state}${problems}` },
        {
          ...this.#options,
          contract: ordersContract,
          complete: (value) => this.#options.optionLabels.addTo(value),
          before: () => this.#options.stockMoves.follow(request.key, source, request.value),
        },
      );
      if (isFirst && 'status' in handled && handled.status === 'applied')
        this.#options.onFirstSeen?.(order, request.value);
      return handled;
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
export function notFound(request: RelayRequest, now: number): Handled | Error {
  const { key } = request;
  if (mayBecomeVisible(request, false, now))
    return notYetVisible(key, 'The shop does not show the order yet');
  return { status: 'unchanged', cause: `the shop has no order ${key}` };
}

/** See `notFound`. */
export function storeUnknown(key: string): Handled {
  return { status: 'unchanged', cause: `the shop has no store view for order ${key}` };
}

function contractOf(source: MagentoOrder, place: Place, key: string): Order {
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
