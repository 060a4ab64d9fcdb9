import { decimal, number, over, round, sum, times } from '../decimal.ts';
import { incrementPrefix } from '../resources/store-data.ts';
import { badRequest } from '../rest/errors.ts';
import type { Shop } from '../shop.ts';
import { now } from '../shop.ts';
import type { CreditMemoRow, InvoiceRow, OrderItemRow, OrderRow } from '../state/sales-rows.ts';
import { saveChanged, stateAfterRefund } from './order-state.ts';
import { canRefundOnline } from './payment-methods.ts';
import { moveStock } from './refund-stock.ts';

export interface RefundRequest {
  /** Empty: all that is left. A quantity of 0 alone: no item at all. */
  items: readonly { order_item_id: number; qty: number }[];
  notify?: boolean;
  comment?: { comment: string | null; is_visible_on_front: number } | null;
  /** Null: all of the shipping that is left (FACTS section 5). */
  shippingAmount: number | null;
  adjustmentPositive: number | null;
  adjustmentNegative: number | null;
  returnToStock: readonly number[];
  /** Of one invoice, not of the order. */
  invoice?: InvoiceRow;
}

interface Line {
  item: OrderItemRow;
  qty: number;
}

const STATE_REFUNDED = 2;

/**
 * A credit memo over lines of an order, or all that is left (FACTS section 5).
 *
 * @throws RestError 400 for too much of anything, and for an item that is not of the order
 */
export function refund(shop: Shop, order: OrderRow, request: RefundRequest): CreditMemoRow {
  if (request.invoice !== undefined && !canRefundOnline(order))
    throw invalid("We can't create creditmemo for the invoice.");
  const lines = linesOf(order, request);
  const amounts = amountsOf(lines, shippingOf(order, request), request);
  if (order.state === 'closed')
    throw invalid(`A creditmemo can not be created when an order has a status of ${order.status}`);
  const available = number(decimal(order.total_paid ?? 0) - decimal(order.refunds?.total ?? 0));
  if (amounts.grand_total > available) throw invalid(`The most money available to refund is ${available}.`);
  const memo = newMemo(shop, order, amounts, request);
  for (const line of lines) moveStock(shop, order, { ...line, returnToStock: request.returnToStock });
  for (const [index, line] of lines.entries()) addTo(order, line, memo.items[index]!, now(shop));
  addToOrder(order, memo);
  stateAfterRefund(order);
  saveChanged(shop, order);
  return shop.db.creditMemos.save(memo);
}

function invalid(error: string): Error {
  return badRequest(`Creditmemo Document Validation Error(s):\n${error}`);
}

/** What is refunded by another line: a variant by its parent, a bundle with prices of its parts by these. */
function isDummy(order: OrderRow, item: OrderItemRow): boolean {
  const parent = order.items.find(({ order_item_id }) => order_item_id === item.parent_order_item_id);
  return parent === undefined ? item.children_calculated : !parent.children_calculated;
}

const openQty = (item: OrderItemRow): number =>
  number(decimal(item.qty_invoiced) - decimal(item.qty_refunded));

function linesOf(order: OrderRow, { items: wanted, invoice, returnToStock }: RefundRequest): Line[] {
  if (wanted.length === 0)
    return order.items
      .filter((item) => !isDummy(order, item))
      .map((item) => ({ item, qty: openQty(item) }))
      .filter(({ qty }) => qty > 0);
  const lines: Line[] = [];
  for (const { order_item_id, qty } of wanted) {
    const item = order.items.find((one) => one.order_item_id === order_item_id);
    if (item === undefined)
      throw invalid('The creditmemo contains product item that is not part of the original order.');
    if (isDummy(order, item)) throw invalid('The creditmemo contains incorrect product items.');
    const limit = invoice?.items.find((one) => one.order_item_id === order_item_id)?.qty ?? openQty(item);
    if (qty > Math.min(limit, openQty(item)))
      throw badRequest('We found an invalid quantity to refund item "%1".', [item.name]);
    if (qty > 0) lines.push({ item, qty });
  }
  for (const id of returnToStock)
    if (!lines.some(({ item }) => [id, parentOf(order, id)].includes(item.order_item_id)))
      throw invalid(
        `The "${order.items.find((one) => one.order_item_id === id)?.sku}" product is not part of the current creditmemo.`,
      );
  return lines;
}

function parentOf(order: OrderRow, id: number): number | null {
  return order.items.find(({ order_item_id }) => order_item_id === id)?.parent_order_item_id ?? null;
}

function shippingOf(order: OrderRow, { shippingAmount }: RefundRequest): number {
  const left = number(decimal(order.shipping_amount) - decimal(order.refunds?.shipping ?? 0));
  if ((shippingAmount ?? 0) > left)
    throw badRequest('Maximum shipping amount allowed to refund is: %1', [`$${left.toFixed(2)}`]);
  return shippingAmount ?? left;
}

/** What a line gives back of an amount: its share of what was invoiced, and the last part takes the remainder. */
function share(amount: number, { item, qty }: Line, refunded: number): number {
  if (qty >= openQty(item)) return number(decimal(amount) - decimal(refunded));
  return number(round(over(times(decimal(amount), decimal(qty)), decimal(item.qty_invoiced)), 2));
}

type Amounts = Omit<
  CreditMemoRow,
  | 'entity_id'
  | 'increment_id'
  | 'order_id'
  | 'invoice_id'
  | 'store_id'
  | 'state'
  | 'created_at'
  | 'updated_at'
  | 'comments'
>;

function amountsOf(lines: readonly Line[], shipping: number, request: RefundRequest): Amounts {
  const items = lines.map((line) => ({
    entity_id: 0,
    order_item_id: line.item.order_item_id,
    qty: line.qty,
    row_total: ofRow(line.item.row_total, line),
    row_total_incl_tax: ofRow(line.item.row_total_incl_tax, line),
    tax_amount: share(line.item.tax_amount, line, line.item.tax_refunded ?? 0),
    discount_amount: share(line.item.discount_amount, line, line.item.discount_refunded ?? 0),
  }));
  const total = (member: 'row_total' | 'row_total_incl_tax' | 'tax_amount' | 'discount_amount'): number =>
    sum(items.map((item) => item[member]));
  const { adjustmentPositive, adjustmentNegative } = request;
  const [subtotal, tax, discount] = [total('row_total'), total('tax_amount'), total('discount_amount')];
  const adjustment = [adjustmentPositive ?? 0, -(adjustmentNegative ?? 0)];
  return {
    subtotal,
    subtotal_incl_tax: total('row_total_incl_tax'),
    tax_amount: tax,
    discount_amount: discount,
    shipping_amount: shipping,
    adjustment_positive: adjustmentPositive,
    adjustment_negative: adjustmentNegative,
    grand_total: sum([subtotal, tax, -discount, shipping, ...adjustment]),
    items,
  };
}

function newMemo(
  shop: Shop,
  order: OrderRow,
  amounts: Amounts,
  { comment, notify, invoice }: RefundRequest,
): CreditMemoRow {
  const entityId = shop.db.next('creditmemo');
  const sequence = String(shop.db.next(`creditmemo_increment_${order.store_id}`)).padStart(9, '0');
  const at = now(shop);
  const marker = comment == null ? [] : [{ ...comment, is_customer_notified: notify === true ? 1 : 0 }];
  return {
    ...amounts,
    entity_id: entityId,
    increment_id: order.store_id === 1 ? sequence : `${incrementPrefix(order.store_id)}${sequence}`,
    order_id: order.entity_id,
    ...(invoice === undefined ? {} : { invoice_id: invoice.entity_id }),
    store_id: order.store_id,
    state: STATE_REFUNDED,
    created_at: at,
    updated_at: at,
    items: amounts.items.map((item) => ({ ...item, entity_id: shop.db.next('creditmemo_item') })),
    comments: marker.map((one) => ({
      entity_id: shop.db.next('creditmemo_comment'),
      parent_id: entityId,
      ...one,
      created_at: at,
    })),
  };
}

/** By what was refunded so far, so that all parts make the row. */
function ofRow(row: number, { item, qty }: Line): number {
  const upTo = (quantity: number) =>
    round(over(times(decimal(row), decimal(quantity)), decimal(item.qty_ordered)), 2);
  return number(upTo(sum([item.qty_refunded, qty])) - upTo(item.qty_refunded));
}

function addTo(order: OrderRow, line: Line, made: CreditMemoRow['items'][number], at: string): void {
  const { item, qty } = line;
  item.tax_refunded = sum([item.tax_refunded ?? 0, made.tax_amount]);
  item.discount_refunded = sum([item.discount_refunded ?? 0, made.discount_amount]);
  for (const child of order.items.filter((one) => one.parent_order_item_id === item.order_item_id)) {
    const perUnit = over(decimal(child.qty_ordered), decimal(item.qty_ordered));
    child.qty_refunded = sum([child.qty_refunded, number(times(perUnit, decimal(qty)))]);
  }
  item.qty_refunded = sum([item.qty_refunded, qty]);
  item.updated_at = at;
}

function addToOrder(order: OrderRow, memo: CreditMemoRow): void {
  const { refunds: before } = order;
  order.refunds = {
    subtotal: sum([before?.subtotal ?? 0, memo.subtotal]),
    tax: sum([before?.tax ?? 0, memo.tax_amount]),
    discount: sum([before?.discount ?? 0, memo.discount_amount]),
    shipping: sum([before?.shipping ?? 0, memo.shipping_amount]),
    adjustment_positive: sum([before?.adjustment_positive ?? 0, memo.adjustment_positive ?? 0]),
    adjustment_negative: sum([before?.adjustment_negative ?? 0, memo.adjustment_negative ?? 0]),
    total: sum([before?.total ?? 0, memo.grand_total]),
  };
}
