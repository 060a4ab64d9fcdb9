import type { InputType } from '../rest/input.ts';

const ADDRESS: InputType = {
  members: {
    id: 'int',
    customer_id: 'int',
    region: { members: { region_code: 'string', region: 'string', region_id: 'int' } },
    region_id: 'int',
    country_id: 'string',
    street: { list: 'string' },
    company: 'string',
    telephone: 'string',
    postcode: 'string',
    city: 'string',
    firstname: 'string',
    lastname: 'string',
    vat_id: 'string',
    default_shipping: 'bool',
    default_billing: 'bool',
  },
};

/** `customer` of a POST or PUT. */
export const CUSTOMER_INPUT: InputType = {
  members: {
    id: 'int',
    group_id: 'int',
    email: 'string',
    prefix: 'string',
    firstname: 'string',
    middlename: 'string',
    lastname: 'string',
    suffix: 'string',
    taxvat: 'string',
    store_id: 'int',
    website_id: 'int',
    addresses: { list: ADDRESS },
    extension_attributes: 'mixed',
  },
};
