import type { Customer } from '../../../schemas/types.ts';
import { CodeIds } from '../../magento/code-ids.ts';
import type { MagentoCustomer } from '../../magento/customer-shape.ts';
import type { Magento } from '../../magento/magento.ts';
import type { Clock } from '../../platform/clock.ts';
import { Rejected } from '../../platform/errors.ts';
import { customerOf } from './customer.ts';

export interface ShopCustomersOptions {
  instance: string;
  clock: Pick<Clock, 'now'>;
  stores: CodeIds;
  websites: CodeIds;
}

/** The customers of the shop as the contract has them: websites, store views and groups in words. */
export class ShopCustomers {
  readonly websites: CodeIds;
  readonly #stores: CodeIds;
  readonly #groups: CodeIds;
  readonly #instance: string;

  constructor(
    magento: Pick<Magento, 'customers' | 'store'>,
    { instance, clock, stores, websites }: ShopCustomersOptions,
  ) {
    this.websites = websites;
    this.#stores = stores;
    this.#groups = new CodeIds(() => magento.customers.groups(), clock);
    this.#instance = instance;
  }

  /**
   * Null when the shop has no website of that id any more.
   * @throws Rejected when the customer cannot be said; Unavailable when the shop cannot be asked.
   */
  async contractOf(source: MagentoCustomer): Promise<Customer | null> {
    const website = await this.websites.codeOf(source.website_id);
    if (website === null) return null;
    const store = source.store_id === null ? null : await this.#stores.codeOf(source.store_id);
    const group = await this.#groups.codeOf(source.group_id);
    try {
      return customerOf(source, { instance: this.#instance, website, store, group });
    } catch (error) {
      throw unreadable(source.id, error);
    }
  }
}

/** Only times are parsed there, so the message names no person. */
function unreadable(id: number, error: unknown): Rejected {
  return new Rejected(
    {
      code: 'customer.unreadable',
      what: `Customer ${id} holds a time that is none`,
      why: error instanceof Error ? error.message : String(error),
      fix: 'Look at the customer in the shop; when mended, `cartage parked release KEY`',
    },
    { cause: error },
  );
}
