-- What the streams for ERPNext read of its tables, in its collation: one order of the shop, one canceled, one of another channel.
set names utf8mb4;
create or replace table tabItem (name varchar(140) primary key, item_name varchar(140), description longtext, disabled int default 0,
  is_sales_item int default 1, has_variants int default 0, variant_of varchar(140), weight_per_unit decimal(21,9) default 0,
  image text, stock_uom varchar(140)) collate utf8mb4_unicode_ci;
insert into tabItem (name, item_name, disabled, has_variants, variant_of, weight_per_unit, image, stock_uom) values
  ('MUG', 'Mug', 0, 0, null, 0.5, '/files/mug.png', 'Nos'), ('SHIRT', 'Shirt', 0, 1, null, 0, '/private/files/s.png', 'Nos'),
  ('SHIRT-R', 'Shirt red', 1, 0, 'SHIRT', 0, null, 'Nos');
create or replace table tabSingles (doctype varchar(255), field varchar(255), value longtext) collate utf8mb4_unicode_ci;
create or replace table `tabDeleted Document` (name varchar(140), deleted_doctype varchar(140), deleted_name varchar(140), data longtext)
  collate utf8mb4_unicode_ci;
insert into `tabDeleted Document` values ('d1', 'Item', 'SHIRT-B', '{"variant_of": "SHIRT"}'), ('d2', 'Item', 'CUP', '{"variant_of": null}'),
  ('d3', 'Item Price', 'p0', '{"item_code": "SHIRT"}');
create or replace table `tabItem Variant Attribute` (parent varchar(140), idx int, attribute varchar(140), attribute_value varchar(140))
  collate utf8mb4_unicode_ci;
insert into `tabItem Variant Attribute` values ('SHIRT', 1, 'Colour', null), ('SHIRT-R', 1, 'Colour', 'Red');
create or replace table `tabItem Tax` (parent varchar(140), idx int, item_tax_template varchar(140)) collate utf8mb4_unicode_ci;
create or replace table tabBin (name varchar(140) primary key, item_code varchar(140), warehouse varchar(140), actual_qty decimal(21,9),
  reserved_qty decimal(21,9), reserved_qty_for_production decimal(21,9), reserved_qty_for_sub_contract decimal(21,9),
  reserved_qty_for_production_plan decimal(21,9)) collate utf8mb4_unicode_ci;
-- Of 15 reserved 3 are another channel's, 12 the order's, in dozens.
insert into tabBin values ('b1', 'MUG', 'Stores - M', 30, 15, 1, 1, 1);
create or replace table `tabSales Order` (name varchar(140) primary key, custom_shop_key varchar(140), docstatus int, status varchar(140),
  modified datetime(6), modified_by varchar(140), grand_total decimal(21,9)) collate utf8mb4_unicode_ci;
insert into `tabSales Order` values ('SO-1', 'us/default/42', 1, 'To Deliver', '2026-02-01', 'cartage@example.com', 36.39),
  ('SO-2', null, 1, 'To Deliver', '2026-02-01', 'ada', 1), ('SO-3', 'us/default/43', 2, 'Cancelled', '2026-02-01', 'ada', 1),
  ('SO-4', 'us/default/44', 2, 'Cancelled', '2026-02-01', 'cartage@example.com', 1),
  ('SO-5', 'us/default/45', 1, 'Closed', '2026-02-01', 'ada', 20);
create or replace table `tabSales Order Item` (parent varchar(140), item_code varchar(140), warehouse varchar(140), qty decimal(21,9),
  delivered_qty decimal(21,9), returned_qty decimal(21,9), stock_qty decimal(21,9), delivered_by_supplier int)
  collate utf8mb4_unicode_ci;
insert into `tabSales Order Item` values ('SO-1', 'MUG', 'Stores - M', 3, 2, 1, 36, 0), ('SO-2', 'MUG', 'Stores - M', 3, 0, 0, 3, 0),
  ('SO-1', 'MUG', 'Stores - M', 2, 0, 0, 2, 1);
create or replace table `tabItem Price` (name varchar(140), item_code varchar(140), price_list varchar(140), currency varchar(140),
  price_list_rate decimal(21,9), valid_from date, valid_upto date, selling int, customer varchar(140), batch_no varchar(140),
  uom varchar(140)) collate utf8mb4_unicode_ci;
insert into `tabItem Price` values ('p1', 'MUG', 'Standard Selling', 'EUR', 14.5, null, null, 1, null, null, 'Nos'),
  ('p2', 'MUG', 'Standard Selling', 'EUR', 12, '2026-12-01', '2026-12-31', 1, '', null, null),
  ('p3', 'MUG', 'Standard Selling', 'EUR', 9, null, null, 1, 'CUST-1', null, 'Nos'),
  ('p4', 'MUG', 'Standard Selling', 'EUR', 99, null, null, 1, null, null, 'Box'),
  ('p5', 'MUG', 'Standard Buying', 'EUR', 5, null, null, 0, null, null, 'Nos'),
  ('p6', 'SHIRT', 'Standard Selling', 'EUR', 20, null, null, 1, null, null, null),
  ('p7', 'SHIRT', 'Wholesale', 'EUR', 15, null, null, 1, null, null, 'Nos'),
  ('p8', 'SHIRT-R', 'Wholesale', 'EUR', 16, null, null, 1, null, null, 'Nos');
create or replace table `tabDelivery Note` (name varchar(140), docstatus int, is_return int, posting_date date, posting_time time(6),
  modified datetime(6), lr_no varchar(140), transporter varchar(140)) collate utf8mb4_unicode_ci;
-- DN-0 left in the hour before 2026 of UTC, and was billed after it.
insert into `tabDelivery Note` values ('DN-1', 1, 0, '2026-02-01', '10:00:00', '2026-02-01', 'T-1', 'DHL'),
  ('DN-0', 1, 0, '2026-01-01', '00:59:59', '2026-02-02', null, null);
create or replace table `tabDelivery Note Item` (parent varchar(140), idx int, item_code varchar(140), stock_qty decimal(21,9),
  warehouse varchar(140), against_sales_order varchar(140)) collate utf8mb4_unicode_ci;
insert into `tabDelivery Note Item` values ('DN-0', 1, 'MUG', 1, 'Stores - M', 'SO-1'),
  ('DN-1', 1, 'MUG', 12, 'Stores - M', 'SO-1'), ('DN-1', 2, 'MUG', 1, 'Annex - M', 'SO-1');
create or replace table `tabSales Invoice` (name varchar(140), docstatus int, is_return int, update_stock int, posting_date date,
  posting_time time(6), modified datetime(6), currency varchar(140), grand_total decimal(21,9), custom_shop_refund varchar(140))
  collate utf8mb4_unicode_ci;
insert into `tabSales Invoice` values
  ('SI-1', 1, 0, 0, '2026-02-02', '10:00:00', '2026-02-02', 'EUR', 36.39, null),
  ('SI-2', 1, 1, 0, '2026-02-03', '10:00:00', '2026-02-03', 'EUR', -14.5, null),
  ('SI-3', 1, 1, 0, '2026-02-03', '10:00:00', '2026-02-03', 'EUR', -10, 'us/default/42/refund/1000'),
  ('SI-4', 0, 0, 0, '2026-02-03', '10:00:00', '2026-02-03', 'EUR', 1, null),
  ('SI-5', 1, 0, 1, '2026-02-04', '10:00:00', '2026-02-04', 'EUR', 20, null);
create or replace table `tabSales Invoice Item` (parent varchar(140), idx int, item_code varchar(140), stock_qty decimal(21,9),
  sales_order varchar(140), warehouse varchar(140), delivered_by_supplier int) collate utf8mb4_unicode_ci;
insert into `tabSales Invoice Item` values ('SI-1', 1, 'MUG', 2, 'SO-1', 'Stores - M', 0),
  ('SI-2', 1, 'MUG', -1, 'SO-1', 'Stores - M', 0), ('SI-3', 1, 'MUG', -1, 'SO-1', null, 0), ('SI-4', 1, 'MUG', 1, 'SO-1', null, 0),
  ('SI-5', 1, 'MUG', 1, 'SO-1', 'Stores - M', 0), ('SI-5', 2, 'MUG', 2, 'SO-5', 'Stores - M', 0), ('SI-5', 3, 'CUP', 1, 'SO-5', null, 1);
create or replace table `tabSales Taxes and Charges` (parent varchar(140), account_head varchar(140), tax_amount decimal(21,9))
  collate utf8mb4_unicode_ci;
insert into `tabSales Taxes and Charges` values ('SI-1', 'Freight - M', 5), ('SI-1', 'VAT - M', 2.39),
  ('SI-2', 'Freight - M', -4);
