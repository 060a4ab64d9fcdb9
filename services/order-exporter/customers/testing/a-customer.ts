import type { Customer, CustomerAddress } from '../../../../schemas/types.ts';

/** As the relay publishes it. */
export function aCustomer(members: Partial<Customer> = {}): Customer {
  return {
    instance: 'us',
    website: 'base',
    customerId: 1,
    occurredAt: null,
    version: { epoch: 1, number: 1 },
    store: 'default',
    createdAt: Date.UTC(2026, 0, 2),
    updatedAt: Date.UTC(2026, 0, 2),
    email: 'Jane @Example.com',
    prefix: null,
    firstName: 'Jane',
    middleName: null,
    lastName: 'Doe',
    suffix: null,
    vatNumber: null,
    groupId: 1,
    group: 'General',
    addresses: [],
    digest: 'd',
    ...members,
  };
}

export function anAddress(addressId: number, members: Partial<CustomerAddress> = {}): CustomerAddress {
  return {
    addressId,
    isDefaultBilling: false,
    isDefaultShipping: false,
    prefix: null,
    firstName: 'Jane',
    middleName: null,
    lastName: 'Doe',
    suffix: null,
    company: null,
    street: ['1 Main St', 'Apt 2'],
    city: 'Chicago',
    postcode: '60601',
    region: 'IL',
    regionName: 'Illinois',
    countryCode: 'US',
    telephone: '312-555-0100',
    vatId: null,
    ...members,
  };
}
