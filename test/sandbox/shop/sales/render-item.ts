import { decimal, number, product } from '../decimal.ts';
import type { JsonObject } from '../rest/json.ts';
import type { OrderItemRow, OrderRow } from '../state/sales-rows.ts';
import { withBase } from './order-amounts.ts';
import { COUPON_RULE_ID, TAX_CODE } from './totals.ts';

/**
 * One line of an order. `row_total` is the total after discount, which the order's `subtotal` is not; a child
 * repeats its whole parent as `parent_item` (FACTS section 3).
 */
export function renderItem(order: OrderRow, item: OrderItemRow, withTaxes = true): JsonObject {
  const parent = order.items.find(({ order_item_id }) => order_item_id === item.parent_order_item_id);
  const carriesNothing = parent !== undefined && !parent.children_calculated;
  return {
    ...amounts(item, carriesNothing),
    ...state(order, item),
    applied_rule_ids: order.coupon_code !== null && parent === undefined ? COUPON_RULE_ID : undefined,
    parent_item_id: item.parent_order_item_id ?? undefined,
    parent_item: parent === undefined ? undefined : renderItem(order, parent, withTaxes),
    product_option: item.product_option === null ? undefined : item.product_option,
    extension_attributes: withTaxes ? { itemized_taxes: itemizedTaxes(order, item) } : undefined,
  };
}

function amounts(item: OrderItemRow, carriesNothing: boolean): JsonObject {
  const rowTotal = decimal(item.row_total) - decimal(item.discount_amount);
  const own: Record<string, number> = {
    discount_amount: item.discount_amount,
    discount_invoiced: item.discount_invoiced,
    price: item.price,
    row_invoiced: item.row_invoiced,
    row_total: number(rowTotal),
    row_total_incl_tax: number(rowTotal + decimal(item.tax_amount)),
    tax_amount: item.tax_amount,
    tax_invoiced: item.tax_invoiced,
  };
  if (!carriesNothing) {
    own['original_price'] = item.original_price;
    own['price_incl_tax'] = item.price_incl_tax;
    if (!item.children_calculated) own['discount_tax_compensation_amount'] = 0;
  }
  return {
    ...withBase(own),
    original_price: item.original_price,
    amount_refunded: 0,
    base_amount_refunded: 0,
    discount_tax_compensation_canceled: item.tax_canceled === null ? undefined : 0,
    tax_canceled: item.tax_canceled ?? undefined,
  };
}

function state(order: OrderRow, item: OrderItemRow): JsonObject {
  const isChildWithoutWeight = item.parent_order_item_id !== null;
  return {
    created_at: item.created_at,
    discount_percent: item.discount_percent,
    free_shipping: 0,
    is_qty_decimal: item.is_qty_decimal ? 1 : 0,
    is_virtual: item.is_virtual ? 1 : 0,
    item_id: item.order_item_id,
    name: item.name,
    no_discount: 0,
    order_id: order.entity_id,
    product_id: item.product_id,
    product_type: item.product_type,
    // Counted where the price is.
    qty_canceled: item.children_calculated ? 0 : item.qty_canceled,
    qty_invoiced: item.qty_invoiced,
    qty_ordered: item.qty_ordered,
    qty_refunded: item.qty_refunded,
    qty_shipped: item.qty_shipped,
    quote_item_id: item.item_id,
    row_weight: isChildWithoutWeight ? 0 : product(item.weight ?? 0, item.qty_ordered),
    sku: item.sku,
    store_id: order.store_id,
    tax_percent: item.children_calculated ? undefined : item.tax_percent,
    updated_at: item.updated_at,
    weight: item.weight ?? undefined,
  };
}

function itemizedTaxes(order: OrderRow, item: OrderItemRow): JsonObject[] {
  if (item.tax_item_id === null) return [];
  return [
    {
      tax_item_id: item.tax_item_id,
      tax_id: order.tax_id,
      item_id: item.order_item_id,
      tax_code: TAX_CODE,
      tax_percent: item.tax_percent,
      amount: item.tax_amount,
      base_amount: item.tax_amount,
      real_amount: item.tax_amount,
      real_base_amount: item.tax_amount,
      taxable_item_type: 'product',
    },
  ];
}
