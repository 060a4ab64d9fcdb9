-- What Cartage may do in this ERP, and nothing more: follow the log, read what the streams read, write what an
-- order and customer exports write. Run by the owner of the tables, as often as one likes.
-- The password is set apart (alter role cartage password '…'), so that none stands in a file.
do 'begin
  if not exists (select from pg_roles where rolname = ''cartage'') then
    create role cartage login replication;
  end if;
exception when duplicate_object or unique_violation then
  null; -- made at this moment for another database of the same server: roles are shared
end';

-- To see when the server has last heard of it, and so whether the slot is still its own.
do 'begin
  grant pg_read_all_stats to cartage;
exception when unique_violation then
  null; -- as above
end';

grant usage on schema public to cartage;

-- The streams: stock, products, prices, fulfilments.
grant select on
  product, product_template, uom, tax_class, attribute, attribute_value, product_attribute_value, property,
  price_list, price_item,
  warehouse, location, stocking_rule, stock_move, reservation, channel,
  sales_order, sales_order_line, delivery, delivery_line, package, package_line, carrier, carrier_service, invoice, invoice_line,
  credit_note, credit_note_line
to cartage;

-- The order export: look up, create, and change the state afterwards.
grant select on payment_term, tax, partner, partner_address, sales_order_line_tax, note to cartage;
grant insert on
  partner, partner_address, sales_order, sales_order_line, sales_order_line_tax, note
to cartage;
grant update (changed_at) on partner to cartage;

-- The customer export: the partner and the address book, nothing of what was booked.
grant update (name, shop_key, website, email, is_company, vat_number, price_list_id, erased_at) on partner to cartage;
grant update (first_name, last_name, company, street, city, postcode, region, country_code, phone,
  is_default_billing, is_default_shipping) on partner_address to cartage;
grant delete on partner_address to cartage;

grant update (state, on_hold, changed_at) on sales_order to cartage;
grant usage on sequence sales_order_number to cartage;

-- Only the owner of a table can put it into a publication. Watched tables only: a publication for all tables
-- would make updates of tables without a replica identity fail.
do 'begin
  if not exists (select from pg_publication where pubname = ''cartage'') then
    create publication cartage for table
      product, product_template, uom, tax_class, attribute, attribute_value, product_attribute_value, property,
      price_list, price_item,
      warehouse, location, stocking_rule, stock_move, reservation, channel,
      delivery, delivery_line, package, package_line, invoice, credit_note;
  end if;
  -- Of an ERP that was made before it had invoices, or credit notes.
  if not exists (select from pg_publication_tables where pubname = ''cartage'' and tablename = ''invoice'') then
    alter publication cartage add table invoice;
  end if;
  if not exists (select from pg_publication_tables where pubname = ''cartage'' and tablename = ''credit_note'') then
    alter publication cartage add table credit_note;
  end if;
end';
