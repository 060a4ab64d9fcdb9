import { Router } from 'express';
import type { Database, Books } from '../database.ts';
import { allocate } from '../allocate.ts';
import type { Allotment } from '../allocate.ts';
import { id } from '../input.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { Refusal } from '../refusal.ts';
import { freeStock, lockProducts } from '../stock.ts';
import { reserveForDelivery } from './reserve.ts';

interface OrderRow {
  id: number;
  name: string;
  state: string;
  on_hold: boolean;
}

/** `POST /orders/{id}/confirm` plans the deliveries; `POST /orders/{id}/cancel` calls off what has not left. */
export function orderVerbs(database: Database): Router {
  const router = Router();
  router.post('/orders/:id/confirm', async (request, response) => {
    const orderId = id.parse(request.params.id);
    response.json(await database.transaction((books) => confirm(books, orderId)));
  });
  router.post('/orders/:id/cancel', async (request, response) => {
    const orderId = id.parse(request.params.id);
    response.json(await database.transaction((books) => cancel(books, orderId)));
  });
  return router;
}

async function confirm(books: Books, orderId: number) {
  const order = await lockOrder(books, orderId);
  if (order.state !== 'draft') {
    throw new Refusal(409, 'order_state', `${order.name} is ${order.state}; only a draft can be confirmed.`);
  }
  if (order.on_hold) throw new Refusal(409, 'order_on_hold', `${order.name} is on hold; release it first.`);
  const lines = await books.rows<{ id: number; product_id: number; quantity: string }>(
    'select id, product_id, quantity from sales_order_line where order_id = $1 order by sequence, id',
    [orderId],
  );
  const productIds = [...new Set(lines.map((line) => line.product_id))];
  await lockProducts(books, productIds);
  const wanted = lines.map((line) => ({
    lineId: line.id,
    productId: line.product_id,
    quantity: parseQuantity(line.quantity),
  }));
  const allotments = allocate(wanted, await freeStock(books, productIds));
  const parcels = Map.groupBy(allotments, (one) => `${one.warehouseId}/${one.reserved}`);
  const deliveries = [];
  for (const parcel of parcels.values()) deliveries.push(await createDelivery(books, orderId, parcel));
  await books.rows(`update sales_order set state = 'confirmed', changed_at = now() where id = $1`, [orderId]);
  return { id: orderId, name: order.name, state: 'confirmed', deliveries };
}

interface Planned {
  id: number;
  name: string;
  state: 'draft' | 'ready';
}

async function createDelivery(books: Books, orderId: number, parcel: Allotment[]): Promise<Planned> {
  const state = parcel[0]?.reserved ? 'ready' : 'draft';
  const [delivery] = await books.rows<Planned>(
    'insert into delivery (warehouse_id, state, origin) values ($1, $2, $3) returning id, name, state',
    [parcel[0]?.warehouseId, state, `sales.order,${orderId}`],
  );
  if (!delivery) throw new Error('The new delivery was not returned.');
  for (const { lineId, quantity } of parcel) {
    await books.rows('insert into delivery_line (delivery_id, order_line_id, quantity) values ($1, $2, $3)', [
      delivery.id,
      lineId,
      formatQuantity(quantity),
    ]);
  }
  if (state === 'ready') await reserveForDelivery(books, delivery.id);
  return delivery;
}

async function cancel(books: Books, orderId: number) {
  const order = await lockOrder(books, orderId);
  if (order.state === 'canceled') return { id: orderId, name: order.name, state: order.state };
  const [shipped] = await books.rows(
    `select from delivery d join delivery_line dl on dl.delivery_id = d.id
       join sales_order_line l on l.id = dl.order_line_id
      where l.order_id = $1 and d.state = 'done' limit 1`,
    [orderId],
  );
  if (shipped) {
    throw new Refusal(409, 'order_shipped', `Goods of ${order.name} have left the house; it needs a return.`);
  }
  // The trigger on the state calls the deliveries off, for this verb and for whoever else cancels.
  await books.rows(`update sales_order set state = 'canceled', changed_at = now() where id = $1`, [orderId]);
  return { id: orderId, name: order.name, state: 'canceled' };
}

async function lockOrder(books: Books, orderId: number): Promise<OrderRow> {
  const [order] = await books.rows<OrderRow>(
    'select id, name, state, on_hold from sales_order where id = $1 for update',
    [orderId],
  );
  if (!order) throw new Refusal(404, 'order_unknown', `There is no sales order ${orderId}.`);
  return order;
}
