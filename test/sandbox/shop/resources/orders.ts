import { withoutEmoji } from '../catalog/custom-attributes.ts';
import { cancel, getOrder, hold, saveChanged, unhold } from '../sales/order-state.ts';
import { totalDue, totalQtyOrdered } from '../sales/order-amounts.ts';
import { renderHistory, renderOrder } from '../sales/render-order.ts';
import { renderItem } from '../sales/render-item.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, internalError, required } from '../rest/errors.ts';
import { convert, pathInt } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { criteriaFor, parseCriteria } from '../search/criteria.ts';
import type { Column } from '../search/condition.ts';
import { listAnswer, search } from '../search/search.ts';
import type { Searchable } from '../search/search.ts';
import { hex, now } from '../shop.ts';
import type { Shop } from '../shop.ts';
import type { OrderRow } from '../state/sales-rows.ts';
import { saveEntity } from './order-entity.ts';

const VIEW = 'Magento_Sales::actions_view';
const HISTORY: InputType = {
  members: {
    comment: 'string',
    created_at: 'string',
    entity_id: 'int',
    entity_name: 'string',
    is_customer_notified: 'int',
    is_visible_on_front: 'int',
    parent_id: 'int',
    status: 'string',
    extension_attributes: 'mixed',
  },
};
/** Statuses that belong to a state; another one is refused in a comment. */
const STATUSES: Record<string, readonly string[]> = {
  new: ['pending'],
  processing: ['processing', 'fraud'],
  complete: ['complete'],
  closed: ['closed'],
  canceled: ['canceled'],
  holded: ['holded'],
};

/** Orders: read, search, comment, hold, cancel, and the external order id (FACTS section 3). */
export const orderRoutes: Route[] = [
  { method: 'GET', path: '/V1/orders', resource: VIEW, handle: list },
  { method: 'GET', path: '/V1/orders/items', resource: VIEW, handle: listItems },
  { method: 'GET', path: '/V1/orders/:id', resource: VIEW, handle: (call) => renderOrder(orderOf(call)) },
  { method: 'GET', path: '/V1/orders/:id/statuses', resource: VIEW, handle: (call) => orderOf(call).status },
  { method: 'POST', path: '/V1/orders/:id/comments', resource: 'Magento_Sales::comment', handle: comment },
  { method: 'GET', path: '/V1/orders/:id/comments', resource: VIEW, handle: comments },
  { method: 'POST', path: '/V1/orders/:id/hold', resource: 'Magento_Sales::hold', handle: act('hold', hold) },
  {
    method: 'POST',
    path: '/V1/orders/:id/unhold',
    resource: 'Magento_Sales::unhold',
    handle: act('unhold', unhold),
  },
  {
    method: 'POST',
    path: '/V1/orders/:id/cancel',
    resource: 'Magento_Sales::cancel',
    handle: act('cancel', cancel),
  },
  {
    method: 'POST',
    path: '/V1/orders/:id/emails',
    resource: 'Magento_Sales::emails',
    handle: act('email', () => true),
  },
  { method: 'PUT', path: '/V1/orders/create', resource: 'Magento_Sales::create', handle: saveEntity },
  { method: 'POST', path: '/V1/orders', resource: 'Magento_Sales::create', handle: saveEntity },
  { method: 'PUT', path: '/V1/orders/:id', resource: 'Magento_Sales::create', handle: putAddress },
];

function orderOf({ shop, params }: Call): OrderRow {
  return getOrder(shop, pathInt(params['id'] ?? ''));
}

function act(action: string, work: (shop: Shop, order: OrderRow) => boolean | void): (call: Call) => Json {
  return (call) => {
    const order = orderOf(call);
    const result = work(call.shop, order) ?? true;
    call.note('order', String(order.entity_id), { action, result });
    return result;
  };
}

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  return listAnswer(search(shop.db.orders.all(), criteria, searchable(shop)), criteria, renderOrder);
}

function listItems({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const rows = shop.db.orders.all().flatMap((order) => order.items.map((item) => ({ order, item })));
  const columns = ({ order, item }: (typeof rows)[number]): Record<string, Column> => ({
    order_id: order.entity_id,
    item_id: item.order_item_id,
    store_id: order.store_id,
    sku: item.sku,
    product_id: item.product_id,
    product_type: item.product_type,
    created_at: item.created_at,
    updated_at: item.updated_at,
  });
  const known = [
    'order_id',
    'item_id',
    'store_id',
    'sku',
    'product_id',
    'product_type',
    'created_at',
    'updated_at',
  ];
  const found = search(rows, criteria, {
    knows: (field) => known.includes(field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (row, field) => columns(row)[field],
  });
  return listAnswer(found, criteria, ({ order, item }) => renderItem(order, item, false));
}

function comment(call: Call): Json {
  const order = orderOf(call);
  const given = call.body['statusHistory'] ?? call.body['status_history'];
  if (given === undefined || given === null) throw required('statusHistory');
  const history = convert(given, HISTORY, 'statusHistory') as JsonObject;
  const status = history['status'];
  if (typeof status === 'string' && !(STATUSES[order.state] ?? []).includes(status)) {
    const indent = ' '.repeat(17);
    throw badRequest(
      `Unable to add comment: The status "%1" is not part of the order\n${indent}status history.`,
      [status],
    );
  }
  order.status_histories.push({
    entity_id: call.shop.db.next('order_status_history'),
    parent_id: order.entity_id,
    comment: keptText(history['comment']),
    created_at: now(call.shop),
    is_customer_notified: numberOrNull(history['is_customer_notified']),
    is_visible_on_front: numberOrNull(history['is_visible_on_front']) ?? 0,
    status: textOrNull(status) ?? order.status,
    entity_name: textOrNull(history['entity_name']),
  });
  call.shop.db.orders.save(order);
  call.note('order_comment', String(order.entity_id), { comment: textOrNull(history['comment']) });
  return true;
}

function comments(call: Call): Json {
  const order = orderOf(call);
  const rows = order.status_histories;
  const criteria = criteriaFor('parent_id', String(order.entity_id));
  return listAnswer({ rows, totalCount: rows.length }, criteria, renderHistory);
}

/** `PUT /V1/orders/{id}` is the address endpoint; an order entity is refused by its first foreign member. */
function putAddress(call: Call): Json {
  const given = call.body['entity'];
  if (given === undefined || given === null) throw required('entity');
  const text: InputType = 'string';
  const ADDRESS: InputType = {
    members: {
      entity_id: 'int',
      parent_id: 'int',
      address_type: text,
      firstname: text,
      lastname: text,
      company: text,
      street: { list: 'string' },
      city: text,
      region: text,
      region_code: text,
      region_id: 'int',
      postcode: text,
      country_id: text,
      telephone: text,
      email: text,
      extension_attributes: 'mixed',
    },
  };
  const address = convert(given, ADDRESS, 'entity') as JsonObject;
  const order = orderOf(call);
  const target = address['address_type'] === 'shipping' ? order.shipping_address : order.billing_address;
  if (target !== null) Object.assign(target, address, { entity_id: target.entity_id });
  saveChanged(call.shop, order);
  call.note('order_address', String(order.entity_id));
  return address;
}

function searchable(shop: Shop): Searchable<OrderRow> {
  return {
    knows: (field) => Object.hasOwn(COLUMNS, field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (order, field) => COLUMNS[field]?.(order),
  };
}

const COLUMNS: Record<string, (order: OrderRow) => Column> = {
  entity_id: (order) => order.entity_id,
  increment_id: (order) => order.increment_id,
  store_id: (order) => order.store_id,
  state: (order) => order.state,
  status: (order) => order.status,
  created_at: (order) => order.created_at,
  updated_at: (order) => order.updated_at,
  ext_order_id: (order) => order.ext_order_id,
  coupon_code: (order) => order.coupon_code,
  customer_id: (order) => order.customer_id,
  customer_email: (order) => order.customer_email,
  customer_firstname: (order) => order.customer_firstname,
  customer_lastname: (order) => order.customer_lastname,
  quote_id: (order) => order.quote_id,
  grand_total: (order) => order.grand_total,
  base_grand_total: (order) => order.grand_total,
  subtotal: (order) => order.subtotal,
  total_due: (order) => totalDue(order),
  total_paid: (order) => order.total_paid,
  total_qty_ordered: (order) => totalQtyOrdered(order),
  is_virtual: (order) => (order.shipping_address === null ? 1 : 0),
  shipping_method: (order) => order.shipping_method,
  order_currency_code: () => 'USD',
};

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

const keptText = (value: Json | undefined): string | null => {
  const text = textOrNull(value);
  return text === null ? null : withoutEmoji(text);
};

function numberOrNull(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
