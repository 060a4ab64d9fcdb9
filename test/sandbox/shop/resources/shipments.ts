import { newTrack } from '../sales/tracks.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, internalError, noSuchEntity, required } from '../rest/errors.ts';
import { convert, membersOf, pathInt } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { criteriaFor, parseCriteria } from '../search/criteria.ts';
import type { Column } from '../search/condition.ts';
import { listAnswer, search } from '../search/search.ts';
import { hex, now } from '../shop.ts';
import type { ShipmentRow, TrackRow } from '../state/sales-rows.ts';

const VIEW = 'Magento_Sales::shipment';
const TRACK: InputType = {
  members: {
    order_id: 'int',
    created_at: 'string',
    entity_id: 'int',
    parent_id: 'int',
    updated_at: 'string',
    weight: 'float',
    qty: 'float',
    description: 'string',
    extension_attributes: 'mixed',
    track_number: 'string',
    title: 'string',
    carrier_code: 'string',
  },
};

/** Shipments with their tracks and comments (FACTS section 4). */
export const shipmentRoutes: Route[] = [
  { method: 'GET', path: '/V1/shipments', resource: VIEW, handle: list },
  { method: 'POST', path: '/V1/shipment', resource: VIEW, handle: createEntity },
  {
    method: 'GET',
    path: '/V1/shipment/:id',
    resource: VIEW,
    handle: (call) => renderShipment(shipmentOf(call)),
  },
  { method: 'GET', path: '/V1/shipment/:id/comments', resource: VIEW, handle: comments },
  { method: 'POST', path: '/V1/shipment/:id/comments', resource: VIEW, handle: addComment },
  { method: 'GET', path: '/V1/shipment/:id/label', resource: VIEW, handle: (call) => (shipmentOf(call), '') },
  { method: 'POST', path: '/V1/shipment/track', resource: VIEW, handle: addTrack },
  { method: 'DELETE', path: '/V1/shipment/track/:id', resource: VIEW, handle: removeTrack },
];

function shipmentOf({ shop, params }: Call): ShipmentRow {
  const shipment = shop.db.shipments.get(pathInt(params['id'] ?? ''));
  if (shipment === undefined) throw noSuchEntity();
  return shipment;
}

export function renderShipment(shipment: ShipmentRow): JsonObject {
  return {
    billing_address_id: shipment.billing_address_id ?? undefined,
    created_at: shipment.created_at,
    customer_id: shipment.customer_id ?? undefined,
    email_sent: shipment.email_sent ? 1 : undefined,
    entity_id: shipment.entity_id,
    increment_id: shipment.increment_id,
    order_id: shipment.order_id,
    packages: [],
    shipping_address_id: shipment.shipping_address_id ?? undefined,
    store_id: shipment.store_id ?? undefined,
    total_qty: shipment.total_qty ?? undefined,
    updated_at: shipment.updated_at,
    items: shipment.items.map((item) => ({ ...item, weight: item.weight ?? undefined })),
    tracks: shipment.tracks.map((track) => ({ ...track })),
    comments: shipment.comments.map((comment) => ({ ...comment })),
    extension_attributes: shipment.source_code === null ? undefined : { source_code: shipment.source_code },
  };
}

const COLUMNS: Record<string, (shipment: ShipmentRow) => Column> = {
  entity_id: (shipment) => shipment.entity_id,
  increment_id: (shipment) => shipment.increment_id,
  order_id: (shipment) => shipment.order_id,
  store_id: (shipment) => shipment.store_id,
  customer_id: (shipment) => shipment.customer_id,
  total_qty: (shipment) => shipment.total_qty,
  created_at: (shipment) => shipment.created_at,
  updated_at: (shipment) => shipment.updated_at,
};

/** Track numbers and order numbers are no columns: searching by them is an internal error. */
function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const found = search(shop.db.shipments.all(), criteria, {
    knows: (field) => Object.hasOwn(COLUMNS, field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (shipment, field) => COLUMNS[field]?.(shipment),
  });
  return listAnswer(found, criteria, renderShipment);
}

/** The raw entity makes a shipment without touching the order or the stock. */
function createEntity(call: Call): Json {
  const given = call.body['entity'];
  if (given === undefined || given === null) throw required('entity');
  const entity = membersOf(given);
  const { shop } = call;
  const entityId = shop.db.next('shipment');
  const items = Array.isArray(entity['items']) ? entity['items'].map(membersOf) : [];
  const order = shop.db.orders.get(Number(entity['order_id']));
  const shipment: ShipmentRow = {
    entity_id: entityId,
    increment_id: String(shop.db.next(`shipment_increment_${order?.store_id ?? 1}`)).padStart(9, '0'),
    order_id: Number(entity['order_id']),
    store_id: null,
    customer_id: null,
    billing_address_id: null,
    shipping_address_id: null,
    email_sent: false,
    total_qty: null,
    created_at: now(shop),
    updated_at: now(shop),
    items: items.map((item) => ({
      entity_id: shop.db.next('shipment_item'),
      parent_id: entityId,
      order_item_id: Number(item['order_item_id']),
      qty: Number(item['qty']),
    })),
    tracks: [],
    comments: [],
    source_code: null,
  };
  shop.db.shipments.save(shipment);
  call.note('shipment', String(entityId), { raw: true, order_id: shipment.order_id });
  return renderShipment(shipment);
}

function comments(call: Call): Json {
  const shipment = shipmentOf(call);
  const rows = shipment.comments;
  const criteria = criteriaFor('parent_id', String(shipment.entity_id));
  return listAnswer({ rows, totalCount: rows.length }, criteria, (comment) => ({ ...comment }));
}

function addComment(call: Call): Json {
  const shipment = shipmentOf(call);
  const given = call.body['entity'];
  if (given === undefined || given === null) throw required('entity');
  const entity = membersOf(given);
  const flag = (name: string): number | null => (entity[name] === undefined ? null : Number(entity[name]));
  const comment = {
    entity_id: call.shop.db.next('shipment_comment'),
    parent_id: shipment.entity_id,
    comment: typeof entity['comment'] === 'string' ? entity['comment'] : null,
    is_customer_notified: flag('is_customer_notified'),
    is_visible_on_front: flag('is_visible_on_front'),
    created_at: now(call.shop),
  };
  shipment.comments.push(comment);
  call.shop.db.shipments.save(shipment);
  call.note('shipment_comment', String(shipment.entity_id), { comment: comment.comment });
  return { ...comment, created_at: undefined };
}

/** Adding a track moves neither the shipment's nor the order's `updated_at`. */
function addTrack(call: Call): Json {
  const given = call.body['entity'];
  if (given === undefined || given === null) throw required('entity');
  const track = convert(given, TRACK, 'entity') as unknown as Partial<TrackRow>;
  const shipment = call.shop.db.shipments.get(track.parent_id ?? 0);
  const isComplete = track.track_number !== undefined && track.carrier_code !== undefined;
  if (shipment === undefined || shipment.order_id !== track.order_id || !isComplete) {
    throw badRequest('Could not save the shipment tracking.');
  }
  const row = newTrack(call.shop, shipment, track);
  shipment.tracks.push(row);
  call.shop.db.shipments.save(shipment);
  call.note('track', String(row.entity_id), {
    shipment_id: shipment.entity_id,
    track_number: row.track_number,
  });
  return { ...row };
}

/** Answers `true` also for a track that is gone. */
function removeTrack(call: Call): Json {
  const id = pathInt(call.params['id'] ?? '');
  for (const shipment of call.shop.db.shipments.all()) {
    const index = shipment.tracks.findIndex((track) => track.entity_id === id);
    if (index < 0) continue;
    shipment.tracks.splice(index, 1);
    call.shop.db.shipments.save(shipment);
    call.note('track', String(id), { deleted: true });
  }
  return true;
}
