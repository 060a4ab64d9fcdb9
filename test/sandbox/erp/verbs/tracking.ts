import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { id, trackingNumber } from '../input.ts';
import { Refusal } from '../refusal.ts';

const tracking = z.strictObject({ trackingNumber });

/** `POST /deliveries/{id}/tracking`: the carrier tells the number only after the parcel has left. */
export function trackingVerb(database: Database): Router {
  const router = Router();
  router.post('/deliveries/:id/tracking', async (request, response) => {
    const deliveryId = id.parse(request.params.id);
    const input = tracking.parse(request.body);
    response.json(await database.transaction((books) => track(books, deliveryId, input.trackingNumber)));
  });
  return router;
}

interface PackageRow {
  id: number;
  tracking_number: string | null;
}

async function track(books: Books, deliveryId: number, number: string) {
  const packages = await books.rows<PackageRow>(
    `select k.id, k.tracking_number from package k
      where k.id in (select pl.package_id from package_line pl
                       join delivery_line dl on dl.id = pl.delivery_line_id where dl.delivery_id = $1)
      order by k.id for update of k`,
    [deliveryId],
  );
  if (packages.length === 0) {
    throw new Refusal(404, 'package_unknown', `Delivery ${deliveryId} has no package; ship it first.`);
  }
  const said = packages.find((one) => one.tracking_number === number);
  if (said) return { packageId: said.id, trackingNumber: number };
  const open = packages.find((one) => one.tracking_number === null);
  if (!open) {
    throw new Refusal(
      409,
      'tracking_known',
      `Every package of delivery ${deliveryId} has its number already.`,
    );
  }
  await books.rows('update package set tracking_number = $2, changed_at = now() where id = $1', [
    open.id,
    number,
  ]);
  return { packageId: open.id, trackingNumber: number };
}
