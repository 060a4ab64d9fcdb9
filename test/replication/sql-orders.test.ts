/**
 * Real server; the ERP is two tables of this file. A proxy loses the answer to COMMIT. Asserted: what stands in
 * the tables afterwards, and what the caller is told about it.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Rejected } from '../../services/platform/errors.ts';
import { createSqlOrders } from '../../services/erp/orders/sql-orders.ts';
import type { SqlOrders } from '../../services/erp/orders/sql-orders.ts';
import type { OrderStatements } from '../../services/erp/orders/statements.ts';
import { startTcpProxy } from '../infrastructure/tcp-proxy.ts';
import { testDatabase, until } from './database.ts';
import type { TestDatabase } from './database.ts';

const statements: OrderStatements = {
  lookup: 'select id, number as reference from sale where shop_key = $key',
  create: [
    {
      name: 'sale',
      sql: `insert into sale (shop_key, number, email, terms)
            values ($key, 'SO' || nextval('numbers'), $order->>'email', ($codes->>'terms')::int) returning *`,
    },
    {
      sql: `insert into sale_line (sale_id, sku, quantity)
            select ($sale->>'id')::int, line.sku, line.quantity
              from jsonb_to_recordset($order->'lines') line(sku text, quantity numeric)`,
    },
  ],
  change: [
    { name: 'state', sql: `update sale set state = $order->>'state' where id = ($lookup->>'id')::int` },
  ],
};
const order = {
  email: 'jane@example.org',
  state: 'canceled',
  lines: [
    { sku: 'A', quantity: '1.5000' },
    { sku: 'B', quantity: '2' },
  ],
};
const input = { key: 'main/1/000000001', order, codes: { terms: 30 }, buyer: {} };

let database: TestDatabase;
/** Run after each test, also a failed one: what stays open would keep the run from ending. */
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  database = await testDatabase();
  await database.run(`
    create sequence numbers;
    create table sale (id int primary key generated always as identity, shop_key text not null constraint one_per_shop_order unique,
      number text, email text constraint short check (length(email) < 30), terms int, state text);
    create table sale_line (sale_id int references sale, sku text, quantity numeric)`);
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await database.drop();
});

function orders(changes: Partial<OrderStatements> = {}, url = database.url, deadlineMs = 5_000): SqlOrders {
  const made = createSqlOrders({
    connection: { connectionString: url, max: 8 },
    statements: { ...statements, ...changes },
    deadlineMs,
  });
  closing.push(() => made.close());
  return made;
}

async function count(table: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return rows[0]!.n;
}

const withCreate = (sql: string) => orders({ create: [statements.create[0]!, { name: 'broken', sql }] });

describe('an order', () => {
  it('outlives a crash of the server, though its administrator trades that for speed', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.run(`alter database "${name}" set synchronous_commit = off`);
    const state = `update sale set state = current_setting('synchronous_commit')`;
    await orders({ create: [...statements.create, { sql: state }] }).create(input);
    const { rows } = await database.pool.query('select state from sale');
    expect(rows).toEqual([{ state: 'on' }]);
  });

  it('is written in one transaction, each statement seeing the first rows of those before it', async () => {
    const erp = orders();
    expect(await erp.lookup(input.key)).toBeNull();
    const made = await erp.create(input);
    expect(made).toEqual({ id: '1', reference: 'SO1', created: true });
    expect(await erp.lookup(input.key)).toEqual({ id: '1', reference: 'SO1' });
    const { rows } = await database.pool.query('select sale_id, sku, quantity from sale_line order by sku');
    expect(rows).toEqual([
      { sale_id: 1, sku: 'A', quantity: '1.5000' },
      { sale_id: 1, sku: 'B', quantity: '2' },
    ]);
  });

  it('is compared where the configuration says how, several at once', async () => {
    expect('compare' in orders()).toBe(false);
    const compare = `
      select o.key, f.name, f.ours, f.theirs
        from jsonb_to_recordset($orders) o(key text, email text)
        join sale s on s.shop_key = o.key
        cross join lateral (values ('email', o.email, s.email), ('terms', '31', s.terms::text)) f(name, ours, theirs)`;
    const erp = orders({ compare });
    await erp.create(input);
    expect(await erp.compare!([input, { ...input, key: 'main/1/000000002' }])).toEqual(
      new Map([
        [
          input.key,
          [
            { name: 'email', ours: order.email, theirs: order.email },
            { name: 'terms', ours: '31', theirs: '30' },
          ],
        ],
      ]),
    );
    const unnamed = orders({ compare: `select 'x' as key, null as name, $orders::text as ours` });
    await expect(unnamed.compare!([input])).rejects.toThrow('gave a row without key or name');
  });

  it('that is there already is found and not written again', async () => {
    const erp = orders();
    await erp.create(input);
    expect(await erp.create(input)).toEqual({ id: '1', reference: 'SO1', created: false });
    expect([await count('sale'), await count('sale_line')]).toEqual([1, 2]);
  });

  it('created by eight at once is one order', async () => {
    const erp = orders();
    const results = await Promise.all(Array.from({ length: 8 }, () => erp.create(input)));
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(new Set(results.map((result) => result.id)).size).toBe(1);
    expect([await count('sale'), await count('sale_line')]).toEqual([1, 2]);
  });

  it('is changed where it is, and a change of one that is not there writes nothing', async () => {
    const erp = orders();
    expect(await erp.change(input)).toBeNull();
    await erp.create(input);
    expect(await erp.change(input)).toEqual({ id: '1', reference: 'SO1', changed: true });
    const { rows } = await database.pool.query('select state from sale');
    expect(rows).toEqual([{ state: 'canceled' }]);
  });

  it('says whether its change changed anything: a look at the ERP does not, a call of its functions does', async () => {
    const cancel = `update sale set state = 'canceled' where shop_key = $key and state is distinct from 'canceled'`;
    const look = { name: 'now', sql: 'select state from sale where shop_key = $key' };
    const erp = orders({ change: [look, { sql: cancel }] });
    await erp.create({ ...input, order: { ...order, state: 'new' } });
    expect(await erp.change(input)).toMatchObject({ changed: true });
    expect(await erp.change(input)).toMatchObject({ changed: false });
    const calling = orders({ change: [{ sql: `select set_config('sale.canceled', $key, true)` }] });
    expect(await calling.change(input)).toMatchObject({ changed: true });
  });
});

describe('a refusal', () => {
  it('by a constraint names it and the statement, and says nothing personal', async () => {
    const email = 'a.very.long.name.indeed@example.org';
    const failure = await orders()
      .create({ ...input, order: { ...order, email } })
      .then(
        () => new Error('not refused'),
        (error: unknown) => error as Rejected,
      );
    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toMatchObject({ fault: { code: 'order.erp_constraint' } });
    expect(failure.message).toContain('statement "sale" (constraint short, table sale)');
    expect(`${failure.stack} ${String(failure.cause)}`).not.toContain('example.org');
    expect(await count('sale')).toBe(0);
  });

  it('of a value does not repeat the value, and takes the whole order back', async () => {
    const failing = withCreate(`select ($order->>'email')::int`).create(input);
    await expect(failing).rejects.toMatchObject({ fault: { code: 'order.erp_value' } });
    await expect(failing).rejects.not.toThrow('jane');
    expect(await count('sale')).toBe(0);
  });

  it('of wrong SQL names the statement', async () => {
    await expect(withCreate('insert into nowhere values ($key)').create(input)).rejects.toMatchObject({
      fault: { code: 'order.erp_statement', what: expect.stringContaining('"broken"') },
    });
    expect(() => withCreate('select $lines')).toThrow('erp.orders.create.broken uses $lines');
  });

  it('is ours when the look-up would not find what was created', async () => {
    const blind = orders({ lookup: `select id, number as reference from sale where shop_key = 'x' || $key` });
    await expect(blind.create(input)).rejects.toMatchObject({ fault: { code: 'order.lookup_blind' } });
    expect(await count('sale')).toBe(0);
  });
});

describe('when the database is at fault', () => {
  it('a missing right waits for an operator', async () => {
    const role = `r${new URL(database.url).pathname.slice(1)}`;
    await database.run(`create role ${role} login; grant select on sale to ${role}`);
    const url = new URL(database.url);
    url.username = role;
    await expect(orders({}, url.href).create(input)).rejects.toMatchObject({
      name: 'Unavailable',
      needsOperator: true,
      fault: { code: 'erp.right_missing' },
    });
    await database.run(`drop owned by ${role}; drop role ${role}`);
  });

  it('a deadline ends the wait for a lock, and nothing was written', async () => {
    const blocker = await database.pool.connect();
    await blocker.query('begin; lock table sale in exclusive mode');
    const failing = orders({}, database.url, 200).create(input);
    await expect(failing).rejects.toMatchObject({ name: 'Unavailable', outcome: 'none' });
    await blocker.query('rollback');
    blocker.release();
    expect(await count('sale')).toBe(0);
  });

  it('a connection that breaks before COMMIT had no effect', async () => {
    const failing = withCreate('select pg_terminate_backend(pg_backend_pid())').create(input);
    await expect(failing).rejects.toMatchObject({ name: 'Unavailable', outcome: 'none' });
    expect(await count('sale')).toBe(0);
  });

  it('an answer to COMMIT that is lost is an unknown outcome, which the next attempt finds out', async () => {
    const failing = orders({}, await proxyThatLosesCommit()).create(input);
    await expect(failing).rejects.toMatchObject({ name: 'Unavailable', outcome: 'unknown' });
    await until(async () => (await count('sale')) === 1);
    expect(await orders().create(input)).toMatchObject({ id: '1', created: false });
    expect(await count('sale')).toBe(1);
  });
});

/** Passes everything on until the client says `commit`; passes that on too, and cuts the line instead of the answer. */
async function proxyThatLosesCommit(): Promise<string> {
  let isLost = false;
  const proxy = await startTcpProxy(() => ({
    request: (bytes) => {
      isLost ||= bytes.includes('commit\0');
      return bytes;
    },
    answer: (bytes) => (isLost ? 'cut' : bytes),
  }));
  closing.push(() => proxy.close());
  const url = new URL(database.url);
  proxy.forwardTo(Number(url.port));
  url.port = String(proxy.port);
  return url.href;
}
