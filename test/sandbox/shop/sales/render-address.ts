import type { JsonObject } from '../rest/json.ts';
import type { AddressRow, OrderRow } from '../state/sales-rows.ts';

export function renderAddress(
  order: OrderRow,
  address: AddressRow,
  type: 'billing' | 'shipping',
): JsonObject {
  return {
    address_type: type,
    city: address.city,
    company: address.company,
    country_id: address.country_id,
    email: address.email,
    entity_id: address.entity_id,
    firstname: address.firstname,
    lastname: address.lastname,
    parent_id: order.entity_id,
    postcode: address.postcode,
    region: address.region ?? undefined,
    region_code: address.region_code ?? undefined,
    region_id: address.region_id ?? undefined,
    street: address.street,
    telephone: address.telephone,
  };
}
