import { getOrder } from '../sales/order-state.ts';
import { refund } from '../sales/refund.ts';
import { renderCreditMemo } from '../sales/render-credit-memo.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, internalError, noSuchEntity, required } from '../rest/errors.ts';
import { convert, membersOf, pathInt } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { criteriaFor, parseCriteria } from '../search/criteria.ts';
import type { Column } from '../search/condition.ts';
import { listAnswer, search } from '../search/search.ts';
import { hex, now } from '../shop.ts';
import type { CreditMemoRow, InvoiceRow } from '../state/sales-rows.ts';
import { commentOf, linesOf } from './ship.ts';

const VIEW = 'Magento_Sales::sales_creditmemo';
const ARGUMENTS: InputType = {
  members: {
    shipping_amount: 'float',
    adjustment_positive: 'float',
    adjustment_negative: 'float',
    extension_attributes: { members: { return_to_stock_items: { list: 'int' } } },
  },
};

/** Credit memos: of an order, which is refunded outside of the shop, or of an invoice, by its gateway (FACTS section 5). */
export const creditMemoRoutes: Route[] = [
  {
    method: 'POST',
    path: '/V1/order/:orderId/refund',
    resource: 'Magento_Sales::creditmemo',
    handle: (call) => create(call, pathInt(call.params['orderId'] ?? '')),
  },
  {
    method: 'POST',
    path: '/V1/invoice/:invoiceId/refund',
    resource: 'Magento_Sales::sales_invoice',
    handle: refundInvoice,
  },
  { method: 'GET', path: '/V1/creditmemos', resource: VIEW, handle: list },
  {
    method: 'GET',
    path: '/V1/creditmemo/:id',
    resource: VIEW,
    handle: (call) => render(call, creditMemoOf(call)),
  },
  { method: 'PUT', path: '/V1/creditmemo/:id', resource: VIEW, handle: cancel },
  { method: 'GET', path: '/V1/creditmemo/:id/comments', resource: VIEW, handle: comments },
  { method: 'POST', path: '/V1/creditmemo/:id/comments', resource: VIEW, handle: addComment },
];

function refundInvoice(call: Call): Json {
  const invoice = call.shop.db.invoices.get(pathInt(call.params['invoiceId'] ?? ''));
  if (invoice === undefined) throw noSuchEntity();
  return create(call, invoice.order_id, invoice);
}

function create(call: Call, orderId: number, invoice?: InvoiceRow): Json {
  const { shop, body } = call;
  const items = linesOf(body);
  const args = membersOf(convert(body['arguments'] ?? null, ARGUMENTS, 'arguments'));
  const returned = membersOf(args['extension_attributes'])['return_to_stock_items'];
  const order = getOrder(shop, orderId);
  const memo = refund(shop, order, {
    items,
    notify: convert(body['notify'] ?? false, 'bool', 'notify') as boolean,
    comment: commentOf(body),
    shippingAmount: amount(args, 'shipping_amount'),
    adjustmentPositive: amount(args, 'adjustment_positive'),
    adjustmentNegative: amount(args, 'adjustment_negative'),
    returnToStock: Array.isArray(returned) ? returned.map(Number) : [],
    ...(invoice === undefined ? {} : { invoice }),
  });
  call.note('creditmemo', String(memo.entity_id), { order_id: orderId, grand_total: memo.grand_total });
  return String(memo.entity_id);
}

function amount(args: JsonObject, name: string): number | null {
  return args[name] === undefined || args[name] === null ? null : Number(args[name]);
}

function creditMemoOf({ shop, params }: Call): CreditMemoRow {
  const memo = shop.db.creditMemos.get(pathInt(params['id'] ?? ''));
  if (memo === undefined) throw noSuchEntity();
  return memo;
}

function render({ shop }: Call, memo: CreditMemoRow): Json {
  return renderCreditMemo(getOrder(shop, memo.order_id), memo);
}

const COLUMNS: Record<string, (memo: CreditMemoRow) => Column> = {
  entity_id: (memo) => memo.entity_id,
  increment_id: (memo) => memo.increment_id,
  order_id: (memo) => memo.order_id,
  store_id: (memo) => memo.store_id,
  state: (memo) => memo.state,
  grand_total: (memo) => memo.grand_total,
  created_at: (memo) => memo.created_at,
  updated_at: (memo) => memo.updated_at,
};

function list(call: Call): Json {
  const criteria = parseCriteria(call.query);
  const found = search(call.shop.db.creditMemos.all(), criteria, {
    knows: (field) => Object.hasOwn(COLUMNS, field),
    unknownField: () => internalError(hex(call.shop, 13)),
    column: (memo, field) => COLUMNS[field]?.(memo),
  });
  return listAnswer(found, criteria, (memo) => render(call, memo));
}

function cancel(call: Call): Json {
  creditMemoOf(call);
  throw badRequest('You can not cancel Credit Memo');
}

function comments(call: Call): Json {
  const memo = creditMemoOf(call);
  const rows = memo.comments;
  const criteria = criteriaFor('parent_id', String(memo.entity_id));
  return listAnswer({ rows, totalCount: rows.length }, criteria, (comment) => ({ ...comment }));
}

function addComment(call: Call): Json {
  const memo = creditMemoOf(call);
  const given = call.body['entity'];
  if (given === undefined || given === null) throw required('entity');
  const entity = membersOf(given);
  const comment = {
    entity_id: call.shop.db.next('creditmemo_comment'),
    parent_id: memo.entity_id,
    comment: typeof entity['comment'] === 'string' ? entity['comment'] : null,
    is_customer_notified: Number(entity['is_customer_notified'] ?? 0),
    is_visible_on_front: Number(entity['is_visible_on_front'] ?? 0),
    created_at: now(call.shop),
  };
  memo.comments.push(comment);
  call.shop.db.creditMemos.save(memo);
  call.note('creditmemo_comment', String(memo.entity_id), { comment: comment.comment });
  return { ...comment };
}
