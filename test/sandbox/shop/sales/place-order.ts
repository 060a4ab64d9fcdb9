import { decimal, number, times } from '../decimal.ts';
import { hasSourceItems, reserve, salableQuantity, stockOfWebsite } from '../inventory/stock.ts';
import { badRequest } from '../rest/errors.ts';
import { incrementPrefix, storeOfOrder } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import { hex, now } from '../shop.ts';
import type {
  AddressRow,
  CartItemRow,
  CartRow,
  LineAmounts,
  OrderItemRow,
  OrderRow,
} from '../state/sales-rows.ts';
import { computeTotals, totalQty } from './totals.ts';
import type { Totals } from './totals.ts';

const NOTHING: LineAmounts = {
  row_total: 0,
  discount_amount: 0,
  discount_percent: 0,
  tax_percent: 0,
  tax_amount: 0,
  row_total_incl_tax: 0,
  price_incl_tax: 0,
};

export interface Placement {
  email: string;
  paymentMethod: string;
  billingAddress: AddressRow;
}

/**
 * Turns a cart into an order: `new`/`pending`, with a reservation per SKU and the sources untouched
 * (FACTS sections 3 and 4).
 *
 * @throws RestError 400 when something has been sold out meanwhile or the address is missing
 */
export function placeOrder(shop: Shop, cart: CartRow, placement: Placement): OrderRow {
  const isVirtual = cart.items.every((item) => item.is_virtual);
  if (cart.items.length === 0) throw badRequest('Shipping address is not set');
  if (!isVirtual && (cart.shipping_address === null || cart.shipping_method === null)) {
    throw badRequest('The shipping method is missing. Select the shipping method and try again.');
  }
  const sold = soldQuantities(cart);
  checkStock(shop, cart, sold);
  const taxAddress = isVirtual ? placement.billingAddress : cart.shipping_address;
  const totals = computeTotals(cart.items, { coupon: cart.coupon_code, taxAddress, hasShipping: !isVirtual });
  const order = newOrder(shop, cart, placement, totals, isVirtual);
  shop.db.orders.save(order);
  reserveAll(shop, order, sold);
  shop.db.carts.remove(cart);
  shop.orderChanged(order);
  return order;
}

function newOrder(
  shop: Shop,
  cart: CartRow,
  placement: Placement,
  totals: Totals,
  isVirtual: boolean,
): OrderRow {
  const { db } = shop;
  const entityId = db.next('order');
  const sequence = String(db.next(`order_increment_${cart.store_id}`)).padStart(9, '0');
  const shipping =
    isVirtual || cart.shipping_address === null ? null : orderAddress(shop, cart.shipping_address, placement);
  const billing = orderAddress(shop, placement.billingAddress, placement);
  const taxId = totals.tax_amount > 0 ? db.next('tax') : null;
  return {
    entity_id: entityId,
    increment_id: cart.store_id === 1 ? sequence : `${incrementPrefix(cart.store_id)}${sequence}`,
    store_id: cart.store_id,
    quote_id: cart.entity_id,
    state: 'new',
    status: 'pending',
    hold_before_state: null,
    hold_before_status: null,
    created_at: now(shop),
    updated_at: now(shop),
    ext_order_id: null,
    customer_id: cart.customer_id,
    customer_email: placement.email,
    customer_firstname: billing.firstname,
    customer_lastname: billing.lastname,
    protect_code: hex(shop, 32),
    coupon_code: cart.coupon_code,
    shipping_method: isVirtual ? null : cart.shipping_method,
    shipping_description: isVirtual ? null : 'Flat Rate - Fixed',
    payment_method: placement.paymentMethod,
    email_sent: true,
    items: orderItems(shop, cart, totals),
    billing_address: billing,
    shipping_address: shipping,
    status_histories: [],
    subtotal: totals.subtotal,
    subtotal_incl_tax: totals.subtotal_incl_tax,
    discount_amount: totals.discount_amount,
    shipping_amount: totals.shipping_amount,
    tax_amount: totals.tax_amount,
    grand_total: totals.grand_total,
    weight: totals.weight,
    tax_id: taxId,
    total_invoiced: null,
    subtotal_invoiced: null,
    tax_invoiced: null,
    discount_invoiced: null,
    shipping_invoiced: null,
    total_paid: null,
    is_canceled: false,
  };
}

function orderAddress(shop: Shop, address: AddressRow, { email }: Placement): AddressRow {
  return { ...address, entity_id: shop.db.next('order_address'), email };
}

function orderItems(shop: Shop, cart: CartRow, totals: Totals): OrderItemRow[] {
  const orderItemIds = new Map(cart.items.map((item) => [item.item_id, shop.db.next('order_item')]));
  return cart.items.map((item): OrderItemRow => {
    const amounts = totals.lines.get(item.item_id) ?? NOTHING;
    return {
      ...item,
      ...amounts,
      order_item_id: orderItemIds.get(item.item_id) ?? 0,
      parent_order_item_id:
        item.parent_item_id === null ? null : (orderItemIds.get(item.parent_item_id) ?? null),
      created_at: now(shop),
      updated_at: now(shop),
      qty_ordered: number(totalQty(item, cart.items)),
      qty_shipped: 0,
      qty_invoiced: 0,
      qty_canceled: 0,
      qty_refunded: 0,
      tax_canceled: null,
      row_invoiced: 0,
      row_incl_tax_invoiced: 0,
      tax_invoiced: 0,
      discount_invoiced: 0,
      tax_item_id: amounts.tax_percent > 0 ? shop.db.next('tax_item') : null,
    };
  });
}

/** Pieces per SKU that leave the stock: the parts of a configurable or bundle, not their parent. */
function soldQuantities(cart: CartRow): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const item of cart.items.filter(takesStock(cart.items))) {
    const before = decimal(quantities.get(item.sku) ?? 0);
    quantities.set(item.sku, number(before + totalQty(item, cart.items)));
  }
  return quantities;
}

function takesStock(items: readonly CartItemRow[]): (item: CartItemRow) => boolean {
  return (item) =>
    hasSourceItems(item.product_type) && !items.some((child) => child.parent_item_id === item.item_id);
}

function checkStock(shop: Shop, cart: CartRow, sold: Map<string, number>): void {
  const stock = stockOfWebsite(shop.db, storeOfOrder(cart.store_id).websiteCode);
  for (const [sku, quantity] of sold) {
    if (stock === undefined || salableQuantity(shop.db, sku, stock.stock_id) < quantity) {
      throw badRequest('The requested qty is not available');
    }
  }
}

function reserveAll(shop: Shop, order: OrderRow, sold: Map<string, number>): void {
  const stock = stockOfWebsite(shop.db, storeOfOrder(order.store_id).websiteCode);
  for (const [sku, quantity] of sold) {
    reserve(shop.db, {
      stock_id: stock?.stock_id ?? 1,
      sku,
      quantity: number(times(decimal(quantity), decimal(-1))),
      metadata: { event_type: 'order_placed', object_id: '', object_increment_id: order.increment_id },
    });
  }
}
