import { STORE_VIEWS } from '../resources/store-data.ts';
import type { JsonObject } from '../rest/json.ts';
import type { CustomerAddressRow, CustomerRow } from '../state/customer-rows.ts';

/** A customer as one read and as one row of a search: the same (FACTS section 9). Absent values are absent members. */
export function renderCustomer(customer: CustomerRow): JsonObject {
  return {
    id: customer.id,
    group_id: customer.group_id,
    default_billing: idText(customer.default_billing),
    default_shipping: idText(customer.default_shipping),
    created_at: customer.created_at,
    updated_at: customer.updated_at,
    created_in: STORE_VIEWS.find(({ id }) => id === customer.store_id)?.name ?? 'Admin',
    email: customer.email,
    firstname: customer.firstname,
    lastname: customer.lastname,
    middlename: customer.middlename,
    prefix: customer.prefix,
    suffix: customer.suffix,
    store_id: customer.store_id,
    taxvat: customer.taxvat,
    website_id: customer.website_id,
    addresses: customer.addresses.map((address) => renderCustomerAddress(customer, address)),
    disable_auto_group_change: 0,
    extension_attributes: { is_subscribed: false },
  };
}

export function renderCustomerAddress(customer: CustomerRow, address: CustomerAddressRow): JsonObject {
  const { id, region, ...plain } = address;
  return {
    id,
    customer_id: customer.id,
    region: region ?? { region_code: null, region: null, region_id: 0 },
    region_id: region?.region_id ?? 0,
    ...plain,
    default_shipping: customer.default_shipping === id ? true : undefined,
    default_billing: customer.default_billing === id ? true : undefined,
  };
}

function idText(id: number | null): string | undefined {
  return id === null ? undefined : String(id);
}
