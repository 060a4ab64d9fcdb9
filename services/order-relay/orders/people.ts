import type { Address, OrderCustomer } from '../../../schemas/types.ts';
import type { MagentoAddress } from '../../magento/order-extension-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';

/** Of a guest the names are those of the billing address (FACTS section 13). */
export function customerOf(source: MagentoOrder): OrderCustomer {
  return {
    customerId: source.customer_id,
    isGuest: source.customer_is_guest || source.customer_id === null,
    groupId: source.customer_group_id,
    email: source.customer_email,
    firstName: source.customer_firstname,
    lastName: source.customer_lastname,
    prefix: source.customer_prefix,
    middleName: source.customer_middlename,
    suffix: source.customer_suffix,
    vatNumber: source.customer_taxvat,
  };
}

export function addressOf(source: MagentoAddress): Address {
  return {
    firstName: source.firstname ?? '',
    lastName: source.lastname ?? '',
    company: source.company,
    street: source.street,
    city: source.city ?? '',
    postcode: source.postcode,
    region: source.region_code ?? source.region,
    countryCode: source.country_id ?? '',
    telephone: source.telephone,
    prefix: source.prefix,
    middleName: source.middlename,
    suffix: source.suffix,
    vatId: source.vat_id,
    regionCode: source.region_code,
    regionName: source.region,
    fax: source.fax,
    email: source.email,
  };
}
