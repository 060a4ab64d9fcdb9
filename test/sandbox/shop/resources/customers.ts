import { CUSTOMER_INPUT } from '../customers/customer-input.ts';
import { renderCustomer, renderCustomerAddress } from '../customers/render-customer.ts';
import { getCustomer, removeCustomer, saveCustomer } from '../customers/save-customer.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, notFound, required } from '../rest/errors.ts';
import { convert, pathInt } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import type { Column } from '../search/condition.ts';
import { listAnswer, search } from '../search/search.ts';
import type { Searchable } from '../search/search.ts';
import type { CustomerRow } from '../state/customer-rows.ts';

const READ = 'Magento_Customer::customer';
const MANAGE = 'Magento_Customer::manage';

/** Customer accounts and their address books (FACTS section 9). */
export const customerRoutes: Route[] = [
  { method: 'GET', path: '/V1/customers/search', resource: READ, handle: list },
  { method: 'GET', path: '/V1/customers/addresses/:id', resource: MANAGE, handle: addressById },
  { method: 'GET', path: '/V1/customers/:id', resource: READ, handle: getOne },
  { method: 'POST', path: '/V1/customers', resource: 'anonymous', handle: post },
  { method: 'PUT', path: '/V1/customers/:id', resource: MANAGE, handle: put },
  { method: 'DELETE', path: '/V1/customers/:id', resource: 'Magento_Customer::delete', handle: remove },
];

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  return listAnswer(search(shop.db.customers.all(), criteria, searchable), criteria, renderCustomer);
}

function getOne(call: Call): Json {
  return renderCustomer(customerIn(call));
}

function addressById({ shop, params }: Call): Json {
  const id = pathInt(params['id'] ?? '');
  for (const customer of shop.db.customers.all()) {
    const address = customer.addresses.find((one) => one.id === id);
    if (address !== undefined) return renderCustomerAddress(customer, address);
  }
  throw notFound('No such entity with %fieldName = %fieldValue', { fieldName: 'addressId', fieldValue: id });
}

function post(call: Call): Json {
  const customer = saveCustomer(call.shop, given(call), null);
  call.note('customer', String(customer.id), { website_id: customer.website_id });
  return renderCustomer(customer);
}

function put(call: Call): Json {
  const customer = saveCustomer(call.shop, given(call), customerIn(call));
  call.note('customer', String(customer.id), { website_id: customer.website_id });
  return renderCustomer(customer);
}

function remove(call: Call): Json {
  const customer = customerIn(call);
  removeCustomer(call.shop, customer);
  call.note('customer', String(customer.id), { deleted: true });
  return true;
}

function customerIn({ shop, params }: Call): CustomerRow {
  return getCustomer(shop, pathInt(params['id'] ?? ''));
}

function given({ body }: Call): JsonObject {
  const member = body['customer'];
  if (member === undefined || member === null) throw required('customer');
  return convert(member, CUSTOMER_INPUT, 'customer') as JsonObject;
}

const COLUMNS: Readonly<Record<string, (row: CustomerRow) => Column>> = {
  entity_id: ({ id }) => id,
  email: ({ email }) => email,
  firstname: ({ firstname }) => firstname,
  lastname: ({ lastname }) => lastname,
  website_id: ({ website_id }) => website_id,
  store_id: ({ store_id }) => store_id,
  group_id: ({ group_id }) => group_id,
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
  taxvat: ({ taxvat }) => taxvat ?? null,
  billing_city: (row) => billingOf(row)?.city ?? null,
  billing_postcode: (row) => billingOf(row)?.postcode ?? null,
  billing_telephone: (row) => billingOf(row)?.telephone ?? null,
  billing_country_id: (row) => billingOf(row)?.country_id ?? null,
};

const searchable: Searchable<CustomerRow> = {
  knows: (field) => Object.hasOwn(COLUMNS, field),
  unknownField: (field) =>
    badRequest('The "%1" attribute name is invalid. Reset the name and try again.', [field]),
  column: (row, field) => COLUMNS[field]?.(row),
};

function billingOf({ addresses, default_billing }: CustomerRow) {
  return addresses.find(({ id }) => id === default_billing);
}
