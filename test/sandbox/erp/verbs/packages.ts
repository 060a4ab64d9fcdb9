import type { Books } from '../database.ts';
import { idOfCode } from '../lookups.ts';
import { Refusal } from '../refusal.ts';

export interface Parcel {
  deliveryId: number;
  orderId: number;
  /** Code of the carrier; absent: the one the order was sold with. */
  carrier?: string | undefined;
  service?: string | undefined;
  /** Absent: the carrier will tell it later. */
  trackingNumber?: string | undefined;
}

/** Packs all lines of a delivery into one package. */
export async function packDelivery(books: Books, parcel: Parcel): Promise<{ packageId: number }> {
  const { carrierId, serviceId } = await carrierOf(books, parcel);
  const [made] = await books.rows<{ id: number }>(
    'insert into package (carrier_id, carrier_service_id, tracking_number) values ($1, $2, $3) returning id',
    [carrierId, serviceId, parcel.trackingNumber ?? null],
  );
  if (!made) throw new Error('The new package was not returned.');
  await books.rows(
    `insert into package_line (package_id, delivery_line_id, quantity)
     select $1, id, quantity from delivery_line where delivery_id = $2`,
    [made.id, parcel.deliveryId],
  );
  return { packageId: made.id };
}

async function carrierOf(
  books: Books,
  { orderId, carrier, service }: Parcel,
): Promise<{ carrierId: number; serviceId: number | null }> {
  if (carrier === undefined) {
    const [sold] = await books.rows<{ carrier_id: number; id: number }>(
      `select s.carrier_id, s.id from sales_order o join carrier_service s on s.id = o.carrier_service_id
        where o.id = $1`,
      [orderId],
    );
    if (!sold) throw new Refusal(400, 'carrier_missing', 'The order names no carrier; say which one.');
    return { carrierId: sold.carrier_id, serviceId: sold.id };
  }
  const carrierId = await idOfCode(books, 'carrier', carrier);
  if (service === undefined) return { carrierId, serviceId: null };
  const [found] = await books.rows<{ id: number }>(
    'select id from carrier_service where carrier_id = $1 and code = $2',
    [carrierId, service],
  );
  if (!found) throw new Refusal(404, 'service_unknown', `Carrier ${carrier} has no service ${service}.`);
  return { carrierId, serviceId: found.id };
}
