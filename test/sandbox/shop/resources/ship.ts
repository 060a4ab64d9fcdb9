import { getOrder } from '../sales/order-state.ts';
import { ship } from '../sales/ship.ts';
import type { ShipRequest } from '../sales/ship.ts';
import { invoice } from '../sales/invoice.ts';
import type { Call, Route } from '../rest/call.ts';
import { convert, membersOf, pathInt } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';

const LINES: InputType = {
  list: { members: { order_item_id: 'int', qty: 'float', extension_attributes: 'mixed' } },
};
const TRACKS: InputType = {
  list: {
    members: {
      track_number: 'string',
      title: 'string',
      carrier_code: 'string',
      extension_attributes: 'mixed',
    },
  },
};
const COMMENT: InputType = {
  members: { comment: 'string', is_visible_on_front: 'int', extension_attributes: 'mixed' },
};
const ARGUMENTS: InputType = {
  members: {
    extension_attributes: {
      members: {
        source_code: 'string',
        ext_shipment_id: 'string',
        ext_return_shipment_id: 'string',
        ext_location_id: 'string',
        ext_tracking_url: 'string',
        ext_tracking_reference: 'string',
      },
    },
  },
};

/** The documents of an order: shipment and invoice. Both answer the new id as a JSON string. */
export const documentRoutes: Route[] = [
  { method: 'POST', path: '/V1/order/:orderId/ship', resource: 'Magento_Sales::ship', handle: shipOrder },
  {
    method: 'POST',
    path: '/V1/order/:orderId/invoice',
    resource: 'Magento_Sales::invoice',
    handle: invoiceOrder,
  },
];

/** Members at the top of the body that Magento does not know are ignored, a misplaced source_code too. */
function shipOrder(call: Call): Json {
  const orderId = pathInt(call.params['orderId'] ?? '');
  const request = shipRequest(call.body);
  const order = getOrder(call.shop, orderId);
  const shipment = ship(call.shop, order, request);
  call.note('shipment', String(shipment.entity_id), {
    order_id: order.entity_id,
    increment_id: order.increment_id,
    source_code: shipment.source_code,
    items: shipment.items.map(({ sku, qty }) => ({ sku: sku ?? '', qty })),
    tracks: shipment.tracks.map(({ track_number }) => track_number),
    comment: request.comment?.comment ?? null,
  });
  return String(shipment.entity_id);
}

function shipRequest(body: JsonObject): ShipRequest {
  const tracks = (convert(body['tracks'] ?? [], TRACKS, 'tracks') ?? []) as JsonObject[];
  const args = membersOf(convert(body['arguments'] ?? null, ARGUMENTS, 'arguments'));
  const source = membersOf(args['extension_attributes'])['source_code'];
  return {
    items: linesOf(body),
    notify: convert(body['notify'] ?? false, 'bool', 'notify') as boolean,
    comment: commentOf(body),
    tracks: tracks.map((track) => ({
      track_number: text(track['track_number']),
      title: text(track['title']),
      carrier_code: text(track['carrier_code']),
    })),
    sourceCode: text(source),
  };
}

export function linesOf(body: JsonObject): ShipRequest['items'] {
  const lines = (convert(body['items'] ?? [], LINES, 'items') ?? []) as JsonObject[];
  return lines.map((line) => ({
    order_item_id: Number(line['order_item_id'] ?? 0),
    qty: Number(line['qty'] ?? 0),
  }));
}

export function commentOf(body: JsonObject): ShipRequest['comment'] {
  if (body['comment'] === undefined || body['comment'] === null) return null;
  const comment = membersOf(convert(body['comment'], COMMENT, 'comment'));
  return {
    comment: text(comment['comment']),
    is_visible_on_front: Number(comment['is_visible_on_front'] ?? 0),
  };
}

function invoiceOrder(call: Call): Json {
  const orderId = pathInt(call.params['orderId'] ?? '');
  const wanted = linesOf(call.body);
  const order = getOrder(call.shop, orderId);
  const notify = convert(call.body['notify'] ?? false, 'bool', 'notify') as boolean;
  const document = invoice(call.shop, order, { items: wanted, notify, comment: commentOf(call.body) });
  call.note('invoice', String(document.entity_id), {
    order_id: order.entity_id,
    grand_total: document.grand_total,
  });
  return String(document.entity_id);
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
