import { saveChanged } from '../sales/order-state.ts';
import { renderHistory, renderOrder } from '../sales/render-order.ts';
import { renderItem } from '../sales/render-item.ts';
import type { Call } from '../rest/call.ts';
import { badRequest, required } from '../rest/errors.ts';
import { membersOf, snakeCase } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';

/**
 * `PUT /V1/orders/create` and `POST /V1/orders` with `entity_id`: sets `ext_order_id` and nothing else. The
 * answer is half an order, with `grand_total: null` and `total_due: 0`, although the order itself is whole
 * (FACTS section 3).
 */
export function saveEntity(call: Call): Json {
  const given = call.body['entity'];
  if (given === undefined || given === null) throw required('entity');
  const entity: JsonObject = Object.fromEntries(
    Object.entries(membersOf(given)).map(([name, value]) => [snakeCase(name), value]),
  );
  const order = call.shop.db.orders.get(Number(entity['entity_id']));
  if (order === undefined) throw badRequest('Please provide payment for the order.');
  const ext = entity['ext_order_id'];
  if (typeof ext === 'string' && ext !== order.ext_order_id) {
    order.ext_order_id = ext;
    saveChanged(call.shop, order);
    call.note('order', String(order.entity_id), { ext_order_id: ext });
  }
  const whole = renderOrder(order);
  return {
    ...entity,
    base_grand_total: null,
    base_total_due: 0,
    billing_address_id: order.billing_address.entity_id,
    created_at: order.created_at,
    customer_email: null,
    grand_total: null,
    total_due: 0,
    updated_at: order.updated_at,
    items: order.items.map((item) => renderItem(order, item, false)),
    billing_address: whole['billing_address'],
    payment: whole['payment'],
    status_histories: order.status_histories.toReversed().map(renderHistory),
  };
}
