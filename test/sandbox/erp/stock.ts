import type { Books } from './database.ts';
import { outside } from './lookups.ts';
import { formatQuantity, parseQuantity, smaller } from './quantity.ts';
import type { TenThousandths } from './quantity.ts';
import { Refusal } from './refusal.ts';

/**
 * Goods move between bins; nothing else changes stock. Every verb that reads a balance in order to change it
 * first locks the products concerned, in the order of their ids, so that two of them neither promise the same
 * piece twice nor wait for each other for ever.
 */
export async function lockProducts(books: Books, productIds: number[]): Promise<void> {
  await books.rows('select id from product where id = any($1) order by id for no key update', [productIds]);
}

interface Bin {
  location_id: number;
  quantity: string;
}

/** Bins of a warehouse that goods are sold from, the fullest first; those without the product count zero. */
async function bins(books: Books, productId: number, warehouseId: number): Promise<Bin[]> {
  return books.rows<Bin>(
    `select l.id as location_id, coalesce(b.quantity, 0)::numeric(16,4) as quantity
       from location l left join bin_balance b on b.location_id = l.id and b.product_id = $1
      where l.warehouse_id = $2 and l.kind = 'internal'
      order by 2 desc, l.code`,
    [productId, warehouseId],
  );
}

export interface Movement {
  productId: number;
  warehouseId: number;
  uomId: number;
  quantity: TenThousandths;
  origin: string | null;
}

/** Puts goods into the bin that already holds most of the product. Quantity in the unit `uomId`. */
export async function putAway(
  books: Books,
  from: 'supplier' | 'adjustment',
  { productId, warehouseId, uomId, quantity, origin }: Movement,
): Promise<void> {
  const [bin] = await bins(books, productId, warehouseId);
  if (!bin) throw new Refusal(409, 'location_missing', 'The warehouse has no bin to put the goods into.');
  await books.rows(
    `insert into stock_move (product_id, uom_id, from_location_id, to_location_id, quantity, state, done_at, origin)
     values ($1, $2, $3, $4, $5, 'done', now(), $6)`,
    [productId, uomId, await outside(books, from), bin.location_id, formatQuantity(quantity), origin],
  );
}

/** Takes goods out of as many bins as it needs. Quantity in the product's own unit; refuses what is not there. */
export async function takeOut(
  books: Books,
  to: 'customer' | 'adjustment',
  { productId, warehouseId, uomId, quantity, origin }: Movement,
): Promise<void> {
  let missing = quantity;
  const destination = await outside(books, to);
  for (const bin of await bins(books, productId, warehouseId)) {
    const taken = smaller(missing, parseQuantity(bin.quantity));
    if (taken <= 0n) break;
    await books.rows(
      `insert into stock_move (product_id, uom_id, from_location_id, to_location_id, quantity, state, done_at, origin)
       values ($1, $2, $3, $4, $5, 'done', now(), $6)`,
      [productId, uomId, bin.location_id, destination, formatQuantity(taken), origin],
    );
    missing -= taken;
  }
  if (missing > 0n) {
    const short = formatQuantity(missing);
    throw new Refusal(
      409,
      'stock_short',
      `The warehouse lacks ${short} of what is to leave; receive goods first.`,
    );
  }
}

/** What lies in the bins of a warehouse, promised or not. */
export async function physicalStock(
  books: Books,
  productId: number,
  warehouseId: number,
): Promise<TenThousandths> {
  const found = await bins(books, productId, warehouseId);
  return found.reduce((sum, bin) => sum + parseQuantity(bin.quantity), 0n);
}

export interface FreeStock {
  productId: number;
  warehouseId: number;
  quantity: TenThousandths;
}

/** Per product and warehouse what nobody has been promised, warehouses in the order of their codes. */
export async function freeStock(books: Books, productIds: number[]): Promise<FreeStock[]> {
  const rows = await books.rows<{ product_id: number; warehouse_id: number; quantity: string }>(
    `select p.id as product_id, w.id as warehouse_id,
            (coalesce((select sum(b.quantity) from bin_balance b join location l on l.id = b.location_id
                        where b.product_id = p.id and l.warehouse_id = w.id and l.kind = 'internal'), 0)
             - coalesce((select sum(r.quantity) from reservation r
                          where r.product_id = p.id and r.warehouse_id = w.id), 0))::numeric(16,4) as quantity
       from product p cross join warehouse w
      where p.id = any($1)
      order by w.code, p.id`,
    [productIds],
  );
  return rows.map((row) => ({
    productId: row.product_id,
    warehouseId: row.warehouse_id,
    quantity: parseQuantity(row.quantity),
  }));
}
