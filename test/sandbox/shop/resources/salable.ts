import { findProduct } from '../catalog/lookup.ts';
import { hasSourceItems, isSalable, salableQuantity, stockOfWebsite } from '../inventory/stock.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, FatalError, notFound } from '../rest/errors.ts';
import { pathInt } from '../rest/input.ts';
import type { Json } from '../rest/json.ts';
import { renderStock } from './stocks.ts';

const RESOURCE = 'Magento_InventorySalesApi::stock';

/** What can still be sold (FACTS section 6). */
export const salableRoutes: Route[] = [
  {
    method: 'GET',
    path: '/V1/inventory/get-product-salable-quantity/:sku/:stockId',
    resource: RESOURCE,
    handle: quantity,
  },
  {
    method: 'GET',
    path: '/V1/inventory/is-product-salable/:sku/:stockId',
    resource: RESOURCE,
    handle: salable,
  },
  {
    method: 'GET',
    path: '/V1/inventory/is-product-salable-for-requested-qty/:sku/:stockId/:qty',
    resource: RESOURCE,
    handle: salableFor,
  },
  { method: 'GET', path: '/V1/inventory/are-products-salable', resource: RESOURCE, handle: areSalable },
  { method: 'GET', path: '/V1/inventory/stock-resolver/:type/:code', resource: RESOURCE, handle: resolve },
];

/** An unknown SKU kills the process: 500 text/plain, and no retry will help. */
function quantity({ shop, params }: Call): Json {
  const sku = params['sku'] ?? '';
  const stockId = pathInt(params['stockId'] ?? '');
  const product = findProduct(shop.db, sku);
  if (product === undefined) throw new FatalError();
  if (!hasSourceItems(product.type_id)) {
    throw badRequest("Can't check requested quantity for products without Source Items support.");
  }
  if (shop.db.stocks.get(stockId) === undefined) throw badRequest('Could not receive Stock Item data');
  return salableQuantity(shop.db, sku, stockId);
}

function salable({ shop, params }: Call): Json {
  return isSalable(shop.db, params['sku'] ?? '', pathInt(params['stockId'] ?? ''));
}

function salableFor({ shop, params }: Call): Json {
  const wanted = Number(params['qty']);
  const available = salableQuantity(shop.db, params['sku'] ?? '', pathInt(params['stockId'] ?? ''));
  if (available >= wanted) return { salable: true, errors: [] };
  return {
    salable: false,
    errors: [
      { code: 'back_order-disabled', message: 'Backorders are disabled' },
      { code: 'manage_stock-enabled', message: 'Manage stock is enabled' },
      { code: 'is_salable_with_reservations-not_enough_qty', message: 'The requested qty is not available' },
    ],
  };
}

function areSalable({ shop, query }: Call): Json {
  const skus = query['skus'];
  const stockId = Number(query['stockId']);
  return (Array.isArray(skus) ? skus.map(String) : []).map((sku) => ({
    sku,
    stock_id: stockId,
    salable: isSalable(shop.db, sku, stockId),
  }));
}

function resolve({ shop, params }: Call): Json {
  const stock = params['type'] === 'website' ? stockOfWebsite(shop.db, params['code'] ?? '') : undefined;
  if (stock === undefined) throw notFound('No linked stock found');
  return renderStock(stock);
}
