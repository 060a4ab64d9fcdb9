import { customerKey } from '../../../schemas/keys.ts';
import { customers as contract, refresh } from '../../../schemas/topics.ts';
import type { Customer } from '../../../schemas/types.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { traceparentOf } from '../../platform/telemetry/tracing.ts';
import type { PublishedStates } from '../requests/published.ts';
import { relayState } from '../requests/relay-state.ts';
import type { RelayRequest, RequestResults } from '../requests/request.ts';
import { mayBecomeVisible, notYetVisible } from '../requests/visibility.ts';
import { CustomerCalls } from './customer-calls.ts';
import type { CustomerCallsOptions, ReadCustomer } from './customer-calls.ts';
import { customerIdIn } from './customer-request.ts';
import type { ShopCustomers } from './shop-customers.ts';

export interface CustomerReaderOptions extends CustomerCallsOptions {
  bus: Pick<Bus, 'publish' | 'tombstone'>;
  shop: ShopCustomers;
  published: PublishedStates<Customer>;
  instance: string;
}

/** A request, and the trace under which it is answered. */
interface Asked {
  request: RelayRequest;
  traceparent: string | null;
}

/**
 * Reads the customers that requests speak of, several per call, and publishes them; of one that the shop does not have
 * the tombstone.
 */
export class CustomerReader {
  readonly #options: CustomerReaderOptions;
  readonly #calls: CustomerCalls;

  constructor(options: CustomerReaderOptions) {
    this.#options = options;
    this.#calls = new CustomerCalls(options);
  }

  /** How many customers are read by one call. */
  get batchSize(): number {
    return this.#calls.size;
  }

  async serve(requests: readonly RelayRequest[]): Promise<RequestResults> {
    const results: RequestResults = new Map();
    const open = requests.filter((request) => {
      if (!this.#options.published.answers(request.value)) return true;
      results.set(request, { status: 'unchanged', cause: 'that state is published already' });
      return false;
    });
    if (open.length === 0) return results;
    const read = await this.#calls.read(open.map((request) => this.#idIn(request)));
    const isAlone = open.length === 1;
    await Promise.all(
      open.map(async (request) => {
        const traceparent = (isAlone ? traceparentOf() : null) ?? request.traceparent;
        results.set(request, await this.#answer({ request, traceparent }, read.get(this.#idIn(request))!));
      }),
    );
    return results;
  }

  /** One request: what it throws holds for it alone. */
  async #answer(asked: Asked, read: ReadCustomer | Error): Promise<Handled | Error> {
    if (read instanceof Error) return read;
    try {
      if (read.customer === null) return await this.#gone(asked);
      const customer = await this.#options.shop.contractOf(read.customer);
      if (customer === null) return { status: 'unchanged', cause: 'the shop has no such website any more' };
      const key = contract.key(customer);
      if (key !== asked.request.key) return await this.#elsewhere(asked, key);
      return await relayState(
        { value: customer, readAt: read.readAt, ...asked },
        { targetId: String(customer.customerId), cause: 'published' },
        { ...this.#options, contract },
      );
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** One writer per customer: its own key is asked about in its turn. A key that it had before is gone. */
  async #elsewhere(asked: Asked, key: string): Promise<Handled> {
    const { request } = asked;
    await this.#ask(key, asked);
    if (request.value.entityId === null) await this.#options.bus.tombstone(contract, request.key);
    return { status: 'applied', targetId: key, cause: 'asked again under the customer’s own key' };
  }

  /** What was never published may be about to be committed. Where only the id was told, the key under each website is asked about. */
  async #gone(asked: Asked): Promise<Handled | Error> {
    const { request } = asked;
    const { bus, clock, instance, published, shop } = this.#options;
    if (!published.isKnown(request.key) && mayBecomeVisible(request, false, clock.now()))
      return notYetVisible(request.key, 'The shop does not show the customer yet');
    if (request.value.entityId === null) {
      await bus.tombstone(contract, request.key);
      return { status: 'applied', cause: 'the shop does not have it any more: tombstone' };
    }
    const customerId = this.#idIn(request);
    const codes = await shop.websites.codes();
    await Promise.all(
      codes.map((website) => this.#ask(customerKey({ instance, website, customerId }), asked)),
    );
    return { status: 'applied', cause: 'asked again under the key of each website' };
  }

  /** As long ago as it was asked for: nothing of it is waited for twice. */
  async #ask(key: string, { request, traceparent }: Asked): Promise<void> {
    await this.#options.bus.publish(refresh, {
      value: { ...request.value, key, entityId: null },
      traceparent,
    });
  }

  #idIn({ value }: RelayRequest): number {
    return customerIdIn(value, this.#options.instance)!;
  }
}
