import type { MagentoCustomer } from '../../magento/customer-shape.ts';
import { wholeCustomersPerPage } from '../../magento/customers.ts';
import type { Magento } from '../../magento/magento.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { nightly } from '../sweep/nightly.ts';
import type { NightlyOptions } from '../sweep/nightly.ts';
import type { PageReader } from '../../magento/page-reader.ts';
import { SweepRequests } from '../sweep/sweep-requests.ts';
import type { SweepRequestsOptions } from '../sweep/sweep-requests.ts';
import type { SweepResult } from '../sweep/sweep.ts';
import { askedByCustomerId, askedByCustomerKey } from './customer-request.ts';
import { PublishedCustomers } from './published-customers.ts';
import type { ShopCustomers } from './shop-customers.ts';

export interface NightlyCustomersOptions extends SweepRequestsOptions, NightlyOptions {
  bus: Pick<Bus, 'publish' | 'readAll'>;
  clock: SweepRequestsOptions['clock'];
  magento: Pick<Magento, 'customers'>;
  shop: ShopCustomers;
  pages: (rows: number) => Pick<PageReader, 'read'>;
  instance: string;
  /** customers.goneShareMax */
  goneShareMax: number;
}

/** A share says nothing of a shop that has just been opened. */
const goneAlways = 20;

/**
 * Once a night every customer of the shop, by its id, compared with what stands on the topic. It finds what no update
 * time shows: an edited address, a renamed group (FACTS section 9); and what no list shows: a deleted customer. It writes
 * requests only. Where a large share is missing it asks for none of those: it may be another shop that answers.
 */
export class NightlyCustomers {
  readonly name = 'customers by id';
  readonly #options: NightlyCustomersOptions;
  readonly #requests: SweepRequests;
  readonly #pages: Pick<PageReader, 'read'>;

  constructor(options: NightlyCustomersOptions) {
    this.#options = options;
    this.#requests = new SweepRequests(this.name, options);
    this.#pages = options.pages(wholeCustomersPerPage);
  }

  /** A round when one is due. */
  run(): Promise<SweepResult> {
    return nightly(this.name, this.#options, () => this.#round()).run();
  }

  async #round(): Promise<SweepResult> {
    const { bus, instance, magento } = this.#options;
    const published = await PublishedCustomers.read(bus, instance);
    const total = published.size;
    const result: SweepResult = { rows: 0, requests: 0 };
    for (let afterEntityId = 0; ;) {
      const { items, unreadable, totalCount } = await this.#pages.read((limits) =>
        magento.customers.wholePage({ afterEntityId, ...limits }),
      );
      for (const row of unreadable) {
        published.settleId(Number(row.id));
        await this.#requests.report(row, askedByCustomerId(instance, Number(row.id)), 'nightly');
      }
      for (const source of items) if (await this.#ask(source, published)) result.requests += 1;
      const count = items.length + unreadable.length;
      result.rows += count;
      afterEntityId = items.at(-1)?.id ?? afterEntityId;
      if (count === 0 || count >= totalCount) break;
    }
    result.requests += await this.#askForGone(published, total);
    return result;
  }

  /** @returns whether it was asked for. */
  async #ask(source: MagentoCustomer, published: PublishedCustomers): Promise<boolean> {
    const { instance, shop } = this.#options;
    const website = await shop.websites.codeOf(source.website_id);
    if (website === null) return false;
    const customer = { instance, website, customerId: source.id };
    if (published.settle({ ...customer, digest: await this.#digestOf(source) })) return false;
    await this.#requests.ask({ asked: askedByCustomerKey(customer), seen: null, reason: 'nightly' });
    return true;
  }

  /** Of one that cannot be said none: whoever is asked for it says why. */
  async #digestOf(source: MagentoCustomer): Promise<string> {
    try {
      return (await this.#options.shop.contractOf(source))?.digest ?? '';
    } catch (error) {
      if (error instanceof Rejected) return '';
      throw error;
    }
  }

  /** @returns how many were asked for. */
  async #askForGone(published: PublishedCustomers, total: number): Promise<number> {
    const { instance, goneShareMax, log } = this.#options;
    const gone = [...published.left()];
    if (gone.length > Math.max(goneAlways, total * goneShareMax)) {
      log.error(tooMany(gone.length, total), 'customers are missing in the shop: none is asked for');
      return 0;
    }
    for (const { website, customerId } of gone) {
      const asked = askedByCustomerKey({ instance, website, customerId });
      await this.#requests.ask({ asked, seen: null, reason: 'missing' });
    }
    return gone.length;
  }
}

function tooMany(gone: number, total: number): Fault {
  return {
    code: 'customers.too_many_gone',
    what: `The shop does not have ${gone} of the ${total} customers that are published`,
    why: 'their partners would be erased in the ERP, and so many are not deleted in a day: it may be another shop, or an older copy',
    fix: 'Look at magento.url, and at the shop. If they were deleted, raise customers.goneShareMax for one night',
  };
}
