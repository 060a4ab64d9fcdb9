-- Of an Odoo 17.0: the tables and columns that odoo-streams.yaml asks, and the rows of a few orders, as they were found in a database.
create table res_currency (id int, name text, decimal_places int, primary key (id));
insert into res_currency values
  (1, 'USD', 2),
  (125, 'EUR', 2),
  (126, 'VUV', 0);
create table res_company (id int, currency_id int, primary key (id));
insert into res_company values
  (1, 125);
create table stock_warehouse (id int, code varchar(5), company_id int, active boolean, primary key (id));
insert into stock_warehouse values
  (1, 'WH', 1, true);
create table stock_location (id int, usage text, warehouse_id int, primary key (id));
insert into stock_location values
  (1, 'view', null),
  (2, 'view', null),
  (3, 'view', null),
  (4, 'supplier', null),
  (5, 'customer', null),
  (6, 'transit', null),
  (7, 'view', 1),
  (8, 'internal', 1),
  (9, 'internal', 1),
  (10, 'internal', 1),
  (11, 'internal', 1),
  (12, 'internal', 1),
  (13, 'transit', null),
  (14, 'inventory', null),
  (15, 'production', null),
  (16, 'inventory', null);
create table stock_picking_type (id int, code text, warehouse_id int, primary key (id));
insert into stock_picking_type values
  (1, 'incoming', 1),
  (2, 'outgoing', 1),
  (3, 'internal', 1),
  (4, 'internal', 1),
  (5, 'internal', 1);
create table uom_uom (id int, factor numeric, primary key (id));
insert into uom_uom values
  (1, 1.0),
  (2, 0.08333333333333333);
create table account_tax (id int, amount numeric, company_id int, sequence int, primary key (id));
insert into account_tax values
  (13, 0.0, 1, 20),
  (14, 19.0, 1, 10),
  (15, 7.0, 1, 15);
create table product_attribute (id int, name jsonb, primary key (id));
insert into product_attribute values
  (1, '{"en_US": "Color"}');
create table product_attribute_value (id int, name jsonb, attribute_id int, primary key (id));
insert into product_attribute_value values
  (1, '{"en_US": "Red"}', 1),
  (2, '{"en_US": "Blue"}', 1);
create table product_template (id int, name jsonb, description_sale jsonb, type text, active boolean, sale_ok boolean, list_price numeric, uom_id int, company_id int, categ_id int, primary key (id));
insert into product_template values
  (2, '{"en_US": "Mug"}', null, 'product', true, true, 10.0, 1, null, 1),
  (3, '{"en_US": "Cup"}', null, 'product', true, true, 10.0, 1, null, 1),
  (4, '{"en_US": "Shipping"}', null, 'service', true, true, 10.0, 1, null, 1),
  (18, '{"en_US": "Sku-012"}', null, 'product', true, true, 10.0, 1, null, 1),
  (43, '{"en_US": "Shirt"}', null, 'product', true, true, 20.0, 1, null, 1);
create table product_category (id int, parent_path text, primary key (id));
insert into product_category values
  (1, '1/');
create table product_product (id int, product_tmpl_id int, default_code text, active boolean, weight numeric, primary key (id));
insert into product_product values
  (2, 2, 'MUG', true, null),
  (3, 3, 'CUP', true, null),
  (4, 4, 'SHIPPING', true, null),
  (18, 18, 'SKU-012', false, null),
  (43, 43, 'SHIRT-RED', true, null),
  (44, 43, 'SHIRT-BLUE', true, null);
create table product_taxes_rel (prod_id int, tax_id int, primary key (prod_id, tax_id));
insert into product_taxes_rel values
  (2, 14),
  (3, 14),
  (4, 14),
  (18, 14),
  (43, 14);
create table product_template_attribute_value (id int, product_attribute_value_id int, price_extra numeric, primary key (id));
insert into product_template_attribute_value values
  (1, 1, 0.0),
  (2, 2, 2.5);
create table product_variant_combination (product_product_id int, product_template_attribute_value_id int, primary key (product_product_id, product_template_attribute_value_id));
insert into product_variant_combination values
  (43, 1),
  (44, 2);
create table product_pricelist (id int, name jsonb, active boolean, company_id int, currency_id int, primary key (id));
insert into product_pricelist values
  (8, '{"en_US": "TRADE"}', true, null, 125);
create table product_pricelist_item (id int, pricelist_id int, product_id int, product_tmpl_id int, applied_on text, compute_price text, base text, fixed_price numeric, percent_price float8, min_quantity numeric, date_start timestamp, date_end timestamp, categ_id int, primary key (id));
insert into product_pricelist_item values
  (1, 8, null, 43, '1_product', 'fixed', 'list_price', 15.0, null, 10.0, null, null, null),
  (2, 8, 44, null, '0_product_variant', 'fixed', 'list_price', 14.5, null, 10.0, null, null, null),
  (3, 8, null, null, '3_global', 'percentage', 'list_price', null, 10, 0.0, null, '2999-01-01T00:00:00', null);
create table delivery_carrier (id int, name jsonb, primary key (id));
create table sale_order (id int, name text, client_order_ref text, state text, amount_total numeric, write_date timestamp, primary key (id));
insert into sale_order values
  (33, 'S00033', 'main/default/5729865701', 'sale', 105.11, '2026-11-28T09:17:16.818464'),
  (44, 'S00044', 'main/default/5729865702', 'cancel', 105.11, '2026-11-28T09:18:00.879884'),
  (82, 'S00082', null, 'sale', 142.8, '2026-11-28T09:49:04.259857');
create table sale_order_line (id int, order_id int, primary key (id));
insert into sale_order_line values
  (169, 33),
  (170, 33),
  (171, 33),
  (266, 44),
  (267, 44),
  (268, 44),
  (580, 82),
  (581, 82);
create table procurement_group (id int, sale_id int, primary key (id));
insert into procurement_group values
  (22, 33),
  (24, 44),
  (52, 82);
create table stock_picking (id int, name text, sale_id int, picking_type_id int, location_dest_id int, state text, date_done timestamp, carrier_id int, carrier_tracking_ref text, primary key (id));
insert into stock_picking values
  (22, 'WH/OUT/00022', 33, 2, 5, 'done', '2026-11-28T09:16:16', null, 'TRACK57298657'),
  (23, 'WH/OUT/00023', 33, 2, 5, 'assigned', null, null, null),
  (25, 'WH/IN/00001', 33, 1, 8, 'done', '2026-11-28T09:16:34', null, null),
  (26, 'WH/OUT/00025', 44, 2, 5, 'cancel', null, null, null),
  (54, 'WH/OUT/00053', 82, 2, 5, 'assigned', null, null, null);
create table stock_move (id int, picking_id int, product_id int, product_uom int, group_id int, state text, quantity numeric, primary key (id));
insert into stock_move values
  (40, 22, 2, 1, 22, 'done', 3.0),
  (41, 22, 3, 1, 22, 'done', 2.0),
  (42, 23, 2, 1, 22, 'assigned', 2.0),
  (50, 25, 2, 1, 22, 'done', 1.0),
  (51, 26, 2, 1, 24, 'cancel', 0.0),
  (52, 26, 3, 1, 24, 'cancel', 0.0),
  (151, 54, 2, 1, 52, 'assigned', 12.0);
create table stock_move_line (id int, move_id int, product_id int, location_id int, location_dest_id int, state text, quantity_product_uom numeric, primary key (id));
insert into stock_move_line values
  (3, 40, 2, 8, 5, 'done', 3.0),
  (4, 41, 3, 8, 5, 'done', 2.0),
  (5, 42, 2, 8, 5, 'assigned', 2.0),
  (6, 50, 2, 5, 8, 'done', 1.0),
  (13, 151, 2, 8, 5, 'assigned', 12.0);
create table stock_quant (id int, product_id int, location_id int, quantity numeric, primary key (id));
insert into stock_quant values
  (1, 2, 8, 48.0),
  (2, 3, 8, 18.0),
  (3, 2, 14, -50.0),
  (4, 3, 14, -20.0),
  (5, 2, 5, 2.0),
  (6, 3, 5, 2.0);
create table account_move (id int, name text, ref text, move_type text, state text, posted_before boolean, currency_id int, amount_total numeric, create_date timestamp, invoice_date date, primary key (id));
insert into account_move values
  (1, 'INV/2026/00001', 'main/default/5729865701', 'out_invoice', 'posted', true, 1, 105.11, '2026-11-28T09:16:38.397904', '2026-11-28'),
  (2, 'RINV/2026/00001', 'Reversal of: INV/2026/00001, broken', 'out_refund', 'posted', true, 1, 105.11, '2026-11-28T09:17:05.506626', '2026-11-28'),
  (3, '/', 'main/default/5729865701/refund/100000', 'out_refund', 'draft', null, 1, 894.89, '2026-11-28T09:17:29.663687', null);
create table account_move_line (id int, move_id int, product_id int, product_uom_id int, display_type text, is_downpayment boolean, quantity numeric, price_subtotal numeric, price_total numeric, primary key (id));
insert into account_move_line values
  (1, 1, 2, 1, 'product', false, 5.0, 72.5),
  (2, 1, 3, 1, 'product', false, 2.0, 19.98),
  (3, 1, 4, 1, 'product', false, 1.0, 5.0),
  (6, 2, 2, 1, 'product', false, 5.0, 72.5),
  (7, 2, 3, 1, 'product', false, 2.0, 19.98),
  (8, 2, 4, 1, 'product', false, 1.0, 5.0),
  (11, 3, null, null, 'product', null, 1.0, 894.89);
create table sale_order_line_invoice_rel (invoice_line_id int, order_line_id int, primary key (invoice_line_id, order_line_id));
insert into sale_order_line_invoice_rel values
  (1, 169),
  (2, 170),
  (3, 171),
  (6, 169),
  (7, 170),
  (8, 171);
