import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { id, positive } from '../input.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { Refusal } from '../refusal.ts';

const refunding = z.strictObject({
  lines: z
    .array(z.strictObject({ line: id, quantity: positive, returned: z.boolean().optional() }))
    .nonempty(),
  /** What is paid back of the shipping. */
  shipping: z.number().nonnegative().optional(),
});
type Refunding = z.infer<typeof refunding>;

/** `POST /orders/{id}/refund`: pays back what `lines` names, as far as it was charged. */
export function refundVerb(database: Database): Router {
  const router = Router();
  router.post('/orders/:id/refund', async (request, response) => {
    const orderId = id.parse(request.params.id);
    const input = refunding.parse(request.body ?? {});
    response.json(await database.transaction((books) => refund(books, orderId, input)));
  });
  return router;
}

async function refund(books: Books, orderId: number, { lines, shipping = 0 }: Refunding) {
  const [order] = await books.rows<{ name: string }>(
    'select name from sales_order where id = $1 for update',
    [orderId],
  );
  if (!order) throw new Refusal(404, 'order_unknown', `There is no sales order ${orderId}.`);
  const open = await chargedLines(books, orderId);
  for (const { line, quantity } of lines)
    if (parseQuantity(quantity) > (open.get(line) ?? 0n))
      throw new Refusal(409, 'line_quantity', `${order.name} has no more to pay back of ${line}.`);
  const [made] = await books.rows<{ id: number; name: string }>(
    'insert into credit_note (order_id, shipping) values ($1, $2) returning id, name',
    [orderId, shipping],
  );
  for (const { line, quantity, returned = false } of lines)
    await books.rows(
      'insert into credit_note_line (credit_note_id, order_line_id, quantity, returned) values ($1, $2, $3, $4)',
      [made!.id, line, formatQuantity(parseQuantity(quantity)), returned],
    );
  return made!;
}

/** What was charged and not paid back, by line. */
async function chargedLines(books: Books, orderId: number): Promise<Map<number, bigint>> {
  const rows = await books.rows<{ id: number; open: string }>(
    `select l.id,
            (coalesce((select sum(i.quantity) from invoice_line i where i.order_line_id = l.id), 0)
             - coalesce((select sum(c.quantity) from credit_note_line c where c.order_line_id = l.id), 0)
            )::numeric(16, 4)::text as open
       from sales_order_line l where l.order_id = $1`,
    [orderId],
  );
  return new Map(rows.map(({ id: line, open }) => [line, parseQuantity(open)]));
}
