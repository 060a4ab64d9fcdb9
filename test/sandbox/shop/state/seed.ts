import type { Shop } from '../shop.ts';
import { utcText } from '../shop.ts';
import { seedOptions } from '../catalog/attribute-definitions.ts';
import { SET_DEFAULT } from '../catalog/attributes.ts';
import { seedCategories } from '../resources/categories.ts';
import { seedGroups } from '../resources/customer-groups.ts';
import { urlKey } from '../catalog/save-product.ts';
import type { ProductRow, SourceRow } from './catalog-rows.ts';

/** `default`: the shop that was recorded. `empty`: no products, three sources in one stock (npm start). */
export type Seed = 'default' | 'empty';

const WIDGETS = 30;

/** Fills a new database. The stores are fixed; sources, stocks and products are what a seed decides. */
export function seed(shop: Shop, which: Seed): void {
  for (const source of SOURCES) shop.db.sources.save({ ...source });
  seedGroups(shop);
  seedOptions(shop.db);
  seedCategories(shop.db);
  if (which === 'empty') seedEmpty(shop);
  else seedDefault(shop);
  shop.db.compact();
}

const SOURCES: SourceRow[] = [
  {
    source_code: 'default',
    name: 'Default Source',
    enabled: true,
    description: 'Default Source',
    latitude: 0,
    longitude: 0,
    country_id: 'US',
    postcode: '00000',
  },
  { source_code: 'wh_east', name: 'Warehouse East', enabled: true, country_id: 'US', postcode: '10001' },
  { source_code: 'wh_west', name: 'Warehouse West', enabled: true, country_id: 'US', postcode: '90001' },
];

function seedEmpty(shop: Shop): void {
  addStock(shop, 'Default Stock', ['base', 'b2b'], ['default', 'wh_east', 'wh_west']);
}

function seedDefault(shop: Shop): void {
  addStock(shop, 'Default Stock', ['base'], ['default']);
  addStock(shop, 'B2B Stock', ['b2b'], ['wh_east', 'wh_west']);
  for (let n = 1; n <= WIDGETS; n += 1) {
    const sku = `SKU-${String(n).padStart(3, '0')}`;
    const product = addProduct(shop, {
      sku,
      name: `Widget ${sku.slice(4)}`,
      price: (1000 + n * 99) / 100,
      weight: 1.5,
    });
    addStockRow(shop, product, 'default', 100);
    if (n >= 6)
      for (const [source, quantity] of [
        ['wh_east', 20],
        ['wh_west', 30],
      ] as const)
        addStockRow(shop, product, source, quantity);
  }
  const cable = addProduct(shop, { sku: 'CABLE-1', name: 'Cable by metre', price: 34.75, weight: 0.1 });
  cable.is_qty_decimal = true;
  addStockRow(shop, cable, 'default', 12.5);
  const warranty = addProduct(shop, { sku: 'VIRT-1', name: 'Warranty', price: 19.99, weight: null });
  warranty.type_id = 'virtual';
  addStockRow(shop, warranty, 'default', 500);
}

function addStock(shop: Shop, name: string, websites: readonly string[], sources: readonly string[]): void {
  const stockId = shop.db.next('stock');
  shop.db.stocks.save({
    stock_id: stockId,
    name,
    sales_channels: websites.map((code) => ({ type: 'website', code })),
  });
  for (const [index, source_code] of sources.entries()) {
    shop.db.stockSourceLinks.save({ stock_id: stockId, source_code, priority: index + 1 });
  }
}

interface SeedProduct {
  sku: string;
  name: string;
  price: number;
  weight: number | null;
}

function addProduct(shop: Shop, { sku, name, price, weight }: SeedProduct): ProductRow {
  const at = utcText(shop.clock.nowMs());
  const values: ProductRow['values'][string] = {
    name,
    price,
    status: 1,
    visibility: 4,
    options_container: 'container2',
    url_key: urlKey(name),
    msrp_display_actual_price_type: '0',
    required_options: '0',
    has_options: '0',
    tax_class_id: '2',
  };
  if (weight !== null) values['weight'] = weight;
  return shop.db.products.save({
    id: shop.db.next('product'),
    sku,
    attribute_set_id: SET_DEFAULT,
    type_id: 'simple',
    created_at: at,
    updated_at: at,
    website_ids: [1, 2],
    category_links: [],
    values: { 0: values },
    is_qty_decimal: false,
  });
}

function addStockRow(shop: Shop, { sku }: ProductRow, source_code: string, quantity: number): void {
  shop.db.sourceItems.save({ sku, source_code, quantity, status: 1 });
}
