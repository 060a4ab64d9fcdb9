import type { Shop } from '../shop.ts';
import { now } from '../shop.ts';
import type { ShipmentRow, TrackRow } from '../state/sales-rows.ts';

/** A new track of a shipment. The same number twice makes two tracks (FACTS section 4). */
export function newTrack(
  shop: Shop,
  shipment: ShipmentRow,
  given: { [Member in keyof TrackRow]?: TrackRow[Member] | null },
): TrackRow {
  return {
    entity_id: shop.db.next('track'),
    order_id: shipment.order_id,
    parent_id: shipment.entity_id,
    created_at: now(shop),
    updated_at: now(shop),
    weight: given.weight ?? null,
    qty: given.qty ?? null,
    description: given.description ?? null,
    track_number: given.track_number ?? '',
    title: given.title ?? null,
    carrier_code: given.carrier_code ?? '',
  };
}
