-- Stock ---------------------------------------------------------------------------------------------------------

create table warehouse (
  id int generated always as identity primary key,
  code text not null unique,
  name text not null
);
-- Bins of a warehouse, and the places outside that goods come from and go to. Only 'internal' can be sold from.
create table location (
  id int generated always as identity primary key,
  warehouse_id int references warehouse,
  code text not null unique,
  kind text not null check (kind in ('internal', 'quality', 'supplier', 'customer', 'adjustment')),
  check ((kind in ('internal', 'quality')) = (warehouse_id is not null))
);
create table stocking_rule (
  product_id int not null references product on delete cascade,
  warehouse_id int not null references warehouse,
  minimum numeric(16, 4) not null default 0 check (minimum >= 0),
  primary key (product_id, warehouse_id)
);
create table stock_move (
  id int generated always as identity primary key,
  product_id int not null references product,
  uom_id int not null references uom, -- goods may arrive in dozens
  from_location_id int not null references location,
  to_location_id int not null references location,
  quantity numeric(16, 4) not null check (quantity > 0),
  state text not null default 'draft' check (state in ('draft', 'done')),
  done_at timestamptz,
  origin text check (origin ~ '^[a-z.]+,[0-9]+$'), -- 'delivery,12'
  check (from_location_id <> to_location_id),
  check ((state = 'done') = (done_at is not null))
);
create index on stock_move (product_id, from_location_id) where state = 'done';
create index on stock_move (product_id, to_location_id) where state = 'done';
alter table stock_move replica identity full;

create function refuse_rewriting_history() returns trigger language plpgsql as
  'begin raise exception ''stock move % is done: correct it by a move back'', old.id; end';
create trigger done_is_done before update or delete on stock_move
  for each row when (old.state = 'done') execute function refuse_rewriting_history();

-- What lies in each bin, in the product's own unit.
create view bin_balance as
  select m.product_id, l.location_id, sum(l.sign * m.quantity * mu.ratio / pu.ratio)::numeric(16, 4) as quantity
    from stock_move m
    cross join lateral (values (m.to_location_id, 1), (m.from_location_id, -1)) l(location_id, sign)
    join uom mu on mu.id = m.uom_id
    join product p on p.id = m.product_id
    join product_template t on t.id = p.template_id
    join uom pu on pu.id = t.uom_id
   where m.state = 'done'
   group by m.product_id, l.location_id;
