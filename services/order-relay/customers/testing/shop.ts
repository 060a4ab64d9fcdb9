/** A shop of customers in memory, with the promises of the client. */
import { parseExact } from '../../../magento/rest/json.ts';
import { magentoCustomer } from '../../../magento/customer-shape.ts';
import type { MagentoCustomer } from '../../../magento/customer-shape.ts';
import type { Rows } from '../../../magento/rest/list.ts';
import type { Customers } from '../../../magento/customers.ts';
import type { Store } from '../../../magento/store.ts';
import { CodeIds } from '../../../magento/code-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { ShopCustomers } from '../shop-customers.ts';

const jane = {
  id: 1,
  group_id: 1,
  default_billing: '1',
  created_at: '2026-11-23 08:03:41',
  updated_at: '2026-11-23 08:03:41',
  email: 'Jane@Example.com',
  firstname: 'Jane',
  lastname: 'Doe',
  store_id: 1,
  website_id: 1,
  addresses: [
    {
      id: 1,
      customer_id: 1,
      region: { region_code: 'IL', region: 'Illinois', region_id: 23 },
      region_id: 23,
      country_id: 'US',
      street: ['1 Main St', 'Apt 2'],
      telephone: '312-555-0100',
      postcode: '60601',
      city: 'Chicago',
      firstname: 'Jane',
      lastname: 'Doe',
      default_shipping: true,
      default_billing: true,
    },
  ],
  extension_attributes: { is_subscribed: false },
};

/** As the shop answers it (FACTS section 9), with other members where wanted. */
export function aCustomer(members: Partial<Record<keyof typeof jane, unknown>> = {}): MagentoCustomer {
  return magentoCustomer.parse(parseExact(JSON.stringify({ ...jane, ...members })));
}

export class CustomerShop {
  readonly customers = new Map<number, MagentoCustomer>();
  readonly groups = new Map([
    [1, 'General'],
    [2, 'Wholesale'],
  ]);
  /** Left out by lists, and there when asked for by its id. */
  readonly unlisted = new Set<number>();
  /** Rows of another shape than expected. */
  readonly odd = new Set<number>();
  readonly calls: string[] = [];

  constructor(...customers: MagentoCustomer[]) {
    for (const customer of customers) this.put(customer);
  }

  put(customer: MagentoCustomer): void {
    this.customers.set(customer.id, customer);
  }

  readonly magento: { customers: Customers; store: Store } = {
    customers: {
      page: () => Promise.reject(new Error('not asked here')),
      wholePage: async ({ afterEntityId, pageSize }) => {
        this.calls.push(`after ${afterEntityId}`);
        const left = this.#listed().filter(({ id }) => id > afterEntityId);
        return { ...this.#read(left.slice(0, pageSize)), totalCount: left.length };
      },
      byIds: async (ids) => {
        this.calls.push(`in ${ids.join(',')}`);
        return this.#read(this.#listed().filter(({ id }) => ids.includes(id)));
      },
      byId: async (id) => {
        this.calls.push(`id ${id}`);
        return this.customers.get(id) ?? null;
      },
      groups: async () => [...this.groups].map(([id, code]) => ({ id, code })),
    },
    store: {
      customerWebsites: async () => [
        { id: 0, code: 'admin', name: null },
        { id: 1, code: 'base', name: null },
        { id: 2, code: 'b2b', name: null },
      ],
      views: async () => [{ id: 1, code: 'default' }],
    } as unknown as Store,
  };

  /** Of the instance `us`. */
  contracts(clock: Pick<Clock, 'now'>): ShopCustomers {
    const { store } = this.magento;
    return new ShopCustomers(this.magento, {
      instance: 'us',
      clock,
      stores: new CodeIds(() => store.views(), clock),
      websites: new CodeIds(() => store.customerWebsites(), clock),
    });
  }

  #read(rows: MagentoCustomer[]): Rows<MagentoCustomer> {
    const isOdd = ({ id }: MagentoCustomer) => this.odd.has(id);
    return {
      items: rows.filter((row) => !isOdd(row)),
      unreadable: rows.filter(isOdd).map(({ id }) => ({ id: String(id), why: 'at email' })),
    };
  }

  #listed(): MagentoCustomer[] {
    return [...this.customers.values()]
      .filter(({ id }) => !this.unlisted.has(id))
      .toSorted((left, right) => left.id - right.id);
  }
}
