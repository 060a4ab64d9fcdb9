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

-- Invoices: what of an order was charged. Its lines are written with it and never change.
create sequence if not exists invoice_number;
create table if not exists invoice (
  id int generated always as identity primary key,
  name text not null unique default document_name('INV/', 'invoice_number'),
  order_id int not null references sales_order,
  posted_at timestamptz not null default now()
);
create index if not exists invoice_of_order on invoice (order_id);
create table if not exists invoice_line (
  invoice_id int not null references invoice,
  order_line_id int not null references sales_order_line,
  quantity numeric(16, 4) not null check (quantity > 0),
  primary key (invoice_id, order_line_id)
);
create index if not exists invoice_line_of_order_line on invoice_line (order_line_id);

-- Credit notes: what of an order was paid back. Their lines are written with them and never change.
create sequence if not exists credit_note_number;
create table if not exists credit_note (
  id int generated always as identity primary key,
  name text not null unique default document_name('CN/', 'credit_note_number'),
  order_id int not null references sales_order,
  shipping numeric(16, 4) not null default 0 check (shipping >= 0),
  posted_at timestamptz not null default now()
);
create index if not exists credit_note_of_order on credit_note (order_id);
create table if not exists credit_note_line (
  credit_note_id int not null references credit_note,
  order_line_id int not null references sales_order_line,
  quantity numeric(16, 4) not null check (quantity > 0),
  returned boolean not null,
  primary key (credit_note_id, order_line_id)
);
create index if not exists credit_note_line_of_order_line on credit_note_line (order_line_id);
