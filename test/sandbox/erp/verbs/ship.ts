import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { code, id, positive, trackingNumber } from '../input.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { Refusal } from '../refusal.ts';
import { lockProducts, takeOut } from '../stock.ts';
import { splitOff } from './backorder.ts';
import type { PickedLine } from './backorder.ts';
import { packDelivery } from './packages.ts';

const shipping = z.strictObject({
  lines: z
    .array(z.strictObject({ line: id, quantity: positive }))
    .nonempty()
    .optional(),
  carrier: code.optional(),
  service: code.optional(),
  trackingNumber: trackingNumber.optional(),
});

type Shipping = z.infer<typeof shipping>;

/**
 * `POST /deliveries/{id}/ship`: goods issue, package and state of the delivery in one transaction. Whoever sees
 * one of them sees all. What is not listed in `lines` stays behind on a delivery of its own.
 */
export function shipVerb(database: Database): Router {
  const router = Router();
  router.post('/deliveries/:id/ship', async (request, response) => {
    const deliveryId = id.parse(request.params.id);
    const input = shipping.parse(request.body ?? {});
    response.json(await database.transaction((books) => ship(books, deliveryId, input)));
  });
  return router;
}

interface DeliveryRow {
  id: number;
  name: string;
  state: string;
  warehouse_id: number;
}

async function ship(books: Books, deliveryId: number, input: Shipping) {
  // The order before its deliveries, as everywhere else: two verbs on one order wait, and never for each other.
  const orderId = await lockOrder(books, deliveryId);
  const delivery = await lockDelivery(books, deliveryId);
  const lines = await linesOf(books, deliveryId);
  const picked = pick(delivery.name, lines, input.lines);
  const backorder = await splitOff(books, delivery.id, picked);
  const shipped = picked.filter((line) => line.shipped > 0n);

  await lockProducts(books, [...new Set(shipped.map((line) => line.productId))]);
  await books.rows('delete from reservation where delivery_line_id = any($1)', [
    shipped.map((line) => line.id),
  ]);
  for (const line of shipped) {
    await takeOut(books, 'customer', {
      productId: line.productId,
      warehouseId: delivery.warehouse_id,
      uomId: line.uomId,
      quantity: line.shipped,
      origin: `delivery,${delivery.id}`,
    });
  }
  const parcel = await packDelivery(books, { deliveryId, orderId, ...input });
  // The state first, the day of the change after it: the row is written twice, as by many an object mapper.
  await books.rows(`update delivery set state = 'done', shipped_at = now() where id = $1`, [delivery.id]);
  await books.rows('update delivery set changed_at = now() where id = $1', [delivery.id]);
  await closeOrder(books, orderId);
  return { id: delivery.id, name: delivery.name, state: 'done', ...parcel, backorder };
}

async function lockDelivery(books: Books, deliveryId: number): Promise<DeliveryRow> {
  const [delivery] = await books.rows<DeliveryRow>(
    'select id, name, state, warehouse_id from delivery where id = $1 for update',
    [deliveryId],
  );
  if (!delivery) throw new Refusal(404, 'delivery_unknown', `There is no delivery ${deliveryId}.`);
  if (delivery.state !== 'ready') {
    const request =
      delivery.state === 'draft' ? 'it waits for goods: receive them' : 'only a ready one can be shipped';
    throw new Refusal(409, 'delivery_state', `${delivery.name} is ${delivery.state}; ${request}.`);
  }
  return delivery;
}

interface Line {
  id: number;
  product_id: number;
  uom_id: number;
  quantity: string;
}

async function linesOf(books: Books, deliveryId: number): Promise<Line[]> {
  return books.rows<Line>(
    `select dl.id, l.product_id, l.uom_id, dl.quantity
       from delivery_line dl join sales_order_line l on l.id = dl.order_line_id
      where dl.delivery_id = $1 order by dl.id`,
    [deliveryId],
  );
}

async function lockOrder(books: Books, deliveryId: number): Promise<number> {
  const [order] = await books.rows<{ id: number; name: string; on_hold: boolean }>(
    `select id, name, on_hold from sales_order
      where id = (select l.order_id from delivery_line dl join sales_order_line l on l.id = dl.order_line_id
                   where dl.delivery_id = $1 limit 1)
        for update`,
    [deliveryId],
  );
  if (!order)
    throw new Refusal(404, 'delivery_unknown', `There is no delivery ${deliveryId} with lines to ship.`);
  if (order.on_hold) throw new Refusal(409, 'order_on_hold', `${order.name} is on hold; release it first.`);
  return order.id;
}

function pick(deliveryName: string, lines: Line[], wanted: Shipping['lines']): PickedLine[] {
  const asked = new Map(wanted?.map(({ line, quantity }) => [line, parseQuantity(quantity)]));
  if (wanted && asked.size !== wanted.length) {
    throw new Refusal(400, 'line_twice', 'Each line may be listed once.');
  }
  const picked = lines.map((line) => {
    const planned = parseQuantity(line.quantity);
    const shipped = wanted ? (asked.get(line.id) ?? 0n) : planned;
    asked.delete(line.id);
    if (shipped > planned) {
      const message = `Line ${line.id} of ${deliveryName} has ${line.quantity}, not ${formatQuantity(shipped)}.`;
      throw new Refusal(409, 'line_quantity', message);
    }
    return { id: line.id, productId: line.product_id, uomId: line.uom_id, planned, shipped };
  });
  const [unknown] = asked.keys();
  if (unknown !== undefined) {
    throw new Refusal(404, 'line_unknown', `${deliveryName} has no line ${unknown}.`);
  }
  return picked;
}

/** An order is done when all of it has been delivered. */
async function closeOrder(books: Books, orderId: number): Promise<void> {
  await books.rows(
    `update sales_order o set state = 'done', changed_at = now()
      where o.id = $1 and o.state = 'confirmed' and not exists (
        select from sales_order_line l
         where l.order_id = o.id and l.quantity > coalesce((
           select sum(dl.quantity) from delivery_line dl join delivery d on d.id = dl.delivery_id
            where dl.order_line_id = l.id and d.state = 'done'), 0))`,
    [orderId],
  );
}
