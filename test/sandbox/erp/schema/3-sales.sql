-- Sales ---------------------------------------------------------------------------------------------------------

create table partner (
  id int generated always as identity primary key,
  code text unique, -- of the few that people name, like the one of all who buy over the counter
  name text not null,
  shop_key text constraint one_partner_per_customer unique
    check (shop_key ~ '^[^/]+/[^/]+/[0-9]+$'), -- instance/website/customer id; null: a guest's
  website text not null default '', -- whose e-mail address it is: one may be known to each
  email text,
  is_company boolean not null default false,
  vat_number text,
  price_list_id int references price_list,
  erased_at timestamptz,
  changed_at timestamptz not null default now()
);
create unique index one_partner_per_email on partner (website, lower(email));
create table partner_address (
  id int generated always as identity primary key,
  partner_id int not null references partner,
  first_name text not null,
  last_name text not null,
  company text,
  street text not null,
  city text not null,
  postcode text,
  region text,
  country_code char(2) not null check (country_code ~ '^[A-Z]{2}$'),
  phone text,
  -- The shop's id of an entry in the customer's address book; null: as written on a document, never changed again.
  shop_address_id bigint,
  is_default_billing boolean not null default false,
  is_default_shipping boolean not null default false
);
create unique index one_row_per_shop_address on partner_address (partner_id, shop_address_id);

create sequence sales_order_number;
create table sales_order (
  id int generated always as identity primary key,
  name text not null unique default document_name('SO/', 'sales_order_number'),
  shop_reference text constraint one_order_per_shop_order unique
    check (shop_reference ~ '^[^/]+/[^/]+/.+$'), -- instance/store/increment_id
  channel_id int not null references channel,
  partner_id int not null references partner,
  invoice_address_id int not null references partner_address,
  delivery_address_id int not null references partner_address,
  payment_term_id int not null references payment_term,
  carrier_service_id int references carrier_service, -- null: nothing to carry (downloads, vouchers)
  currency_code char(3) not null references currency,
  state text not null default 'draft' check (state in ('draft', 'confirmed', 'done', 'canceled')),
  on_hold boolean not null default false,
  goods_amount numeric(16, 4) not null,
  discount_amount numeric(16, 4) not null default 0, -- without tax: rounding may turn one of a cent round
  shipping_amount numeric(16, 4) not null default 0,
  tax_amount numeric(16, 4) not null default 0,
  other_amount numeric(16, 4) not null default 0, -- fees; negative: paid by gift card, credit or points
  total_amount numeric(16, 4) not null,
  ordered_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  constraint totals_add_up
    check (total_amount = goods_amount - discount_amount + shipping_amount + tax_amount + other_amount)
);
create table sales_order_line (
  id int generated always as identity primary key,
  order_id int not null references sales_order,
  sequence int not null default 10,
  shop_line_id text, -- the shop's order item id
  product_id int not null references product,
  uom_id int not null references uom,
  name text not null,
  quantity numeric(16, 4) not null check (quantity > 0),
  unit_price numeric(16, 4) not null,
  discount_amount numeric(16, 4) not null default 0,
  row_amount numeric(16, 4) not null,
  unique (order_id, shop_line_id)
);
create table sales_order_line_tax (
  line_id int not null references sales_order_line,
  tax_id int not null references tax,
  amount numeric(16, 4) not null,
  primary key (line_id, tax_id)
);
-- Remarks on any document: `origin` points by text, 'sales.order,12'.
create table note (
  id int generated always as identity primary key,
  origin text not null check (origin ~ '^[a-z.]+,[0-9]+$'),
  code text not null,
  body text not null,
  created_at timestamptz not null default now(),
  unique (origin, code)
);
