import { notFound } from '../rest/errors.ts';
import { membersOf } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { US_REGIONS } from '../resources/regions.ts';
import type { Shop } from '../shop.ts';
import type { CustomerAddressRow, CustomerRow } from '../state/customer-rows.ts';

/** The list that is given becomes the address book: an address with its id is edited, one that is not named goes. */
export function saveAddresses(shop: Shop, customer: CustomerRow, given: readonly JsonObject[]): void {
  const known = new Map(customer.addresses.map((address) => [address.id, address]));
  customer.addresses = given.map((one) => {
    const id = typeof one['id'] === 'number' ? one['id'] : null;
    if (id !== null && !known.has(id))
      throw notFound('No such entity with %fieldName = %fieldValue', {
        fieldName: 'addressId',
        fieldValue: id,
      });
    const address = { ...addressOf(one), id: id ?? shop.db.next('customer_address') };
    if (one['default_billing'] === true) customer.default_billing = address.id;
    if (one['default_shipping'] === true) customer.default_shipping = address.id;
    return address;
  });
  const left = new Set(customer.addresses.map(({ id }) => id));
  if (!left.has(customer.default_billing ?? 0)) customer.default_billing = null;
  if (!left.has(customer.default_shipping ?? 0)) customer.default_shipping = null;
}

function addressOf(given: JsonObject): Omit<CustomerAddressRow, 'id'> {
  const street = Array.isArray(given['street']) ? given['street'].map(asText) : [];
  return {
    region: regionOf(given['region_id'] ?? membersOf(given['region'])['region_id']),
    country_id: asText(given['country_id']),
    street,
    ...textMember(given, 'company'),
    telephone: asText(given['telephone']) || null,
    postcode: asText(given['postcode']) || null,
    city: asText(given['city']),
    firstname: asText(given['firstname']),
    lastname: asText(given['lastname']),
    ...textMember(given, 'vat_id'),
  };
}

function textMember<Name extends string>(given: JsonObject, name: Name): { [Key in Name]?: string } {
  return (typeof given[name] === 'string' ? { [name]: given[name] } : {}) as { [Key in Name]?: string };
}

function regionOf(regionId: Json | undefined): CustomerAddressRow['region'] {
  const region = US_REGIONS.find(({ id }) => id === asText(regionId));
  return region === undefined
    ? null
    : { region_code: region.code, region: region.name, region_id: Number(region.id) };
}
