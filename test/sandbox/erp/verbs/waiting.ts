import type { Books } from '../database.ts';
import { parseQuantity } from '../quantity.ts';
import { freeStock, lockProducts } from '../stock.ts';
import { reserveForDelivery } from './reserve.ts';

interface WaitingLine {
  delivery_id: number;
  name: string;
  product_id: number;
  quantity: string;
}

/**
 * Reserves for the deliveries that wait at a warehouse, the oldest first, each wholly or not at all.
 * Gives the names of those that became ready.
 */
export async function readyWaitingDeliveries(books: Books, warehouseId: number): Promise<string[]> {
  const lines = await books.rows<WaitingLine>(
    `select d.id as delivery_id, d.name, l.product_id, sum(dl.quantity) as quantity
       from delivery d join delivery_line dl on dl.delivery_id = d.id
       join sales_order_line l on l.id = dl.order_line_id
      where d.warehouse_id = $1 and d.state = 'draft'
      group by d.id, d.name, l.product_id order by d.id`,
    [warehouseId],
  );
  if (lines.length === 0) return [];
  await lockProducts(books, [...new Set(lines.map((line) => line.product_id))]);
  const readied: string[] = [];
  for (const own of Map.groupBy(lines, (line) => line.delivery_id).values()) {
    const free = await freeStock(
      books,
      own.map((line) => line.product_id),
    );
    const enough = own.every((line) =>
      free.some(
        (place) =>
          place.productId === line.product_id &&
          place.warehouseId === warehouseId &&
          place.quantity >= parseQuantity(line.quantity),
      ),
    );
    const [first] = own;
    if (!enough || !first) continue;
    const moved = await books.rows(
      `update delivery set state = 'ready', changed_at = now() where id = $1 and state = 'draft' returning id`,
      [first.delivery_id],
    );
    if (moved.length === 0) continue;
    await reserveForDelivery(books, first.delivery_id);
    readied.push(first.name);
  }
  return readied;
}
