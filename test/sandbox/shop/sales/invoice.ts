import { decimal, number, over, round, sum, times } from '../decimal.ts';
import { badRequest } from '../rest/errors.ts';
import { incrementPrefix } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import { now } from '../shop.ts';
import type { InvoiceRow, OrderItemRow, OrderRow } from '../state/sales-rows.ts';
import { advanceState } from './order-state.ts';

const STATE_PAID = 2;
const NO_PRODUCTS = "The invoice can't be created without products. Add products and try again.";

export interface InvoiceRequest {
  /** Empty: all that is left. */
  items: readonly { order_item_id: number; qty: number }[];
  notify?: boolean;
  comment?: { comment: string | null; is_visible_on_front: number } | null;
}

interface Line {
  item: OrderItemRow;
  qty: number;
}

/**
 * Invoices lines of an order, or all that is left. With the offline payment methods here every invoice is
 * paid at once, whatever `capture` says; the first carries the whole shipping amount (FACTS section 5).
 *
 * @throws RestError 400 for too much, unlike a shipment, which is cut down
 */
export function invoice(shop: Shop, order: OrderRow, request: InvoiceRequest): InvoiceRow {
  const lines = linesOf(order, request.items);
  const errors = lines.length === 0 ? [NO_PRODUCTS] : [];
  errors.push(...orderErrors(order));
  if (errors.length > 0) throw badRequest(['Invoice Document Validation Error(s):', ...errors].join('\n'));
  const document = newInvoice(shop, order, lines, request);
  for (const line of lines) addTo(order, line, now(shop));
  order.total_invoiced = sum([order.total_invoiced ?? 0, document.grand_total]);
  order.total_paid = sum([order.total_paid ?? 0, document.grand_total]);
  order.subtotal_invoiced = sum([order.subtotal_invoiced ?? 0, document.subtotal]);
  order.tax_invoiced = sum([order.tax_invoiced ?? 0, document.tax_amount]);
  order.discount_invoiced = sum([order.discount_invoiced ?? 0, document.discount_amount]);
  order.shipping_invoiced = sum([order.shipping_invoiced ?? 0, document.shipping_amount]);
  advanceState(shop, order, true);
  return shop.db.invoices.save(document);
}

function openQty(item: OrderItemRow): number {
  return number(decimal(item.qty_ordered) - decimal(item.qty_invoiced) - decimal(item.qty_canceled));
}

function linesOf(order: OrderRow, wanted: readonly { order_item_id: number; qty: number }[]): Line[] {
  const tops = order.items.filter((item) => item.parent_order_item_id === null);
  if (wanted.length === 0)
    return tops.map((item) => ({ item, qty: openQty(item) })).filter(({ qty }) => qty > 0);
  const lines: Line[] = [];
  for (const item of tops) {
    const qty = sum(
      wanted.filter(({ order_item_id }) => order_item_id === item.order_item_id).map((line) => line.qty),
    );
    if (qty <= 0) continue;
    if (qty > openQty(item))
      throw badRequest('We found an invalid quantity to invoice item "%1".', [item.name]);
    lines.push({ item, qty });
  }
  return lines;
}

function orderErrors(order: OrderRow): string[] {
  if (['canceled', 'closed', 'holded', 'payment_review'].includes(order.state)) {
    return [`An invoice cannot be created when an order has a status of ${order.status}`];
  }
  const hasOpen = order.items.some((item) => item.parent_order_item_id === null && openQty(item) > 0);
  return hasOpen ? [] : ['The order does not allow an invoice to be created.'];
}

/** What a line contributes: its share of the row, and the last part takes the remainder. */
function share(amount: number, { item, qty }: Line, invoiced: number): number {
  if (number(decimal(item.qty_invoiced) + decimal(qty)) >= item.qty_ordered) {
    return number(decimal(amount) - decimal(invoiced));
  }
  return number(round(over(times(decimal(amount), decimal(qty)), decimal(item.qty_ordered)), 2));
}

function amountsOf(
  order: OrderRow,
  line: Line,
): { row: number; inclTax: number; tax: number; discount: number } {
  const children = order.items.filter((child) => child.parent_order_item_id === line.item.order_item_id);
  const discount = line.item.children_calculated
    ? sum(children.map((child) => child.discount_amount))
    : line.item.discount_amount;
  return {
    row: share(line.item.row_total, line, line.item.row_invoiced),
    inclTax: share(line.item.row_total_incl_tax, line, line.item.row_incl_tax_invoiced),
    tax: share(line.item.tax_amount, line, line.item.tax_invoiced),
    discount: share(discount, line, line.item.discount_invoiced),
  };
}

function newInvoice(
  shop: Shop,
  order: OrderRow,
  lines: readonly Line[],
  request: InvoiceRequest,
): InvoiceRow {
  const parts = lines.map((line) => ({ line, ...amountsOf(order, line) }));
  const subtotal = sum(parts.map(({ row }) => row));
  const tax = sum(parts.map((part) => part.tax));
  const discount = sum(parts.map((part) => part.discount));
  const shipping = order.shipping_invoiced === null ? order.shipping_amount : 0;
  const sequence = String(shop.db.next(`invoice_increment_${order.store_id}`)).padStart(9, '0');
  const entityId = shop.db.next('invoice');
  const at = now(shop);
  return {
    entity_id: entityId,
    increment_id: order.store_id === 1 ? sequence : `${incrementPrefix(order.store_id)}${sequence}`,
    order_id: order.entity_id,
    store_id: order.store_id,
    state: STATE_PAID,
    created_at: at,
    updated_at: at,
    subtotal,
    tax_amount: tax,
    discount_amount: discount,
    shipping_amount: shipping,
    grand_total: sum([subtotal, tax, -discount, shipping]),
    total_qty: sum(lines.map(({ qty }) => qty)),
    carries_shipping: order.shipping_invoiced === null,
    email_sent: request.notify === true,
    comments:
      request.comment == null
        ? []
        : [
            {
              entity_id: shop.db.next('invoice_comment'),
              parent_id: entityId,
              ...request.comment,
              is_customer_notified: request.notify === true ? 1 : 0,
              created_at: at,
            },
          ],
    items: parts.map(({ line, row, inclTax, tax: taxOfLine, discount: discountOfLine }) => ({
      entity_id: shop.db.next('invoice_item'),
      order_item_id: line.item.order_item_id,
      qty: line.qty,
      row_total: row,
      row_total_incl_tax: inclTax,
      tax_amount: taxOfLine,
      discount_amount: discountOfLine,
    })),
  };
}

function addTo(order: OrderRow, line: Line, at: string): void {
  const { row, inclTax, tax, discount } = amountsOf(order, line);
  const { item } = line;
  item.row_invoiced = sum([item.row_invoiced, row]);
  item.row_incl_tax_invoiced = sum([item.row_incl_tax_invoiced, inclTax]);
  item.tax_invoiced = sum([item.tax_invoiced, tax]);
  item.discount_invoiced = sum([item.discount_invoiced, discount]);
  for (const child of order.items.filter((one) => one.parent_order_item_id === item.order_item_id)) {
    const perUnit = over(decimal(child.qty_ordered), decimal(item.qty_ordered));
    child.qty_invoiced = sum([child.qty_invoiced, number(times(perUnit, decimal(line.qty)))]);
  }
  item.qty_invoiced = sum([item.qty_invoiced, line.qty]);
  item.updated_at = at;
}
