import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { id } from '../input.ts';
import { Refusal } from '../refusal.ts';

const filter = z.object({
  shop_reference: z.string().optional(),
  state: z.enum(['draft', 'confirmed', 'done', 'canceled']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** Sales orders with lines, taxes and deliveries, the newest first. */
const ORDERS = `
  select o.id, o.name, o.shop_reference, o.state, o.on_hold, p.name as partner, t.code as payment_term,
         c.code as carrier, s.code as service, o.currency_code as currency,
         o.goods_amount, o.discount_amount, o.shipping_amount, o.tax_amount, o.other_amount, o.total_amount,
         o.ordered_at, o.changed_at,
         (select coalesce(jsonb_agg(jsonb_build_object(
                   'id', l.id, 'shopLineId', l.shop_line_id, 'sku', v.sku, 'name', l.name,
                   'quantity', l.quantity::text, 'unitPrice', l.unit_price::text,
                   'discount', l.discount_amount::text, 'row', l.row_amount::text,
                   'tax', (select coalesce(sum(x.amount), 0)::text
                             from sales_order_line_tax x where x.line_id = l.id)
                 ) order by l.sequence, l.id), '[]')
            from sales_order_line l join product v on v.id = l.product_id where l.order_id = o.id) as lines,
         (select coalesce(jsonb_agg(d order by d->'id'), '[]')
            from (select distinct jsonb_build_object('id', d.id, 'name', d.name, 'state', d.state,
                           'warehouse', w.code) as d
                    from delivery d join warehouse w on w.id = d.warehouse_id
                    join delivery_line dl on dl.delivery_id = d.id
                    join sales_order_line l on l.id = dl.order_line_id where l.order_id = o.id) own) as deliveries,
         (select coalesce(jsonb_agg(jsonb_build_object('code', n.code, 'body', n.body) order by n.id), '[]')
            from note n where n.origin = 'sales.order,' || o.id) as notes
    from sales_order o
    join partner p on p.id = o.partner_id
    join payment_term t on t.id = o.payment_term_id
    left join carrier_service s on s.id = o.carrier_service_id
    left join carrier c on c.id = s.carrier_id`;

/** `GET /orders` (`?shop_reference=`, `?state=`, `?limit=`) and `GET /orders/{id}`. */
export function orderViews(database: Database): Router {
  const router = Router();
  router.get('/orders', async (request, response) => {
    const { shop_reference, state, limit } = filter.parse(request.query);
    const orders = await database.rows(
      `${ORDERS} where ($1::text is null or o.shop_reference = $1) and ($2::text is null or o.state = $2)
        order by o.id desc limit $3`,
      [shop_reference ?? null, state ?? null, limit],
    );
    response.json(orders);
  });
  router.get('/orders/:id', async (request, response) => {
    const orderId = id.parse(request.params.id);
    const [order] = await database.rows(`${ORDERS} where o.id = $1`, [orderId]);
    if (!order) throw new Refusal(404, 'order_unknown', `There is no sales order ${orderId}.`);
    response.json(order);
  });
  return router;
}
