import type { Books } from '../database.ts';

/** Promises the goods of a delivery to its order's channel: one reservation per line that has none yet. */
export async function reserveForDelivery(books: Books, deliveryId: number): Promise<void> {
  await books.rows(
    `insert into reservation (product_id, warehouse_id, channel_id, delivery_line_id, quantity, reference)
     select l.product_id, d.warehouse_id, o.channel_id, dl.id, dl.quantity, o.name
       from delivery d join delivery_line dl on dl.delivery_id = d.id
       join sales_order_line l on l.id = dl.order_line_id
       join sales_order o on o.id = l.order_id
      where d.id = $1 and not exists (select from reservation r where r.delivery_line_id = dl.id)`,
    [deliveryId],
  );
}
