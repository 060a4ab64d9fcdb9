import type { Customer } from '../../../schemas/types.ts';
import type { CodeIds } from '../../magento/code-ids.ts';
import type { Magento } from '../../magento/magento.ts';
import { epochMsOf } from '../../magento/rest/time.ts';
import type { PublishedStates } from '../requests/published.ts';
import type { SweptList, SweptRow } from '../sweep/swept.ts';
import { askedByCustomerId, askedByCustomerKey } from './customer-request.ts';

export interface SweptCustomersOptions {
  magento: Pick<Magento, 'customers'>;
  websites: Pick<CodeIds, 'codeOf'>;
  published: Pick<PublishedStates<Customer>, 'has'>;
  instance: string;
}

/** Customers by their own update time. It does not move when an address is edited: see `nightly-customers.ts`. */
export function sweptCustomers({ magento, websites, published, instance }: SweptCustomersOptions): SweptList {
  return {
    name: 'customers',
    reason: 'sweep',
    startsAt: 'since',
    askedOf: (id) => askedByCustomerId(instance, id),
    async page(window) {
      const { items, ...rest } = await magento.customers.page(window);
      const rows: SweptRow[] = [];
      for (const { id, website_id, updated_at } of items) {
        const website = await websites.codeOf(website_id);
        const asked =
          website === null
            ? askedByCustomerId(instance, id)
            : askedByCustomerKey({ instance, website, customerId: id });
        const known = published.has(asked.key, epochMsOf(updated_at));
        rows.push({ entityId: id, updatedAt: updated_at, asked, seen: updated_at, known });
      }
      return { ...rest, items: rows };
    },
  };
}
