import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { id, positive } from '../input.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { Refusal } from '../refusal.ts';

const invoicing = z.strictObject({
  lines: z
    .array(z.strictObject({ line: id, quantity: positive }))
    .nonempty()
    .optional(),
});

/** `POST /orders/{id}/invoice`: charges what `lines` names, or all that is not charged yet. */
export function invoiceVerb(database: Database): Router {
  const router = Router();
  router.post('/orders/:id/invoice', async (request, response) => {
    const orderId = id.parse(request.params.id);
    const { lines } = invoicing.parse(request.body ?? {});
    response.json(await database.transaction((books) => invoice(books, orderId, lines)));
  });
  return router;
}

async function invoice(books: Books, orderId: number, wanted: z.infer<typeof invoicing>['lines']) {
  const [order] = await books.rows<{ name: string; state: string }>(
    'select name, state from sales_order where id = $1 for update',
    [orderId],
  );
  if (!order) throw new Refusal(404, 'order_unknown', `There is no sales order ${orderId}.`);
  if (order.state !== 'confirmed' && order.state !== 'done')
    throw new Refusal(
      409,
      'order_state',
      `${order.name} is ${order.state}; only what is confirmed is charged.`,
    );
  const open = await openLines(books, orderId);
  const lines = (
    wanted ?? [...open].map(([line, quantity]) => ({ line, quantity: formatQuantity(quantity) }))
  )
    .map(({ line, quantity }) => ({ line, quantity: parseQuantity(quantity) }))
    .filter(({ quantity }) => quantity > 0n);
  const tooMuch = lines.find(({ line, quantity }) => quantity > (open.get(line) ?? 0n));
  if (lines.length === 0 || tooMuch)
    throw new Refusal(
      409,
      'line_quantity',
      `${order.name} has no more to charge of ${tooMuch?.line ?? 'any line'}.`,
    );
  const [made] = await books.rows<{ id: number; name: string }>(
    'insert into invoice (order_id) values ($1) returning id, name',
    [orderId],
  );
  for (const { line, quantity } of lines)
    await books.rows('insert into invoice_line (invoice_id, order_line_id, quantity) values ($1, $2, $3)', [
      made!.id,
      line,
      formatQuantity(quantity),
    ]);
  return made!;
}

/** What is not charged yet, by line. */
async function openLines(books: Books, orderId: number): Promise<Map<number, bigint>> {
  const rows = await books.rows<{ id: number; open: string }>(
    `select l.id, (l.quantity - coalesce(sum(i.quantity), 0))::numeric(16, 4)::text as open
       from sales_order_line l left join invoice_line i on i.order_line_id = l.id
      where l.order_id = $1 group by l.id order by l.id`,
    [orderId],
  );
  return new Map(rows.map(({ id: line, open }) => [line, parseQuantity(open)]));
}
