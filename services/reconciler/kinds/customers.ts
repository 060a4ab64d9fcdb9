import { splitKey } from '../../../schemas/keys.ts';
import { customers as customersContract } from '../../../schemas/topics.ts';
import type { Customer } from '../../../schemas/types.ts';
import { normalEmail } from '../../erp/customers/email.ts';
import type { ErpCustomers, Who } from '../../erp/customers/erp-customers.ts';
import type { Config } from '../../platform/config/schema.ts';
import type { Newest } from '../../platform/newest-states.ts';
import type { Comparer, Fact, Unlike } from '../compare/comparer.ts';

interface WantedCustomer extends Who {
  changedAt: number | null;
  facts: readonly Fact[];
}

/** About 20 MB. */
const keysMax = 50_000;
/** Each is looked up by itself. */
const keysPerQuestion = 20;

export interface CustomersOptions {
  erp: Pick<ErpCustomers, 'lookup'>;
  customers: Pick<Config['customers'], 'websites' | 'groups'>;
  instance: string;
}

/** Whether the ERP has a partner of each customer; nothing that is personal is compared. */
export function customersComparer({
  erp,
  customers,
  instance,
}: CustomersOptions): Comparer<Customer, WantedCustomer> {
  return {
    kind: 'customers',
    side: 'erp',
    contract: customersContract,
    reader: 'order-exporter.customers',
    keysMax,
    keysPerQuestion,
    itemOf: (customer, { key }) => {
      const [ofInstance, website] = splitKey(key, 3) ?? [];
      if (ofInstance !== instance || website === undefined) return null;
      const isMapped =
        Object.hasOwn(customers.websites, website) &&
        (customer.group === null || Object.hasOwn(customers.groups, customer.group));
      const facts: Fact[] = isMapped ? [] : ['unmapped'];
      return { key, website, email: normalEmail(customer.email), changedAt: customer.occurredAt, facts };
    },
    changedAt: ({ changedAt }) => changedAt,
    compare: async (entries) => {
      const found = new Map<Newest<WantedCustomer>, readonly Unlike[]>();
      for (const entry of entries) {
        const partner = await erp.lookup(entry.item);
        const isThere = partner?.key === entry.item.key;
        found.set(entry, isThere ? [] : [missing(entry.item)]);
      }
      return found;
    },
  };
}

const missing = ({ facts }: WantedCustomer): Unlike => ({
  field: 'exists',
  wanted: 'yes',
  found: null,
  facts,
});
