import { createHash } from 'node:crypto';
import type { Customer, CustomerAddress } from '../../../schemas/types.ts';
import type { MagentoCustomer, MagentoCustomerAddress } from '../../magento/customer-shape.ts';
import { epochMsOf } from '../../magento/rest/time.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';

/** What the shop itself knows by number only, in words. */
export interface Codes {
  instance: string;
  website: string;
  store: string | null;
  group: string | null;
}

/** Rises when the shop is restored from a backup, because its update times go back then. */
const versionEpoch = 1;

/**
 * One Magento customer as the contract has it.
 * @throws RangeError when a time of it is none.
 */
export function customerOf(source: MagentoCustomer, codes: Codes): Customer {
  const updatedAt = epochMsOf(source.updated_at);
  const content = {
    ...codes,
    customerId: source.id,
    createdAt: epochMsOf(source.created_at),
    updatedAt,
    email: source.email,
    prefix: source.prefix,
    firstName: source.firstname ?? '',
    middleName: source.middlename,
    lastName: source.lastname ?? '',
    suffix: source.suffix,
    vatNumber: source.taxvat,
    groupId: source.group_id,
    addresses: source.addresses.map(addressOf).toSorted((left, right) => left.addressId - right.addressId),
  };
  return {
    ...content,
    occurredAt: updatedAt,
    version: { epoch: versionEpoch, number: updatedAt },
    digest: createHash('sha256').update(canonicalJson(content)).digest('hex'),
  };
}

function addressOf(source: MagentoCustomerAddress): CustomerAddress {
  return {
    addressId: source.id,
    isDefaultBilling: source.default_billing,
    isDefaultShipping: source.default_shipping,
    prefix: source.prefix,
    firstName: source.firstname ?? '',
    middleName: source.middlename,
    lastName: source.lastname ?? '',
    suffix: source.suffix,
    company: source.company,
    street: source.street,
    city: source.city ?? '',
    postcode: source.postcode,
    region: source.region.region_code ?? source.region.region,
    regionName: source.region.region,
    countryCode: source.country_id ?? '',
    telephone: source.telephone,
    vatId: source.vat_id,
  };
}
