import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';

const filter = z.object({
  order: z.coerce.number().int().optional(),
  state: z.enum(['draft', 'ready', 'done', 'canceled']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** `GET /deliveries` (`?order=`, `?state=`, `?limit=`): deliveries with lines and packages, the newest first. */
export function deliveryViews(database: Database): Router {
  const router = Router();
  router.get('/deliveries', async (request, response) => {
    const { order, state, limit } = filter.parse(request.query);
    const deliveries = await database.rows(
      `select d.id, d.name, d.state, w.code as warehouse, d.shipped_at, d.backorder_of_id,
              own.order_id, own.order_name, own.shop_reference, own.lines,
              (select coalesce(jsonb_agg(distinct jsonb_build_object('id', k.id, 'carrier', c.code,
                        'service', s.code, 'trackingNumber', k.tracking_number)), '[]')
                 from delivery_line dl join package_line pl on pl.delivery_line_id = dl.id
                 join package k on k.id = pl.package_id join carrier c on c.id = k.carrier_id
                 left join carrier_service s on s.id = k.carrier_service_id
                where dl.delivery_id = d.id) as packages
         from delivery d join warehouse w on w.id = d.warehouse_id
         join lateral (
           select o.id as order_id, o.name as order_name, o.shop_reference,
                  jsonb_agg(jsonb_build_object('line', dl.id, 'sku', v.sku, 'quantity', dl.quantity::text)
                            order by dl.id) as lines
             from delivery_line dl join sales_order_line l on l.id = dl.order_line_id
             join product v on v.id = l.product_id join sales_order o on o.id = l.order_id
            where dl.delivery_id = d.id group by o.id) own on true
        where ($1::int is null or own.order_id = $1) and ($2::text is null or d.state = $2)
        order by d.id desc limit $3`,
      [order ?? null, state ?? null, limit],
    );
    response.json(deliveries);
  });
  return router;
}
