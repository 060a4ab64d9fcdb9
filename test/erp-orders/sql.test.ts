/** The way by SQL, on a real PostgreSQL: a few tables of this file. A proxy loses the answer to COMMIT. */
import { createSqlOrders } from '../../services/erp/orders/sql-orders.ts';
import { testDatabase } from '../replication/database.ts';
import { losingCommits } from './losing-commits.ts';
import { ordersSuite } from './orders-suite.ts';
import type { Held, OrdersBackend } from './orders-suite.ts';

const statements = {
  lookup: `select id, number as reference, state = 'canceled' as canceled from sale where shop_key = $key`,
  create: [
    {
      name: 'sale',
      sql: `insert into sale (shop_key, number, state) values ($key, 'SO' || nextval('numbers'), 'open') returning id`,
    },
    {
      name: 'lines',
      sql: `insert into sale_line (sale_id, sku, quantity)
            select ($sale->>'id')::int, line.sku, line.quantity
              from jsonb_to_recordset($order->'lines') line(sku text, quantity numeric)`,
    },
  ],
  change: [
    {
      name: 'state',
      sql: `update sale set state = 'canceled'
             where id = ($lookup->>'id')::int and state <> 'canceled'
               and ($order->>'state' = 'canceled' or $order->>'state' = 'closed' and not exists (
                     select from jsonb_to_recordset($order->'lines') l("quantityShipped" numeric) where l."quantityShipped" > 0))`,
    },
  ],
};

async function start(): Promise<OrdersBackend> {
  const database = await testDatabase();
  await database.run(`
    create sequence numbers;
    create table item (sku text primary key);
    insert into item values ('MUG'), ('CUP');
    create table sale (id int primary key generated always as identity, shop_key text not null unique, number text, state text);
    create table sale_line (sale_id int references sale, sku text references item, quantity numeric)`);
  const proxy = await losingCommits(database.url);
  return {
    open: () => createSqlOrders({ connection: { connectionString: proxy.url, max: 4 }, statements }),
    async held(key) {
      const { rows } = await database.pool.query<Held>(
        `select state, (select count(*) from sale_line where sale_id = sale.id)::int as lines from sale where shop_key = $1`,
        [key],
      );
      return rows;
    },
    loseAnswer: () => proxy.loseNext(),
    async close() {
      await proxy.close();
      await database.drop();
    },
  };
}

ordersSuite('PostgreSQL', { start, accepted: 'open', canceled: 'canceled', refusesSecond: true });
