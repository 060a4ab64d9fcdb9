import type { Books } from '../database.ts';
import { formatQuantity } from '../quantity.ts';
import type { TenThousandths } from '../quantity.ts';
import { reserveForDelivery } from './reserve.ts';

export interface PickedLine {
  id: number;
  productId: number;
  uomId: number;
  planned: TenThousandths;
  /** Zero: the whole line stays behind. */
  shipped: TenThousandths;
}

export interface Backorder {
  id: number;
  name: string;
}

/**
 * Moves what is not shipped to a new delivery: whole lines change their delivery, a part of a line becomes a
 * line of its own. Null when everything is shipped.
 */
export async function splitOff(
  books: Books,
  deliveryId: number,
  picked: PickedLine[],
): Promise<Backorder | null> {
  const behind = picked.filter((line) => line.shipped < line.planned);
  if (behind.length === 0) return null;
  const [backorder] = await books.rows<Backorder>(
    `insert into delivery (warehouse_id, state, origin, backorder_of_id)
     select warehouse_id, 'ready', origin, id from delivery where id = $1 returning id, name`,
    [deliveryId],
  );
  if (!backorder) throw new Error('The new delivery was not returned.');
  for (const line of behind) {
    if (line.shipped === 0n) {
      await books.rows('update delivery_line set delivery_id = $2 where id = $1', [line.id, backorder.id]);
      continue;
    }
    await books.rows(
      `insert into delivery_line (delivery_id, order_line_id, quantity)
       select $2, order_line_id, quantity - $3 from delivery_line where id = $1`,
      [line.id, backorder.id, formatQuantity(line.shipped)],
    );
    await books.rows('update delivery_line set quantity = $2 where id = $1', [
      line.id,
      formatQuantity(line.shipped),
    ]);
    await books.rows('delete from reservation where delivery_line_id = $1', [line.id]);
  }
  await reserveForDelivery(books, backorder.id);
  return backorder;
}
