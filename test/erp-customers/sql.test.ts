/** The way by SQL, on a real PostgreSQL: a few tables of this file. A proxy loses the answer to COMMIT. */
import { createSqlCustomers } from '../../services/erp/customers/sql-customers.ts';
import { createSqlOrders } from '../../services/erp/orders/sql-orders.ts';
import { losingCommits } from '../erp-orders/losing-commits.ts';
import { testDatabase } from '../replication/database.ts';
import { customersSuite } from './customers-suite.ts';
import type { CustomersBackend, HeldPartner } from './customers-suite.ts';

const customerStatements = {
  lookup: `select id, shop_key as key from partner
            where shop_key = $key or website = $website and email = $email
            order by shop_key = $key desc nulls last limit 1`,
  upsert: [
    {
      name: 'partner',
      sql: `with given as (
              select concat_ws(' ', g."firstName", g."lastName") as name from jsonb_to_record($customer) g("firstName" text, "lastName" text)
            ), changed as (
              update partner p set shop_key = $key, website = $website, email = $email, name = g.name
                from given g where p.id = ($lookup->>'id')::int returning p.id
            ), made as (
              insert into partner (shop_key, website, email, name) select $key, $website, $email, g.name from given g
               where not exists (select from changed) returning id
            ) select id from changed union all select id from made`,
    },
    {
      name: 'gone',
      sql: `delete from address where partner_id = ($partner->>'id')::int`,
    },
    {
      name: 'book',
      sql: `insert into address select ($partner->>'id')::int, a."addressId", a.city
              from jsonb_to_recordset($customer->'addresses') a("addressId" int, city text)`,
    },
  ],
  erase: [
    { name: 'book', sql: `delete from address where partner_id = ($lookup->>'id')::int` },
    {
      name: 'partner',
      sql: `update partner set email = null, name = 'erased' where id = ($lookup->>'id')::int`,
    },
  ],
};

const orderStatements = {
  lookup: 'select id from sale where shop_key = $key',
  create: [
    {
      name: 'partner',
      sql: `with given as (
              select * from jsonb_to_record($buyer) y(key text, website text, email text)
            ), known as (
              select p.id from given g join partner p
                  on p.shop_key = g.key or p.website = g.website and p.email = g.email and (p.shop_key is null or g.key is null)
               order by p.shop_key = g.key desc nulls last limit 1
            ), made as (
              insert into partner (shop_key, website, email, name) select g.key, g.website, g.email, 'of an order' from given g
               where not exists (select from known) returning id
            ) select id from known union all select id from made`,
    },
    { name: 'sale', sql: `insert into sale (shop_key, partner_id) values ($key, ($partner->>'id')::int)` },
  ],
};

async function start(): Promise<CustomersBackend> {
  const database = await testDatabase();
  await database.run(`
    create table partner (id int primary key generated always as identity, shop_key text unique, website text, email text,
                          name text, unique (website, email));
    create table address (partner_id int references partner, shop_address_id int, city text);
    create table sale (id int primary key generated always as identity, shop_key text unique, partner_id int references partner)`);
  const proxy = await losingCommits(database.url);
  const rows = async <Row extends object>(sql: string) => (await database.pool.query<Row>(sql)).rows;
  const places = `(select id, row_number() over (order by id)::int - 1 as place from partner)`;
  return {
    open() {
      const connection = { connectionString: proxy.url, max: 4 };
      const customers = createSqlCustomers({ connection, statements: customerStatements, deadlineMs: 8_000 });
      const orders = createSqlOrders({ connection, statements: orderStatements });
      return {
        customers,
        orders,
        close: async () => void (await Promise.all([customers.close(), orders.close()])),
      };
    },
    partners: () =>
      rows<HeldPartner>(
        `select coalesce(shop_key, '') as key, website, coalesce(email, '') as email, name,
                (select coalesce(jsonb_object_agg(shop_address_id, city), '{}') from address where partner_id = p.id) as cities
           from partner p order by id`,
      ),
    buyers: async () =>
      (
        await rows<{ place: number }>(
          `select place from sale join ${places} p on p.id = partner_id order by sale.id`,
        )
      ).map(({ place }) => place),
    loseAnswer: () => proxy.loseNext(),
    async close() {
      await proxy.close();
      await database.drop();
    },
  };
}

customersSuite('PostgreSQL', start);
