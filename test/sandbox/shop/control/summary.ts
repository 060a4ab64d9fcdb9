import { nameAt, priceOf, valueAt } from '../catalog/lookup.ts';
import { hasSourceItems, salableQuantity } from '../inventory/stock.ts';
import type { Json } from '../rest/json.ts';
import type { Shop } from '../shop.ts';

const ORDERS_MAX = 200;

/** The shop at a glance, for its page and for tests: latest orders first, products by SKU. */
export function summary(shop: Shop): Json {
  return {
    now: new Date(shop.clock.nowMs()).toISOString(),
    counts: {
      orders: shop.db.orders.size,
      products: shop.db.products.size,
      shipments: shop.db.shipments.size,
    },
    orders: orders(shop),
    products: products(shop),
    stocks: shop.db.stocks.all().map(({ stock_id, name, sales_channels }) => ({
      stock_id,
      name,
      websites: sales_channels.map(({ code }) => code),
      sources: shop.db.stockSourceLinks
        .all()
        .filter((link) => link.stock_id === stock_id)
        .map(({ source_code }) => source_code),
    })),
  };
}

function orders(shop: Shop): Json {
  return shop.db.orders
    .all()
    .slice(-ORDERS_MAX)
    .toReversed()
    .map((order) => ({
      entity_id: order.entity_id,
      increment_id: order.increment_id,
      store_id: order.store_id,
      state: order.state,
      status: order.status,
      created_at: order.created_at,
      updated_at: order.updated_at,
      grand_total: order.grand_total,
      total_paid: order.total_paid,
      ext_order_id: order.ext_order_id,
      lines: order.items
        .filter((item) => item.parent_order_item_id === null)
        .map((item) => ({
          order_item_id: item.order_item_id,
          sku: item.sku,
          name: item.name,
          qty_ordered: item.qty_ordered,
          qty_shipped: item.qty_shipped,
          qty_canceled: item.qty_canceled,
        })),
      shipments: shop.db.shipments.lookup(String(order.entity_id)).map((shipment) => ({
        entity_id: shipment.entity_id,
        increment_id: shipment.increment_id,
        source_code: shipment.source_code,
        items: shipment.items.map(({ sku, qty }) => ({ sku: sku ?? '', qty })),
        tracks: shipment.tracks.map(({ track_number, title, carrier_code }) => ({
          track_number,
          title,
          carrier_code,
        })),
        comments: shipment.comments.map(({ comment }) => comment),
      })),
      invoices: shop.db.invoices.lookup(String(order.entity_id)).map(amountOf),
      credit_memos: shop.db.creditMemos
        .all()
        .filter(({ order_id }) => order_id === order.entity_id)
        .map(amountOf),
    }));
}

function amountOf({ increment_id, grand_total }: { increment_id: string; grand_total: number }): Json {
  return { increment_id, grand_total };
}

function products(shop: Shop): Json {
  return shop.db.products
    .all()
    .toSorted((left, right) => (left.sku < right.sku ? -1 : 1))
    .map((product) => ({
      id: product.id,
      sku: product.sku,
      name: nameAt(product, 0),
      type_id: product.type_id,
      price: priceOf(product),
      status: Number(valueAt(product, 'status', 0) ?? 1),
      children: (product.configurable?.child_ids ?? []).map((id) => shop.db.products.get(id)?.sku ?? ''),
      images: product.media?.length ?? 0,
      updated_at: product.updated_at,
      source_items: shop.db.sourceItems
        .lookup(product.sku.toLowerCase())
        .map(({ source_code, quantity, status }) => ({ source_code, quantity, status })),
      salable: shop.db.stocks.all().map(({ stock_id }) => ({
        stock_id,
        quantity: hasSourceItems(product.type_id) ? salableQuantity(shop.db, product.sku, stock_id) : null,
      })),
    }));
}
