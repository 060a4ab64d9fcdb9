-- What the streams for ERPNext read of its tables, in its collation: one order of the shop, one canceled, one of another channel.
set names utf8mb4;
create table tabItem (name varchar(140) primary key, item_name varchar(140), description longtext, disabled int default 0,
  is_sales_item int default 1, has_variants int default 0, variant_of varchar(140), weight_per_unit decimal(21,9) default 0,
  image text, stock_uom varchar(140)) collate utf8mb4_unicode_ci;
insert into tabItem (name, item_name, disabled, has_variants, variant_of, weight_per_unit, image, stock_uom) values
  ('MUG', 'Mug', 0, 0, null, 0.5, '/files/mug.png', 'Nos'), ('SHIRT', 'Shirt', 0, 1, null, 0, '/private/files/s.png', 'Nos'),
  ('SHIRT-R', 'Shirt red', 1, 0, 'SHIRT', 0, null, 'Nos');
create table `tabItem Variant Attribute` (parent varchar(140), idx int, attribute varchar(140), attribute_value varchar(140))
  collate utf8mb4_unicode_ci;
insert into `tabItem Variant Attribute` values ('SHIRT', 1, 'Colour', null), ('SHIRT-R', 1, 'Colour', 'Red');
create table `tabItem Tax` (parent varchar(140), idx int, item_tax_template varchar(140)) collate utf8mb4_unicode_ci;
create table tabBin (name varchar(140) primary key, item_code varchar(140), warehouse varchar(140), actual_qty decimal(21,9),
  reserved_qty decimal(21,9)) collate utf8mb4_unicode_ci;
insert into tabBin values ('b1', 'MUG', 'Stores - M', 10, 5);
create table `tabSales Order` (name varchar(140) primary key, custom_shop_key varchar(140), docstatus int, status varchar(140),
  modified datetime(6), modified_by varchar(140)) collate utf8mb4_unicode_ci;
insert into `tabSales Order` values ('SO-1', 'us/default/42', 1, 'To Deliver', '2026-02-01', 'cartage@example.com'),
  ('SO-2', null, 1, 'To Deliver', '2026-02-01', 'ada'), ('SO-3', 'us/default/43', 2, 'Cancelled', '2026-02-01', 'ada'),
  ('SO-4', 'us/default/44', 2, 'Cancelled', '2026-02-01', 'cartage@example.com');
create table `tabSales Order Item` (parent varchar(140), item_code varchar(140), warehouse varchar(140), qty decimal(21,9),
  delivered_qty decimal(21,9), conversion_factor decimal(21,9)) collate utf8mb4_unicode_ci;
insert into `tabSales Order Item` values ('SO-1', 'MUG', 'Stores - M', 3, 1, 1), ('SO-2', 'MUG', 'Stores - M', 3, 0, 1);
create table `tabItem Price` (name varchar(140), item_code varchar(140), price_list varchar(140), currency varchar(140),
  price_list_rate decimal(21,9), valid_from date, valid_upto date, selling int, customer varchar(140), batch_no varchar(140),
  uom varchar(140)) collate utf8mb4_unicode_ci;
insert into `tabItem Price` values ('p1', 'MUG', 'Standard Selling', 'EUR', 14.5, null, null, 1, null, null, 'Nos'),
  ('p2', 'MUG', 'Standard Selling', 'EUR', 12, '2026-12-01', '2026-12-31', 1, '', null, null),
  ('p3', 'MUG', 'Standard Selling', 'EUR', 9, null, null, 1, 'CUST-1', null, 'Nos'),
  ('p4', 'MUG', 'Standard Selling', 'EUR', 99, null, null, 1, null, null, 'Box'),
  ('p5', 'MUG', 'Standard Buying', 'EUR', 5, null, null, 0, null, null, 'Nos');
create table `tabDelivery Note` (name varchar(140), docstatus int, is_return int, posting_date date, posting_time time(6),
  modified datetime(6), lr_no varchar(140), transporter varchar(140)) collate utf8mb4_unicode_ci;
insert into `tabDelivery Note` values ('DN-1', 1, 0, '2026-02-01', '10:00:00', '2026-02-01', 'T-1', 'DHL');
create table `tabDelivery Note Item` (parent varchar(140), idx int, item_code varchar(140), qty decimal(21,9),
  warehouse varchar(140), against_sales_order varchar(140)) collate utf8mb4_unicode_ci;
insert into `tabDelivery Note Item` values ('DN-1', 1, 'MUG', 1, 'Stores - M', 'SO-1'), ('DN-1', 2, 'MUG', 1, 'Annex - M', 'SO-1');
create table `tabSales Invoice` (name varchar(140), docstatus int, is_return int, update_stock int, posting_date date,
  posting_time time(6), modified datetime(6), currency varchar(140), grand_total decimal(21,9), custom_shop_refund varchar(140))
  collate utf8mb4_unicode_ci;
insert into `tabSales Invoice` values
  ('SI-1', 1, 0, 0, '2026-02-02', '10:00:00', '2026-02-02', 'EUR', 36.39, null),
  ('SI-2', 1, 1, 0, '2026-02-03', '10:00:00', '2026-02-03', 'EUR', -14.5, null),
  ('SI-3', 1, 1, 0, '2026-02-03', '10:00:00', '2026-02-03', 'EUR', -10, 'us/default/42/refund/1000'),
  ('SI-4', 0, 0, 0, '2026-02-03', '10:00:00', '2026-02-03', 'EUR', 1, null);
create table `tabSales Invoice Item` (parent varchar(140), idx int, item_code varchar(140), qty decimal(21,9),
  sales_order varchar(140)) collate utf8mb4_unicode_ci;
insert into `tabSales Invoice Item` values ('SI-1', 1, 'MUG', 2, 'SO-1'), ('SI-2', 1, 'MUG', -1, 'SO-1'),
  ('SI-3', 1, 'MUG', -1, 'SO-1'), ('SI-4', 1, 'MUG', 1, 'SO-1');
create table `tabSales Taxes and Charges` (parent varchar(140), account_head varchar(140), tax_amount decimal(21,9))
  collate utf8mb4_unicode_ci;
insert into `tabSales Taxes and Charges` values ('SI-1', 'Freight - M', 5), ('SI-1', 'VAT - M', 2.39);
