import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { code, notNegative, sku } from '../input.ts';
import { idOfCode, productBySku } from '../lookups.ts';
import { setPrice } from './prices.ts';

const attributes = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string().min(1));

const create = z.strictObject({
  sku,
  name: z.string().trim().min(1).max(255),
  description: z.string().nullable().default(null),
  weight: notNegative.default('0.0000'),
  weightUnit: code.default('KG'),
  unit: code.default('PCE'),
  taxClass: code.default('GOODS'),
  price: notNegative,
  priceList: code.default('BASE'),
  attributes: attributes.default({}),
  properties: attributes.default({}),
});

const change = z.strictObject({
  name: create.shape.name.optional(),
  description: z.string().nullable().optional(),
  weight: notNegative.optional(),
  active: z.boolean().optional(),
  blocked: z.boolean().optional(),
  attributes: attributes.optional(),
});

/** `POST /products` makes a template with one variant, its price, and a stocking rule for every warehouse. */
export function productVerbs(database: Database): Router {
  const router = Router();
  router.post('/products', async (request, response) => {
    const product = await database.transaction((books) => createProduct(books, request.body));
    response.status(201).json(product);
  });
  router.patch('/products/:sku', async (request, response) => {
    const input = change.parse(request.body);
    const product = await database.transaction((books) => changeProduct(books, request.params.sku, input));
    response.json(product);
  });
  return router;
}

export async function createProduct(
  books: Books,
  asked: z.input<typeof create>,
): Promise<{ id: number; sku: string }> {
  const input = create.parse(asked);
  const [template] = await books.rows<{ id: number }>(
    `insert into product_template (name, description, weight, weight_uom_id, uom_id, tax_class_id)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [
      input.name,
      input.description,
      input.weight,
      await idOfCode(books, 'uom', input.weightUnit),
      await idOfCode(books, 'uom', input.unit),
      await idOfCode(books, 'tax_class', input.taxClass),
    ],
  );
  const [product] = await books.rows<{ id: number; sku: string }>(
    'insert into product (template_id, sku) values ($1, $2) returning id, sku',
    [template?.id, input.sku],
  );
  if (!product) throw new Error('The new product was not returned.');
  await books.rows('insert into stocking_rule (product_id, warehouse_id) select $1, id from warehouse', [
    product.id,
  ]);
  await setPrice(books, product.sku, { amount: input.price, list: input.priceList });
  await setAttributes(books, product.id, input.attributes);
  for (const [field, value] of Object.entries(input.properties)) {
    await books.rows('insert into property (origin, field, value) values ($1, $2, $3)', [
      `product,${product.id}`,
      field,
      value,
    ]);
  }
  return product;
}

async function changeProduct(
  books: Books,
  sku: string,
  input: z.infer<typeof change>,
): Promise<{ id: number; sku: string }> {
  const product = await productBySku(books, sku);
  await books.rows(
    `update product_template
        set name = coalesce($2, name), description = case when $3 then $4 else description end,
            weight = coalesce($5, weight), changed_at = now()
      where id = $1`,
    [
      product.template_id,
      input.name,
      input.description !== undefined,
      input.description ?? null,
      input.weight,
    ],
  );
  await books.rows(
    `update product set active = coalesce($2, active), blocked = coalesce($3, blocked), changed_at = now()
      where id = $1`,
    [product.id, input.active, input.blocked],
  );
  if (input.attributes) await setAttributes(books, product.id, input.attributes);
  return { id: product.id, sku };
}

/** Takes the given attributes as the whole truth: others are unset. */
async function setAttributes(books: Books, productId: number, wanted: Record<string, string>): Promise<void> {
  await books.rows('delete from product_attribute_value where product_id = $1', [productId]);
  for (const [code, value] of Object.entries(wanted)) {
    await books.rows('insert into attribute (code) values ($1) on conflict do nothing', [code]);
    await books.rows(
      `insert into attribute_value (attribute_id, value)
       select id, $2 from attribute where code = $1 on conflict do nothing`,
      [code, value],
    );
    await books.rows(
      `insert into product_attribute_value (product_id, attribute_value_id)
       select $1, v.id from attribute_value v join attribute a on a.id = v.attribute_id
        where a.code = $2 and v.value = $3`,
      [productId, code, value],
    );
  }
}
