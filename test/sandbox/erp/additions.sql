-- What came after the first tables, for an ERP that was made before. As often as one likes.
alter table partner
  add column if not exists code text unique,
  add column if not exists shop_key text constraint one_partner_per_customer unique
    check (shop_key ~ '^[^/]+/[^/]+/[0-9]+$'),
  add column if not exists website text not null default '',
  add column if not exists vat_number text,
  add column if not exists price_list_id int references price_list,
  add column if not exists erased_at timestamptz;
drop index if exists partner_email;
create unique index if not exists one_partner_per_email on partner (website, lower(email));

alter table partner_address
  add column if not exists shop_address_id bigint,
  add column if not exists is_default_billing boolean not null default false,
  add column if not exists is_default_shipping boolean not null default false;
create unique index if not exists one_row_per_shop_address on partner_address (partner_id, shop_address_id);
