import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { code, moment, notNegative, positive, sku } from '../input.ts';
import { idOfCode, productBySku } from '../lookups.ts';

const price = z.strictObject({
  amount: notNegative,
  list: code.default('BASE'),
  minQuantity: positive.default('1.0000'),
  from: moment.nullable().default(null),
  to: moment.nullable().default(null),
});

/** `POST /products/{sku}/price` sets the price of one list, quantity and period; others stay as they are. */
export function priceVerbs(database: Database): Router {
  const router = Router();
  router.post('/products/:sku/price', async (request, response) => {
    const input = price.parse(request.body);
    const name = sku.parse(request.params.sku);
    await database.transaction((books) => setPrice(books, name, input));
    response.json({ sku: name, ...input });
  });
  return router;
}

/** Writes the item and then the day of its change: two updates of a row in one transaction, as many ERPs do. */
export async function setPrice(books: Books, sku: string, input: z.input<typeof price>): Promise<void> {
  const { amount, list, minQuantity, from, to } = price.parse(input);
  const product = await productBySku(books, sku);
  const [item] = await books.rows<{ id: number }>(
    `insert into price_item (price_list_id, product_id, min_quantity, amount, valid_from, valid_to)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (price_list_id, product_id, template_id, min_quantity, valid_from, valid_to)
     do update set amount = excluded.amount
     returning id`,
    [await idOfCode(books, 'price_list', list), product.id, minQuantity, amount, from, to],
  );
  await books.rows('update price_item set changed_at = now() where id = $1', [item?.id]);
}
