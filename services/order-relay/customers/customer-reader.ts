import { customerKey } from '../../../schemas/keys.ts';
import { customers as contract, refresh } from '../../../schemas/topics.ts';
import type { Customer } from '../../../schemas/types.ts';
import { BatchSize } from '../../magento/batch-size.ts';
import type { MagentoCustomer } from '../../magento/customer-shape.ts';
import type { Magento } from '../../magento/magento.ts';
import { rowUnreadable } from '../../magento/rest/list.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { traceparentOf } from '../../platform/telemetry/tracing.ts';
import type { PublishedStates } from '../requests/published.ts';
import { bringsNews } from '../requests/request.ts';
import type { RelayRequest, RequestResults } from '../requests/request.ts';
import { mayBecomeVisible, notYetVisible, olderState } from '../requests/visibility.ts';
import type { ReadValue } from '../requests/visibility.ts';
import { customerIdIn } from './customer-request.ts';
import type { ShopCustomers } from './shop-customers.ts';

export interface CustomerReaderOptions {
  bus: Pick<Bus, 'publish' | 'tombstone'>;
  magento: Pick<Magento, 'customers'>;
  shop: ShopCustomers;
  published: PublishedStates<Customer>;
  clock: Clock;
  instance: string;
  /** The shop's clock minus ours. */
  skewMs: () => number;
}

interface Read {
  /** Null: the shop says that it has no such customer. */
  customer: MagentoCustomer | null;
  /** By the shop's clock. */
  readAt: number;
}

/** A call that takes longer asks for too much. */
const targetMs = 3_000;
const customersPerCall = 50;

/**
 * Reads the customers that requests speak of, several per call, and publishes them; of one that the shop does not have
 * the tombstone. A list that leaves a customer out is not enough for that: the shop is asked for that one by its id.
 */
export class CustomerReader {
  readonly #options: CustomerReaderOptions;
  readonly #size: BatchSize;

  constructor(options: CustomerReaderOptions) {
    this.#options = options;
    const limits = { initial: customersPerCall, max: customersPerCall, targetMs };
    this.#size = new BatchSize(limits, options.clock);
  }

  /** How many customers are read by one call. */
  get batchSize(): number {
    return this.#size.current;
  }

  async serve(requests: readonly RelayRequest[]): Promise<RequestResults> {
    const results: RequestResults = new Map();
    const open = requests.filter((request) => {
      if (!this.#options.published.answers(request.value)) return true;
      results.set(request, { status: 'unchanged', cause: 'that state is published already' });
      return false;
    });
    if (open.length === 0) return results;
    const found = await this.#read(open);
    const isAlone = open.length === 1;
    await Promise.all(
      open.map(async (request) => {
        const traceparent = (isAlone ? traceparentOf() : null) ?? request.traceparent;
        results.set(request, await this.#answer({ ...request, traceparent }, found.get(request)!));
      }),
    );
    return results;
  }

  async #read(requests: readonly RelayRequest[]): Promise<Map<RelayRequest, Read | Error>> {
    const { magento, clock, skewMs } = this.#options;
    // Before the call: what is committed later than this may be missing from the answer.
    const readAt = clock.now() + skewMs();
    const ids = requests.map((request) => this.#idIn(request));
    const { items, unreadable } = await this.#size.request(ids.length, () => magento.customers.byIds(ids));
    const read = new Map<number, Read | Error>([
      ...items.map((customer) => [customer.id, { customer, readAt }] as const),
      ...unreadable.map((row) => [Number(row.id), rowUnreadable(row, 'the customer of id')] as const),
    ]);
    for (const id of ids) if (!read.has(id)) read.set(id, await this.#readAlone(id, readAt));
    return new Map(requests.map((request) => [request, read.get(this.#idIn(request))!]));
  }

  async #readAlone(id: number, readAt: number): Promise<Read | Error> {
    try {
      return { customer: await this.#options.magento.customers.byId(id), readAt };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** One request: what it throws holds for it alone. */
  async #answer(request: RelayRequest, read: Read | Error): Promise<Handled | Error> {
    if (read instanceof Error) return read;
    try {
      if (read.customer === null) return await this.#gone(request);
      const customer = await this.#options.shop.contractOf(read.customer);
      if (customer === null) return { status: 'unchanged', cause: 'the shop has no such website any more' };
      const key = contract.key(customer);
      if (key !== request.key) return await this.#elsewhere(request, key);
      return await this.#publish({ value: customer, readAt: read.readAt, request });
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #publish(read: ReadValue<Customer>): Promise<Handled | Error> {
    const { bus, clock, published } = this.#options;
    const { value: customer, readAt, request } = read;
    const older = olderState(read, published, clock.now());
    if (older) return older;
    if (published.isSame(customer, readAt, request))
      return { status: 'unchanged', cause: 'the last published state is the same' };
    const { traceparent } = request;
    const occurredAt = bringsNews(request.value) && published.isNews(customer) ? customer.occurredAt : null;
    const value = { ...customer, occurredAt, version: published.versionOf(customer) };
    await published.publishing(value, readAt, () => bus.publish(contract, { value, traceparent }));
    return { status: 'applied', targetId: String(customer.customerId), cause: 'published' };
  }

  /** One writer per customer: its own key is asked about in its turn. A key that it had before is gone. */
  async #elsewhere(request: RelayRequest, key: string): Promise<Handled> {
    await this.#ask(key, request);
    if (request.value.entityId === null) await this.#options.bus.tombstone(contract, request.key);
    return { status: 'applied', targetId: key, cause: 'asked again under the customer’s own key' };
  }

  /** What was never published may be about to be committed. Where only the id was told, the key under each website is asked about. */
  async #gone(request: RelayRequest): Promise<Handled | Error> {
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
      codes.map((website) => this.#ask(customerKey({ instance, website, customerId }), request)),
    );
    return { status: 'applied', cause: 'asked again under the key of each website' };
  }

  /** As long ago as it was asked for: nothing of it is waited for twice. */
  async #ask(key: string, { value, traceparent }: RelayRequest): Promise<void> {
    await this.#options.bus.publish(refresh, { value: { ...value, key, entityId: null }, traceparent });
  }

  #idIn({ value }: RelayRequest): number {
    return customerIdIn(value, this.#options.instance)!;
  }
}
