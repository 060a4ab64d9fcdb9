import type { Books } from './database.ts';
import { Refusal } from './refusal.ts';

/** Codes and SKUs of a request to ids of the books; what is unknown is refused by name. */

export interface Product {
  id: number;
  template_id: number;
  uom_id: number;
}

export async function productBySku(books: Books, sku: string): Promise<Product> {
  const [product] = await books.rows<Product>(
    `select p.id, p.template_id, t.uom_id
       from product p join product_template t on t.id = p.template_id where p.sku = $1`,
    [sku],
  );
  if (!product) throw new Refusal(404, 'product_unknown', `There is no product with SKU ${sku}.`);
  return product;
}

/** Tables that name their rows by a code. The names are ours, never a caller's. */
type CodeTable = 'warehouse' | 'uom' | 'tax_class' | 'carrier' | 'price_list' | 'channel';

export async function idOfCode(books: Books, table: CodeTable, code: string): Promise<number> {
  const [row] = await books.rows<{ id: number }>(`select id from ${table} where code = $1`, [code]);
  if (!row) {
    const name = table.replace('_', ' ');
    throw new Refusal(404, `${table}_unknown`, `There is no ${name} with code ${code}.`);
  }
  return row.id;
}

/** The place outside the house that goods come from or go to. */
export async function outside(books: Books, kind: 'supplier' | 'customer' | 'adjustment'): Promise<number> {
  const [row] = await books.rows<{ id: number }>(
    'select id from location where kind = $1 order by code limit 1',
    [kind],
  );
  if (!row) throw new Refusal(409, 'location_missing', `The books have no ${kind} location; run the seed.`);
  return row.id;
}
