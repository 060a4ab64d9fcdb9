-- The books of the sandbox ERP, as normalised as real ones are.
--
-- What a shop calls "stock" or "price" is nowhere a row: stock is a sum over moves between bins, a price comes
-- from the item of the variant or else of its template, a shipment is a delivery, its lines, its packages and
-- their lines. Tables marked REPLICA IDENTITY FULL are followed by a column outside their primary key: without
-- it, a delete or a change of that column would reach a log reader without the old value.

create function document_name(prefix text, counter regclass) returns text language sql volatile as
  'select prefix || case when n < 100000 then lpad(n::text, 5, ''0'') else n::text end from nextval(counter) n';

-- For writers from outside: coalesce(found.id, refuse('no product with SKU X')) says what is missing, where a
-- not-null constraint would name only the column.
create function refuse(reason text) returns int language plpgsql as
  'begin raise exception ''%'', reason using errcode = ''no_data_found''; end';

-- Reference data ------------------------------------------------------------------------------------------------

create table currency (
  code char(3) primary key check (code ~ '^[A-Z]{3}$'),
  digits int not null check (digits between 0 and 4)
);
create table uom (
  id int generated always as identity primary key,
  code text not null unique,
  dimension text not null check (dimension in ('count', 'mass')),
  ratio numeric(16, 8) not null check (ratio > 0) -- how many pieces, or kilograms, one of it is
);
create table tax_class (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null
);
create table tax (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null,
  rate numeric(7, 4) check (rate >= 0) -- percent; null: the amount is taken over as the channel charged it
);
create table payment_term (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null,
  due_days int not null default 0 check (due_days >= 0)
);
create table carrier (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null
);
create table carrier_service (
  id int generated always as identity primary key,
  carrier_id int not null references carrier,
  code text not null,
  name text not null,
  unique (carrier_id, code)
);
create table channel (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null,
  external boolean not null default true -- false: the web shop, which counts its own open orders itself
);

-- Products and prices -------------------------------------------------------------------------------------------

create table product_template (
  id int generated always as identity primary key,
  name text not null check (name <> ''),
  description text,
  weight numeric(12, 4) not null default 0 check (weight >= 0),
  weight_uom_id int not null references uom,
  uom_id int not null references uom,
  tax_class_id int not null references tax_class,
  active boolean not null default true,
  changed_at timestamptz not null default now()
);
create table product (
  id int generated always as identity primary key,
  template_id int not null references product_template,
  sku text not null unique check (sku = btrim(sku) and length(sku) between 1 and 64),
  active boolean not null default true,
  blocked boolean not null default false, -- stock may be there, but must not be sold (recall, dispute)
  changed_at timestamptz not null default now()
);
create index on product (template_id);
create table attribute (
  id int generated always as identity primary key,
  code text not null unique check (code ~ '^[a-z][a-z0-9_]*$')
);
create table attribute_value (
  id int generated always as identity primary key,
  attribute_id int not null references attribute,
  value text not null,
  unique (attribute_id, value)
);
create table product_attribute_value (
  product_id int not null references product on delete cascade,
  attribute_value_id int not null references attribute_value,
  primary key (product_id, attribute_value_id)
);
create index on product_attribute_value (attribute_value_id);
-- Fields added later without a column: `origin` points by text, 'product,12' or 'product.template,3'.
create table property (
  id int generated always as identity primary key,
  origin text not null check (origin ~ '^[a-z.]+,[0-9]+$'),
  field text not null,
  value text not null,
  unique (origin, field)
);
alter table property replica identity full;

create table price_list (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null,
  currency_code char(3) not null references currency,
  active boolean not null default true
);
create table price_item (
  id int generated always as identity primary key,
  price_list_id int not null references price_list,
  product_id int references product on delete cascade,
  template_id int references product_template on delete cascade,
  min_quantity numeric(16, 4) not null default 1 check (min_quantity > 0),
  amount numeric(16, 4) not null check (amount >= 0),
  valid_from timestamptz,
  valid_to timestamptz check (valid_to > valid_from),
  changed_at timestamptz not null default now(),
  check (num_nonnulls(product_id, template_id) = 1),
  unique nulls not distinct (price_list_id, product_id, template_id, min_quantity, valid_from, valid_to)
);
create index on price_item (product_id);
create index on price_item (template_id);
alter table price_item replica identity full;
