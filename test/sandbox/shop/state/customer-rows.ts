/** An entry of a customer's address book; its id stays when it is edited. */
export interface CustomerAddressRow {
  id: number;
  region: { region_code: string; region: string; region_id: number } | null;
  country_id: string;
  street: string[];
  company?: string;
  telephone: string | null;
  postcode: string | null;
  city: string;
  firstname: string;
  lastname: string;
  vat_id?: string;
}

export interface CustomerRow {
  id: number;
  group_id: number;
  /** Ids of addresses. */
  default_billing: number | null;
  default_shipping: number | null;
  created_at: string;
  updated_at: string;
  email: string;
  prefix?: string;
  firstname: string;
  middlename?: string;
  lastname: string;
  suffix?: string;
  taxvat?: string;
  store_id: number;
  website_id: number;
  addresses: CustomerAddressRow[];
}

export interface CustomerGroupRow {
  id: number;
  code: string;
  tax_class_id: number;
}
