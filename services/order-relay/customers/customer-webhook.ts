import type { CodeIds } from '../../magento/code-ids.ts';
import type { Asked } from '../requests/request.ts';
import type { CustomerNamed } from '../webhook/webhook-body.ts';
import { askedByCustomerId, askedByCustomerKey } from './customer-request.ts';

export interface CustomerNaming {
  instance: string;
  websites: Pick<CodeIds, 'knownCode'>;
}

/** The customer's own key when the delivery tells the website, and the shop need not be asked for it; else by id. */
export function askedOfCustomer(
  { customer_id: customerId, website_code, website_id }: CustomerNamed,
  { instance, websites }: CustomerNaming,
): Asked {
  // Its id first: the code may be a newer one than keys are made of (magento.websiteCodes).
  const website =
    (website_id == null ? undefined : websites.knownCode(website_id)) ?? website_code ?? undefined;
  return website === undefined
    ? askedByCustomerId(instance, customerId)
    : askedByCustomerKey({ instance, website, customerId });
}
