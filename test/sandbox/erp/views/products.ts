import { Router } from 'express';
import type { Database } from '../database.ts';

/** `GET /products`, `/stock`, `/reservations`, and `/reference` with the codes that forms offer. */
export function productViews(database: Database): Router {
  const router = Router();
  router.get('/products', async (_request, response) => {
    response.json(
      await database.rows(
        `select p.id, p.sku, t.name, t.weight, u.code as weight_unit, p.active and t.active as active, p.blocked,
                x.code as tax_class,
                (select coalesce(jsonb_agg(jsonb_build_object('list', l.code, 'currency', l.currency_code,
                          'amount', i.amount::text, 'minQuantity', i.min_quantity::text,
                          'from', i.valid_from, 'to', i.valid_to)
                          order by l.code, i.min_quantity, i.valid_from nulls first), '[]')
                   from price_item i join price_list l on l.id = i.price_list_id
                  where i.product_id = p.id or i.template_id = t.id) as prices
           from product p join product_template t on t.id = p.template_id
           join uom u on u.id = t.weight_uom_id join tax_class x on x.id = t.tax_class_id
          order by p.sku`,
      ),
    );
  });
  router.get('/stock', async (_request, response) => response.json(await database.rows(STOCK)));
  router.get('/reservations', async (_request, response) => {
    response.json(
      await database.rows(
        `select r.id, p.sku, w.code as warehouse, c.code as channel, r.quantity, r.reference
           from reservation r join product p on p.id = r.product_id
           join warehouse w on w.id = r.warehouse_id join channel c on c.id = r.channel_id order by r.id`,
      ),
    );
  });
  router.get('/reference', async (_request, response) => {
    const [reference] = await database.rows(
      `select (select jsonb_agg(code order by code) from warehouse) as warehouses,
              (select jsonb_agg(code order by code) from price_list) as price_lists,
              (select jsonb_agg(code order by code) from channel where external) as channels,
              (select jsonb_agg(jsonb_build_object('code', c.code, 'name', c.name) order by c.code)
                 from carrier c) as carriers`,
    );
    response.json(reference);
  });
  return router;
}

/** Per product and warehouse: what lies there, what is promised to whom, what may still be promised. */
const STOCK = `
  select p.sku, t.name, w.code as warehouse, s.physical, s.others, s.shop,
         (s.physical - s.others)::numeric(16,4) as quantity,
         (s.physical - s.others - s.shop)::numeric(16,4) as free
    from product p join product_template t on t.id = p.template_id cross join warehouse w
    cross join lateral (
      select (select coalesce(sum(b.quantity), 0) from bin_balance b join location l on l.id = b.location_id
               where b.product_id = p.id and l.warehouse_id = w.id and l.kind = 'internal')::numeric(16,4) as physical,
             (select coalesce(sum(r.quantity), 0) from reservation r join channel c on c.id = r.channel_id
               where r.product_id = p.id and r.warehouse_id = w.id and c.external)::numeric(16,4) as others,
             (select coalesce(sum(r.quantity), 0) from reservation r join channel c on c.id = r.channel_id
               where r.product_id = p.id and r.warehouse_id = w.id and not c.external)::numeric(16,4) as shop) s
   order by p.sku, w.code`;
