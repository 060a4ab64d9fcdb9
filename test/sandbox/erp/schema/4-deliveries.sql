-- Deliveries ----------------------------------------------------------------------------------------------------

create sequence delivery_number;
-- A delivery knows its sales order only by its lines. draft: waits for goods; ready: reserved; done: left the house.
create table delivery (
  id int generated always as identity primary key,
  name text not null unique default document_name('OUT/', 'delivery_number'),
  warehouse_id int not null references warehouse,
  state text not null default 'draft' check (state in ('draft', 'ready', 'done', 'canceled')),
  origin text check (origin ~ '^[a-z.]+,[0-9]+$'), -- 'sales.order,12'
  backorder_of_id int references delivery,
  shipped_at timestamptz,
  changed_at timestamptz not null default now(),
  check ((state = 'done') = (shipped_at is not null))
);
create table delivery_line (
  id int generated always as identity primary key,
  delivery_id int not null references delivery,
  order_line_id int not null references sales_order_line,
  quantity numeric(16, 4) not null check (quantity > 0)
);
create index on delivery_line (delivery_id);
create index on delivery_line (order_line_id);
alter table delivery_line replica identity full;

-- Stock promised and not yet issued. Rows are deleted when the promise ends.
create table reservation (
  id int generated always as identity primary key,
  product_id int not null references product,
  warehouse_id int not null references warehouse,
  channel_id int not null references channel,
  delivery_line_id int references delivery_line on delete cascade,
  quantity numeric(16, 4) not null check (quantity > 0),
  reference text,
  created_at timestamptz not null default now()
);
create index on reservation (product_id);
create index on reservation (delivery_line_id);
alter table reservation replica identity full;

create table package (
  id int generated always as identity primary key,
  carrier_id int not null references carrier,
  carrier_service_id int references carrier_service,
  tracking_number text check (tracking_number <> ''),
  changed_at timestamptz not null default now()
);
create table package_line (
  id int generated always as identity primary key,
  package_id int not null references package on delete cascade,
  delivery_line_id int not null references delivery_line,
  quantity numeric(16, 4) not null check (quantity > 0)
);
create index on package_line (package_id);
create index on package_line (delivery_line_id);
alter table package_line replica identity full;

-- To cancel an order is to call off what has not left the house, whoever writes the state. Runs with the rights
-- of the owner, so that one who may cancel orders need not be allowed to touch deliveries.
create function call_off_deliveries() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as '
declare
  own int[];
begin
  select array_agg(distinct dl.delivery_id) into own
    from delivery_line dl join sales_order_line l on l.id = dl.order_line_id
   where l.order_id = new.id;
  perform from delivery where id = any(own) order by id for update;
  if exists (select from delivery where id = any(own) and state = ''done'') then
    raise exception ''goods of % have left the house: it cannot be canceled'', new.name;
  end if;
  delete from reservation r using delivery_line dl
   where dl.id = r.delivery_line_id and dl.delivery_id = any(own);
  update delivery set state = ''canceled'', changed_at = now() where id = any(own) and state <> ''canceled'';
  return null;
end';
create trigger canceled after update of state on sales_order
  for each row when (new.state = 'canceled' and old.state <> 'canceled') execute function call_off_deliveries();
