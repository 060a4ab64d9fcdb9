import { getOrder } from '../sales/order-state.ts';
import { renderInvoice } from '../sales/render-invoice.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, internalError, noSuchEntity, required } from '../rest/errors.ts';
import { membersOf, pathInt } from '../rest/input.ts';
import type { Json } from '../rest/json.ts';
import { criteriaFor, parseCriteria } from '../search/criteria.ts';
import type { Column } from '../search/condition.ts';
import { listAnswer, search } from '../search/search.ts';
import { hex, now } from '../shop.ts';
import type { InvoiceRow } from '../state/sales-rows.ts';

const VIEW = 'Magento_Sales::sales_invoice';

/** Invoices; they are made by `POST /V1/order/{id}/invoice` (FACTS section 5). */
export const invoiceRoutes: Route[] = [
  { method: 'GET', path: '/V1/invoices', resource: VIEW, handle: list },
  {
    method: 'GET',
    path: '/V1/invoices/:id',
    resource: VIEW,
    handle: (call) => render(call, invoiceOf(call)),
  },
  { method: 'GET', path: '/V1/invoices/:id/comments', resource: VIEW, handle: comments },
  { method: 'POST', path: '/V1/invoices/comments', resource: VIEW, handle: addComment },
  { method: 'POST', path: '/V1/invoices/:id/capture', resource: VIEW, handle: refuse('capture') },
  { method: 'POST', path: '/V1/invoices/:id/void', resource: VIEW, handle: refuse('void') },
];

function invoiceOf({ shop, params }: Call): InvoiceRow {
  const invoice = shop.db.invoices.get(pathInt(params['id'] ?? ''));
  if (invoice === undefined) throw noSuchEntity();
  return invoice;
}

/** Every invoice here is paid as it is made. */
function refuse(action: string): (call: Call) => never {
  return (call) => {
    invoiceOf(call);
    throw badRequest(`The ${action} action is not available.`);
  };
}

function render({ shop }: Call, invoice: InvoiceRow): Json {
  return renderInvoice(getOrder(shop, invoice.order_id), invoice);
}

const COLUMNS: Record<string, (invoice: InvoiceRow) => Column> = {
  entity_id: (invoice) => invoice.entity_id,
  increment_id: (invoice) => invoice.increment_id,
  order_id: (invoice) => invoice.order_id,
  store_id: (invoice) => invoice.store_id,
  state: (invoice) => invoice.state,
  grand_total: (invoice) => invoice.grand_total,
  created_at: (invoice) => invoice.created_at,
  updated_at: (invoice) => invoice.updated_at,
};

function list(call: Call): Json {
  const criteria = parseCriteria(call.query);
  const found = search(call.shop.db.invoices.all(), criteria, {
    knows: (field) => Object.hasOwn(COLUMNS, field),
    unknownField: () => internalError(hex(call.shop, 13)),
    column: (invoice, field) => COLUMNS[field]?.(invoice),
  });
  return listAnswer(found, criteria, (invoice) => render(call, invoice));
}

function comments(call: Call): Json {
  const invoice = invoiceOf(call);
  const rows = invoice.comments;
  const criteria = criteriaFor('parent_id', String(invoice.entity_id));
  return listAnswer({ rows, totalCount: rows.length }, criteria, (comment) => ({ ...comment }));
}

/** Its invoice is a member of the body, as the published service has it; `updated_at` of neither moves. */
function addComment(call: Call): Json {
  const given = call.body['entity'];
  if (given === undefined || given === null) throw required('entity');
  const entity = membersOf(given);
  const invoice = call.shop.db.invoices.get(Number(entity['parent_id'] ?? 0));
  if (invoice === undefined) throw noSuchEntity();
  const comment = {
    entity_id: call.shop.db.next('invoice_comment'),
    parent_id: invoice.entity_id,
    comment: typeof entity['comment'] === 'string' ? entity['comment'] : null,
    is_customer_notified: Number(entity['is_customer_notified'] ?? 0),
    is_visible_on_front: Number(entity['is_visible_on_front'] ?? 0),
    created_at: now(call.shop),
  };
  invoice.comments.push(comment);
  call.shop.db.invoices.save(invoice);
  call.note('invoice_comment', String(invoice.entity_id), { comment: comment.comment });
  return { ...comment };
}
