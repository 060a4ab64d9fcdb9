import { seedOptions } from '../sandbox/shop/catalog/attribute-definitions.ts';
import { SET_DEFAULT, SET_ERP } from '../sandbox/shop/catalog/attributes.ts';
import { seedCategories } from '../sandbox/shop/resources/categories.ts';
import { seedGroups } from '../sandbox/shop/resources/customer-groups.ts';
import { urlKey } from '../sandbox/shop/catalog/save-product.ts';
import type { Shop } from '../sandbox/shop/shop.ts';
import { now } from '../sandbox/shop/shop.ts';
import type { ProductRow } from '../sandbox/shop/state/catalog-rows.ts';

/**
 * The shop as it was before the first recorded call, put together from what the recordings show later:
 * product bodies in catalog.json, quantities in inventory.json and shipments.json. One source, one stock.
 */
export function seedRecordedShop(shop: Shop): void {
  shop.db.sources.save({
    source_code: 'default',
    name: 'Default Source',
    enabled: true,
    description: 'Default Source',
    latitude: 0,
    longitude: 0,
    country_id: 'US',
    postcode: '00000',
  });
  seedGroups(shop);
  seedOptions(shop.db);
  seedCategories(shop.db);
  const channels = ['b2b', 'base'].map((code) => ({ type: 'website', code }));
  shop.db.stocks.save({ stock_id: shop.db.next('stock'), name: 'Default Stock', sales_channels: channels });
  shop.db.stockSourceLinks.save({ stock_id: 1, source_code: 'default', priority: 1 });
  const numbers = [...range(1, 24), ...range(28, 30)];
  for (const n of numbers) widget(shop, n);
  shirts(shop);
  bundles(shop);
  const group = add(shop, { sku: 'GRP-1', name: 'Grouped', type_id: 'grouped' });
  group.links = ['SKU-004', 'SKU-005'].map((sku, position) => ({
    type: 'associated',
    sku,
    position,
    qty: 1,
  }));
  stock(shop, add(shop, { sku: 'VIRT-1', name: 'Warranty', type_id: 'virtual', price: 19.99 }), 500);
  for (const n of range(25, 27)) cable(shop, n);
  shop.db.compact();
}

/** Products that were made before the batches of inventory.json were written. */
export function addBulkProducts(shop: Shop): void {
  for (const n of range(1, 500)) {
    const sku = `BULK-${String(n).padStart(3, '0')}`;
    add(shop, { sku, name: `Bulk ${sku.slice(5)}`, price: 10, weight: 1 });
  }
}

function widget(shop: Shop, n: number): void {
  const number = String(n).padStart(3, '0');
  const isErp = n <= 10;
  const product = add(shop, {
    sku: `SKU-${number}`,
    name: `Widget ${number}`,
    price: price(n),
    weight: 1.5,
    set: isErp ? SET_ERP : SET_DEFAULT,
    values: { ...(isErp ? { erp_material: 'Steel' } : {}), description: `Description of widget ${number}` },
  });
  product.category_links.push({ category_id: n % 2 === 1 ? '3' : '4', position: 0 });
  stock(shop, product, 100);
}

function cable(shop: Shop, n: number): void {
  const number = String(n).padStart(3, '0');
  const product = add(shop, {
    sku: `SKU-${number}`,
    name: `Cable ${number} by metre`,
    price: price(n),
    weight: 0.1,
  });
  product.is_qty_decimal = true;
  stock(shop, product, 12.5);
}

function price(n: number): number {
  return (1000 + n * 99) / 100;
}

function shirts(shop: Shop): void {
  const children = [
    ['RED', 'Red', '4'],
    ['GREEN', 'Green', '5'],
    ['BLUE', 'Blue', '6'],
  ].map(([code, label, option]) => {
    const child = add(shop, {
      sku: `CFG-1-${code}`,
      name: `Shirt ${label}`,
      price: 25,
      weight: 1.5,
      set: SET_ERP,
      values: { erp_color: option ?? '', visibility: 1 },
    });
    stock(shop, child, 50);
    return child.id;
  });
  const images = { image: 'no_selection', small_image: 'no_selection', thumbnail: 'no_selection' };
  const parent = add(shop, {
    sku: 'CFG-1',
    name: 'Shirt',
    type_id: 'configurable',
    price: 0,
    weight: 1.5,
    set: SET_ERP,
    values: images,
  });
  const option = { id: 2, attribute_id: '137', attribute_code: 'erp_color', label: 'ERP Color', position: 0 };
  for (let id = 1; id <= option.id; id += 1) shop.db.next('configurable_option');
  parent.configurable = { options: [option], child_ids: children };
}

function bundles(shop: Shop): void {
  const selection = (selection_id: number, product_id: number, qty: number, surcharge = 0) => ({
    selection_id,
    product_id,
    qty,
    price: surcharge,
  });
  const settings = { price_view: '0', sku_type: '1', weight_type: '0' };
  const dynamic = add(shop, {
    sku: 'BND-1',
    name: 'Bundle Dynamic',
    type_id: 'bundle',
    price: 0,
    weight: 0,
    values: { ...settings, shipment_type: '0', price_type: '0' },
  });
  dynamic.bundle = {
    price_type: 'dynamic',
    shipment_type: 'together',
    options: [
      { option_id: 1, title: 'Main', type: 'select', selections: [selection(1, 1, 1), selection(2, 2, 1)] },
      { option_id: 2, title: 'Extra', type: 'checkbox', selections: [selection(3, 3, 2)] },
    ],
  };
  const fixed = add(shop, {
    sku: 'BND-2',
    name: 'Bundle Fixed',
    type_id: 'bundle',
    price: 40,
    weight: 1.5,
    values: { ...settings, shipment_type: '1', price_type: '1', weight_type: '1' },
  });
  // Only the sum of the two surcharges can be seen, in the price of order 3: 40 + 5 + 2 × 3 = 51.
  fixed.bundle = {
    price_type: 'fixed',
    shipment_type: 'separately',
    options: [
      {
        option_id: 3,
        title: 'Main',
        type: 'select',
        selections: [selection(4, 1, 1, 5), selection(5, 2, 1, 7)],
      },
      { option_id: 4, title: 'Extra', type: 'checkbox', selections: [selection(6, 3, 2, 3)] },
    ],
  };
}

interface Given {
  sku: string;
  name: string;
  type_id?: string;
  price?: number;
  weight?: number;
  set?: number;
  values?: Record<string, string | number>;
}

function add(shop: Shop, given: Given): ProductRow {
  const { sku, name, type_id = 'simple', price: amount, weight, set = SET_DEFAULT, values = {} } = given;
  const isPriced = amount !== undefined;
  return shop.db.products.save({
    id: shop.db.next('product'),
    sku,
    attribute_set_id: set,
    type_id,
    created_at: now(shop),
    updated_at: now(shop),
    website_ids: [1, 2],
    category_links: [],
    is_qty_decimal: false,
    values: {
      0: {
        name,
        status: 1,
        visibility: 4,
        options_container: 'container2',
        url_key: urlKey(name),
        required_options: '0',
        has_options: '0',
        ...(isPriced ? { price: amount, msrp_display_actual_price_type: '0', tax_class_id: '2' } : {}),
        ...(weight === undefined ? {} : { weight }),
        ...values,
      },
    },
  });
}

function stock(shop: Shop, { sku }: ProductRow, quantity: number): void {
  shop.db.sourceItems.save({ sku, source_code: 'default', quantity, status: 1 });
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
