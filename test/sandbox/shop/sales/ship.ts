import { decimal, number, round, sum } from '../decimal.ts';
import { hasSourceItems, reserve, sourceItem, stockOfWebsite } from '../inventory/stock.ts';
import { badRequest } from '../rest/errors.ts';
import { incrementPrefix, storeOfOrder } from '../resources/store-data.ts';
import type { Shop } from '../shop.ts';
import { now } from '../shop.ts';
import type { SourceItemRow } from '../state/catalog-rows.ts';
import type { OrderItemRow, OrderRow, ShipmentRow } from '../state/sales-rows.ts';
import { advanceState, shippableQty, takesStock } from './order-state.ts';
import { newTrack } from './tracks.ts';

export interface ShipRequest {
  /** Empty: all that is left. */
  items: { order_item_id: number; qty: number }[];
  notify: boolean;
  comment: { comment: string | null; is_visible_on_front: number } | null;
  tracks: { track_number: string | null; title: string | null; carrier_code: string | null }[];
  sourceCode: string | null;
}

interface Line {
  item: OrderItemRow;
  qty: number;
}

const NO_PRODUCTS = "You can't create a shipment without products.";

/**
 * Ships lines of an order with Magento's habits (FACTS section 4): too much is cut down, foreign lines are
 * dropped while one valid line is there, fractions of an integer line are rounded down, and calling twice
 * ships twice. A refused source has used up a shipment number.
 *
 * @throws RestError 400 with all reasons, one per line
 */
export function ship(shop: Shop, order: OrderRow, request: ShipRequest): ShipmentRow {
  const lines = linesOf(order, request);
  const errors = [
    ...orderErrors(order),
    ...(lines.length === 0 ? [NO_PRODUCTS] : []),
    ...bundleErrors(order, request),
  ];
  if (request.tracks.some(({ track_number }) => (track_number ?? '') === '')) {
    errors.push('Please enter a tracking number.');
  }
  if (errors.length > 0) throw badRequest(['Shipment Document Validation Error(s):', ...errors].join('\n'));
  const entityId = shop.db.next('shipment');
  const number9 = String(shop.db.next(`shipment_increment_${order.store_id}`)).padStart(9, '0');
  const sourceCode = request.sourceCode ?? 'default';
  const deductions = deductionsOf(shop, order, lines, sourceCode);
  const shipment: ShipmentRow = {
    entity_id: entityId,
    increment_id: order.store_id === 1 ? number9 : `${incrementPrefix(order.store_id)}${number9}`,
    order_id: order.entity_id,
    store_id: order.store_id,
    customer_id: order.customer_id,
    billing_address_id: order.billing_address.entity_id,
    shipping_address_id: order.shipping_address?.entity_id ?? null,
    email_sent: request.notify,
    total_qty: sum(lines.map(({ qty }) => qty)),
    created_at: now(shop),
    updated_at: now(shop),
    items: withSeparateParents(order, lines).map(({ item, qty }) => ({
      entity_id: shop.db.next('shipment_item'),
      parent_id: entityId,
      order_item_id: item.order_item_id,
      qty,
      name: item.name,
      price: item.price,
      product_id: item.product_id,
      sku: item.sku,
      weight: item.weight,
    })),
    tracks: [],
    comments: [],
    source_code: sourceCode,
  };
  for (const track of request.tracks) shipment.tracks.push(newTrack(shop, shipment, { ...track }));
  if (request.comment !== null) {
    shipment.comments.push({
      entity_id: shop.db.next('shipment_comment'),
      parent_id: entityId,
      ...request.comment,
      is_customer_notified: request.notify ? 1 : 0,
      created_at: now(shop),
    });
  }
  shop.db.shipments.save(shipment);
  for (const { row, quantity } of deductions) {
    row.quantity = number(decimal(row.quantity) - decimal(quantity));
    shop.db.sourceItems.save(row);
  }
  compensate(shop, order, lines);
  // A bundle that ships in parts counts each shipment as one of it, also beyond what was ordered (FACTS section 4).
  for (const { item, qty } of withSeparateParents(order, lines))
    if (!lines.some((line) => line.item === item)) item.qty_shipped = sum([item.qty_shipped, qty]);
  advanceState(shop, order, false);
  return shipment;
}

function linesOf(order: OrderRow, request: ShipRequest): Line[] {
  if (request.items.length === 0) {
    return order.items.map((item) => ({ item, qty: shippableQty(order, item) })).filter(({ qty }) => qty > 0);
  }
  const lines: Line[] = [];
  for (const item of order.items) {
    const wanted = sum(
      request.items.filter(({ order_item_id }) => order_item_id === item.order_item_id).map(({ qty }) => qty),
    );
    const open = shippableQty(order, item);
    if (wanted <= 0 || open <= 0) continue;
    const whole = item.is_qty_decimal ? number(round(decimal(wanted), 4)) : Math.floor(wanted);
    lines.push({ item, qty: Math.min(open, whole) });
  }
  return lines;
}

/** Parts of a bundle that ships separately bring its parent along, as one piece that does not count. */
function withSeparateParents(order: OrderRow, lines: readonly Line[]): Line[] {
  const result: Line[] = [];
  for (const line of lines) {
    const parent = order.items.find(({ order_item_id }) => order_item_id === line.item.parent_order_item_id);
    if (parent !== undefined && !result.some(({ item }) => item === parent))
      result.push({ item: parent, qty: 1 });
    result.push(line);
  }
  return result;
}

function orderErrors(order: OrderRow): string[] {
  if (['holded', 'canceled', 'payment_review'].includes(order.state) || order.shipping_address === null) {
    return [`A shipment cannot be created when an order has a status of ${order.status}`];
  }
  const hasOpen = order.items.some((item) => shippableQty(order, item) > 0);
  return hasOpen ? [] : ['The order does not allow a shipment to be created.'];
}

function bundleErrors(order: OrderRow, request: ShipRequest): string[] {
  const wanted = new Set(request.items.map(({ order_item_id }) => order_item_id));
  const errors: string[] = [];
  for (const item of order.items) {
    const bundle =
      item.product_type === 'bundle'
        ? item
        : order.items.find(
            ({ order_item_id, product_type }) =>
              order_item_id === item.parent_order_item_id && product_type === 'bundle',
          );
    if (bundle === undefined || !wanted.has(item.order_item_id)) continue;
    if (bundle === item && bundle.ship_separately) {
      errors.push(
        `Cannot create shipment as bundle product "${bundle.sku}" has shipment type "Separately". Bundle product options should be shipped instead.`,
      );
    }
    if (bundle !== item && !bundle.ship_separately) {
      errors.push(
        `Cannot create shipment as bundle product "${bundle.sku}" has shipment type "Together". Bundle product itself should be shipped instead.`,
      );
    }
  }
  return errors;
}

/** Pieces per SKU that leave the building: a parent ships its parts in proportion. */
function pieces(order: OrderRow, lines: readonly Line[]): Map<string, { item: OrderItemRow; qty: number }> {
  const result = new Map<string, { item: OrderItemRow; qty: number }>();
  for (const { item, qty } of lines) {
    const children = order.items.filter(
      ({ parent_order_item_id }) => parent_order_item_id === item.order_item_id,
    );
    const parts =
      children.length === 0
        ? [{ part: item, share: qty }]
        : children.map((part) => ({
            part,
            share: number((decimal(part.qty_ordered) * decimal(qty)) / decimal(item.qty_ordered)),
          }));
    for (const { part, share } of parts) {
      if (!takesStock(order, part) || !hasSourceItems(part.product_type) || part.is_virtual) continue;
      const before = result.get(part.sku)?.qty ?? 0;
      result.set(part.sku, { item: part, qty: sum([before, share]) });
    }
  }
  return result;
}

function deductionsOf(
  shop: Shop,
  order: OrderRow,
  lines: readonly Line[],
  sourceCode: string,
): { row: SourceItemRow; quantity: number }[] {
  const source = shop.db.sources.get(sourceCode);
  return [...pieces(order, lines)].map(([sku, { qty }]) => {
    const row = sourceItem(shop.db, sourceCode, sku);
    if (source?.enabled !== true || row === undefined || row.quantity < qty) {
      throw badRequest('Could not save a shipment, see error log for details');
    }
    return { row, quantity: qty };
  });
}

function compensate(shop: Shop, order: OrderRow, lines: readonly Line[]): void {
  const stock = stockOfWebsite(shop.db, storeOfOrder(order.store_id).websiteCode);
  for (const [sku, { qty }] of pieces(order, lines)) {
    const metadata = {
      event_type: 'shipment_created',
      object_id: `${order.entity_id}`,
      object_increment_id: order.increment_id,
    };
    reserve(shop.db, { stock_id: stock?.stock_id ?? 1, sku, quantity: qty, metadata });
  }
  for (const { item, qty } of lines) {
    item.qty_shipped = sum([item.qty_shipped, qty]);
    item.updated_at = now(shop);
  }
}
