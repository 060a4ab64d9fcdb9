import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { code, id, positive, sku } from '../input.ts';
import { idOfCode, productBySku } from '../lookups.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { Refusal } from '../refusal.ts';
import { freeStock, lockProducts } from '../stock.ts';
import { readyWaitingDeliveries } from './waiting.ts';

const reservation = z.strictObject({
  sku,
  warehouse: code,
  quantity: positive,
  channel: code.default('MARKET'),
  reference: z.string().max(80).nullable().default(null),
});

/** Another channel holds stock (`POST /reservations`) and lets it go (`DELETE`): the row is deleted, not closed. */
export function reservationVerbs(database: Database): Router {
  const router = Router();
  router.post('/reservations', async (request, response) => {
    const input = reservation.parse(request.body);
    response.status(201).json(await database.transaction((books) => reserve(books, input)));
  });
  router.delete('/reservations/:id', async (request, response) => {
    const reservationId = id.parse(request.params.id);
    await database.transaction((books) => release(books, reservationId));
    response.status(204).end();
  });
  return router;
}

async function reserve(books: Books, input: z.infer<typeof reservation>) {
  const product = await productBySku(books, input.sku);
  const warehouseId = await idOfCode(books, 'warehouse', input.warehouse);
  const channelId = await idOfCode(books, 'channel', input.channel);
  await lockProducts(books, [product.id]);
  const place = (await freeStock(books, [product.id])).find((one) => one.warehouseId === warehouseId);
  const free = place?.quantity ?? 0n;
  if (free < parseQuantity(input.quantity)) {
    const there = `${formatQuantity(free)} of ${input.sku} free at ${input.warehouse}`;
    throw new Refusal(409, 'stock_short', `There is only ${there}.`);
  }
  const [row] = await books.rows<{ id: number }>(
    `insert into reservation (product_id, warehouse_id, channel_id, quantity, reference)
     values ($1, $2, $3, $4, $5) returning id`,
    [product.id, warehouseId, channelId, input.quantity, input.reference],
  );
  return { id: row?.id, ...input };
}

async function release(books: Books, reservationId: number): Promise<void> {
  const [row] = await books.rows<{ warehouse_id: number }>(
    'delete from reservation where id = $1 and delivery_line_id is null returning warehouse_id',
    [reservationId],
  );
  if (!row) {
    const message = `There is no reservation ${reservationId} of another channel.`;
    throw new Refusal(404, 'reservation_unknown', message);
  }
  await readyWaitingDeliveries(books, row.warehouse_id);
}
