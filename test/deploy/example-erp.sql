-- The simple ERP that deploy/config/cartage.yaml speaks of, with something in it.
create table item (
  sku text primary key, name text not null, description text, weight_kg numeric(12, 4), tax_class text not null,
  color_name text, active boolean not null default true
);
create table stock_level (
  sku text references item, warehouse text, on_hand numeric(12, 4) not null,
  held_elsewhere numeric(12, 4) not null default 0, blocked boolean not null default false,
  primary key (sku, warehouse)
);
create table price (
  sku text references item, list text, currency char(3) not null, from_quantity numeric(12, 4),
  valid_from timestamptz, valid_to timestamptz, amount numeric(12, 4) not null,
  primary key (sku, list, from_quantity, valid_from)
);
create table web_order (
  id serial primary key, shop_key text not null unique, number text not null, branch text, customer text, email text,
  street text, postcode text, city text, country char(2), term text not null, carrier text, service text,
  currency char(3) not null, total numeric(12, 2) not null, placed_at timestamptz not null,
  replaces text, refunded numeric(12, 2) not null default 0, status text not null
);
create table web_order_line (
  order_id int references web_order, line int, shop_line_id text not null, sku text references item,
  quantity numeric(12, 4) not null, unit_price numeric(12, 4) not null,
  primary key (order_id, line)
);
create table delivery (
  id serial primary key, number text not null unique, order_id int references web_order, warehouse text not null,
  posted_at timestamptz
);
create table delivery_line (
  delivery_id int references delivery, order_line int, quantity numeric(12, 4) not null,
  primary key (delivery_id, order_line)
);
create table parcel (
  delivery_id int references delivery, number int, carrier text not null, service text, tracking_number text,
  primary key (delivery_id, number)
);
create table customer (
  id serial primary key, shop_key text unique, website text not null, email text, name text not null, vat_number text,
  channel text, price_group text, unique (website, email)
);
create table customer_address (
  customer_id int references customer, shop_address_id bigint, name text not null, company text, street text,
  postcode text, city text, country char(2), for_bills boolean not null, for_goods boolean not null,
  primary key (customer_id, shop_address_id)
);

insert into item values
  ('A/1', 'Widget', 'A widget.', 1.5, 'STANDARD', 'red', true),
  ('B 2', 'Gadget', null, null, 'EXEMPT', null, false);
insert into stock_level values ('A/1', 'MAIN', 12, 2, false), ('B 2', 'MAIN', 3, 0, true);
insert into price values
  ('A/1', 'WEB', 'EUR', 1, '2026-01-01Z', null, 9.99), ('A/1', 'WEB', 'EUR', 10, '2026-01-01Z', '2999-01-01Z', 8.5);
