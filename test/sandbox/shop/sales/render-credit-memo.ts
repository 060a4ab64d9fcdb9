import type { JsonObject } from '../rest/json.ts';
import { number, decimal } from '../decimal.ts';
import { CURRENCY } from '../resources/store-data.ts';
import { negative, withBase } from './order-amounts.ts';
import type { CreditMemoItemRow, CreditMemoRow, OrderRow } from '../state/sales-rows.ts';

/** A credit memo with its lines. An adjustment that was not asked for is no member of it. */
export function renderCreditMemo(order: OrderRow, memo: CreditMemoRow): JsonObject {
  const { adjustment_positive, adjustment_negative } = memo;
  const own: Record<string, number> = {
    adjustment: number(decimal(adjustment_positive ?? 0) - decimal(adjustment_negative ?? 0)),
    ...(adjustment_positive === null ? {} : { adjustment_positive }),
    ...(adjustment_negative === null ? {} : { adjustment_negative }),
    discount_amount: negative(memo.discount_amount),
    discount_tax_compensation_amount: 0,
    grand_total: memo.grand_total,
    shipping_amount: memo.shipping_amount,
    shipping_incl_tax: memo.shipping_amount,
    shipping_tax_amount: 0,
    subtotal: memo.subtotal,
    subtotal_incl_tax: memo.subtotal_incl_tax,
    tax_amount: memo.tax_amount,
  };
  return {
    ...withBase(own),
    base_currency_code: CURRENCY,
    base_to_global_rate: 1,
    base_to_order_rate: 1,
    billing_address_id: order.billing_address.entity_id,
    created_at: memo.created_at,
    discount_description: order.coupon_code ?? undefined,
    entity_id: memo.entity_id,
    global_currency_code: CURRENCY,
    increment_id: memo.increment_id,
    invoice_id: memo.invoice_id,
    order_currency_code: CURRENCY,
    order_id: memo.order_id,
    shipping_address_id: order.shipping_address?.entity_id,
    state: memo.state,
    store_currency_code: CURRENCY,
    store_id: memo.store_id,
    store_to_base_rate: 0,
    store_to_order_rate: 0,
    updated_at: memo.updated_at,
    items: memo.items.map((item) => renderItem(order, memo, item)),
    comments: memo.comments.map((comment) => ({ ...comment })),
  };
}

function renderItem(order: OrderRow, memo: CreditMemoRow, item: CreditMemoItemRow): JsonObject {
  const ordered = order.items.find(({ order_item_id }) => order_item_id === item.order_item_id);
  return {
    ...withBase({
      discount_amount: item.discount_amount,
      discount_tax_compensation_amount: 0,
      price: ordered?.price ?? 0,
      price_incl_tax: ordered?.price_incl_tax ?? 0,
      row_total: item.row_total,
      row_total_incl_tax: item.row_total_incl_tax,
      tax_amount: item.tax_amount,
      weee_tax_row_disposition: 0,
    }),
    base_cost: null,
    entity_id: item.entity_id,
    name: ordered?.name,
    order_item_id: item.order_item_id,
    parent_id: memo.entity_id,
    product_id: ordered?.product_id,
    qty: item.qty,
    sku: ordered?.sku,
    weee_tax_applied: '[]',
    weee_tax_applied_row_amount: 0,
  };
}
