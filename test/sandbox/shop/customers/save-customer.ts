import { badRequest, notFound } from '../rest/errors.ts';
import { asText } from '../rest/json.ts';
import type { JsonObject } from '../rest/json.ts';
import { STORE_VIEWS } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import { now } from '../shop.ts';
import type { CustomerRow } from '../state/customer-rows.ts';
import { saveAddresses } from './save-addresses.ts';

const GENERAL = 1;

export function getCustomer(shop: Shop, id: number): CustomerRow {
  const customer = shop.db.customers.get(id);
  if (customer !== undefined) return customer;
  throw notFound('No such entity with %fieldName = %fieldValue', { fieldName: 'customerId', fieldValue: id });
}

/**
 * Creates a customer, or changes the members that are given (FACTS section 9). `updated_at` is a column that the
 * database moves when another column of the same row changes: an edited address, which has a row of its own, moves it
 * only where it becomes a default one.
 */
export function saveCustomer(shop: Shop, given: JsonObject, known: CustomerRow | null): CustomerRow {
  // A copy: what is refused leaves no trace.
  const customer = known === null ? newCustomer(shop, given) : { ...known };
  const before = columnsOf(customer);
  for (const name of TEXTS) if (typeof given[name] === 'string') customer[name] = given[name];
  if (typeof given['group_id'] === 'number') customer.group_id = given['group_id'];
  refuse(shop, customer);
  if (known === null) customer.id = shop.db.next('customer');
  if (Array.isArray(given['addresses'])) saveAddresses(shop, customer, given['addresses'] as JsonObject[]);
  if (columnsOf(customer) !== before) customer.updated_at = now(shop);
  shop.db.customers.save(customer);
  shop.customerChanged(customer, known === null ? 'created' : 'updated');
  return customer;
}

export function removeCustomer(shop: Shop, customer: CustomerRow): void {
  shop.db.customers.remove(customer);
  shop.customerChanged(customer, 'deleted');
}

const TEXTS = ['email', 'firstname', 'lastname', 'prefix', 'middlename', 'suffix', 'taxvat'] as const;

function newCustomer(shop: Shop, given: JsonObject): CustomerRow {
  const website_id = typeof given['website_id'] === 'number' ? given['website_id'] : 1;
  const views = STORE_VIEWS.filter((view) => view.website_id === website_id);
  return {
    id: 0,
    group_id: GENERAL,
    default_billing: null,
    default_shipping: null,
    created_at: now(shop),
    updated_at: now(shop),
    email: '',
    firstname: '',
    lastname: '',
    store_id: typeof given['store_id'] === 'number' ? given['store_id'] : (views[0]?.id ?? 1),
    website_id,
    addresses: [],
  };
}

/** Several faults come in one message, a line each. */
function refuse(shop: Shop, customer: CustomerRow): void {
  const faults = [
    ...(customer.firstname === '' ? ['"First Name" is a required value.'] : []),
    ...(customer.lastname === '' ? ['"Last Name" is a required value.'] : []),
    ...(/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(customer.email) ? [] : ['"Email" is not a valid email address.']),
  ];
  if (faults.length > 0) throw badRequest(faults.join('\n'));
  const isTaken = shop.db.customers
    .all()
    .some(
      (other) =>
        other.id !== customer.id &&
        other.website_id === customer.website_id &&
        other.email.toLowerCase() === customer.email.toLowerCase(),
    );
  if (isTaken)
    throw badRequest('A customer with the same email address already exists in an associated website.');
}

function columnsOf({ addresses: _own, updated_at: _moves, ...columns }: CustomerRow): string {
  return asText(JSON.stringify(columns));
}
