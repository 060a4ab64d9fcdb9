/** Real server, roles and rights. Asserted: each fault is found with the statement that mends it, and nothing is written. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compileKeyQuery } from '../../services/erp/changed-keys/snapshot-query.ts';
import { checkErp } from '../../services/erp/check.ts';
import { checkStreams } from '../../services/erp/check-streams.ts';
import type { ErpCheck, Finding } from '../../services/erp/check.ts';
import { compileStatements } from '../../services/erp/orders/statements.ts';
import { ensurePublication } from '../../services/erp/replication/publication.ts';
import { createSlot } from '../../services/erp/replication/slot.ts';
import { recordsWhere } from '../../services/erp/records-where.ts';
import { dropUnusedSlot, listSlots } from '../../services/erp/slots.ts';
import { PUBLICATION, testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

let database: TestDatabase;
let role: string;

beforeEach(async () => {
  database = await testDatabase();
  role = `role_${new URL(database.url).pathname.slice(1)}`;
  await database.run(`
    create table product (id int primary key, sku text);
    create table stock_move (id int primary key, product_id int, quantity int);
    create table loose (id int);
    create role ${role} login`);
});
afterEach(async () => {
  await database.run(`drop owned by ${role}; drop role ${role}`);
  await database.drop();
});

const watched = [
  { table: 'product', columns: ['id'] },
  { table: 'public.stock_move', columns: ['product_id'] },
];
const stock = (sql: string) => ({
  where: 'streams.stock.query',
  template: compileKeyQuery(sql, 'streams.stock.query'),
});

function check(changes: Partial<ErpCheck> = {}): Promise<Finding[]> {
  return checkErp({
    connection: { connectionString: database.url },
    replication: { slot: database.slot, failover: true, publication: PUBLICATION, watched },
    statements: [stock('select id, sku from product where $keys::int[] is null or id = any($keys)')],
    ...changes,
  });
}

function asRole(): { connectionString: string } {
  const url = new URL(database.url);
  url.username = role;
  return { connectionString: url.href };
}

const bad = (findings: Finding[]) => findings.filter(({ level }) => level !== 'ok').map(({ code }) => code);
const find = (findings: Finding[], code: string) => findings.filter((finding) => finding.code === code);

describe('cartage check of an ERP database', () => {
  it('finds nothing wrong where all is ready, but slots without limit', async () => {
    await database.run('alter table stock_move replica identity full');
    await ensurePublication(database.pool, PUBLICATION, ['product', 'stock_move']);
    await createSlot(database.pool, database.slot);
    const findings = await check();
    expect(bad(findings)).toEqual(['erp.slot_limit']);
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'erp.reachable',
        'erp.wal_level',
        'erp.slots',
        'erp.publication',
        'erp.slot',
        'erp.sql',
      ]),
    );
  });

  it('finds a key outside the replica identity, and prints the statement', async () => {
    const [finding] = find(await check(), 'erp.identity').filter(({ level }) => level === 'fail');
    expect(finding).toMatchObject({
      what: 'Updates and deletes of public.stock_move do not carry product_id',
      fix: 'Run: ALTER TABLE "public"."stock_move" REPLICA IDENTITY FULL;',
    });
    await database.run(finding!.fix.replace('Run: ', ''));
    expect(bad(await check())).not.toContain('erp.identity');
  });

  it('finds tables and columns that do not exist, and a table whose updates publishing would break', async () => {
    const findings = await check({
      replication: {
        failover: true,
        slot: database.slot,
        publication: PUBLICATION,
        watched: [
          { table: 'nowhere', columns: ['id'] },
          { table: 'product', columns: ['code'] },
          { table: 'loose', columns: [] },
        ],
      },
    });
    expect(find(findings, 'erp.table')[0]!.what).toContain('public.nowhere does not exist');
    expect(find(findings, 'erp.column')[0]!.what).toContain('no column code');
    expect(find(findings, 'erp.identity')[0]!.why).toContain('own updates would fail');
  });

  it('finds policies that hide rows from our role, which would count as gone', async () => {
    await database.run(`grant select on product, stock_move to ${role}`);
    const asked = stock('select id, sku from product where $keys::int[] is null or id = any($keys)');
    const statements = [asked, { ...asked, where: 'streams.own.query', refusesPolicies: true }];
    const hidden = async () => find(await check({ connection: asRole(), statements }), 'erp.row_security');
    expect(await hidden()).toEqual([]);
    await database.run('alter table product enable row level security');
    expect(await hidden()).toMatchObject([
      { level: 'warn', what: `A policy decides which rows of public.product ${role} sees` },
      { level: 'fail', what: expect.stringContaining('streams.own.query is not asked') },
    ]);
  });

  it('finds rows that lie in another table, which inherits from the watched one', async () => {
    await database.run('create table part (primary key (id)) inherits (product)');
    expect(find(await check(), 'erp.inherited')).toMatchObject([
      { level: 'fail', what: expect.stringContaining('public.part') },
    ]);
  });

  it('finds the rights that our role lacks', async () => {
    await database.run(`grant select on product to ${role}`);
    const findings = await check({
      connection: asRole(),
      statements: [
        stock('select p.id, $keys::int[] from product p join stock_move m on m.product_id = p.id'),
      ],
    });
    expect(find(findings, 'erp.replication_right')[0]).toMatchObject({
      level: 'fail',
      fix: `Run: ALTER ROLE "${role}" REPLICATION;`,
    });
    expect(find(findings, 'erp.slot_sight')[0]).toMatchObject({
      level: 'warn',
      fix: `Run: GRANT pg_read_all_stats TO "${role}";`,
    });
    expect(find(findings, 'erp.select_right').map(({ level }) => level)).toEqual(['ok', 'fail']);
    expect(find(findings, 'erp.publication')[0]).toMatchObject({
      level: 'fail',
      fix: expect.stringContaining(
        'CREATE PUBLICATION "cartage" FOR TABLE "public"."product", "public"."stock_move"',
      ),
    });
    expect(find(findings, 'erp.sql_right')[0]!.why).toContain('stock_move');
  });

  it('finds a column that a query lacks or that nobody reads, and asks for no row', async () => {
    const columns = { topic: 'erp.stock', keys: ['product_id'] };
    const tried = async (select: string) => {
      const statements = [{ ...stock(`select ${select} from product where $keys::int[] is null;`), columns }];
      return find(await check({ statements, replication: undefined as never }), 'erp.query_columns');
    };
    const all = `id as product_id, 'W' as source, sku, 1 as quantity`;
    await database.run(`insert into product values (1, 'A')`);
    expect(await tried(`${all}, 1 / (id - 1) = 0 as sellable`)).toMatchObject([{ level: 'ok' }]);
    expect(await tried(`${all}, true as sell, 1 as x`)).toMatchObject([
      {
        level: 'warn',
        what: 'streams.stock.query gives sell, x, which nobody reads',
        fix: expect.stringContaining('sellable'),
      },
    ]);
    expect(await tried(`'W' as source, sku, 1 as quantiy`)).toMatchObject([
      { level: 'fail', what: 'streams.stock.query gives no product_id, quantity' },
      { level: 'warn', fix: expect.stringContaining('quantity') },
    ]);
  });

  it('tries each statement without running it, and refuses a second one behind a semicolon', async () => {
    const { create } = compileStatements(
      {
        lookup: 'select 1 as id where $key is null',
        create: [
          { name: 'fine', sql: `insert into product values (($order->>'id')::int, $key) returning id` },
          { name: 'typo', sql: 'insert into product (idd) values (1)' },
          { name: 'two', sql: 'select 1; select 2' },
        ],
      },
      'erp.orders',
    );
    const statements = create.map(({ name, template }) => ({ where: `erp.orders.create.${name}`, template }));
    const findings = find(await check({ statements, replication: undefined as never }), 'erp.sql');
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'fail', 'fail']);
    expect(findings[1]!.why).toContain('"idd"');
    const { rows } = await database.pool.query('select * from product');
    expect(rows).toEqual([]);
  });

  it('writes nothing: neither publication nor slot', async () => {
    const findings = await check();
    expect(find(findings, 'erp.publication')[0]!.level).toBe('warn');
    expect(find(findings, 'erp.slot')[0]).toMatchObject({
      level: 'ok',
      what: expect.stringContaining('not exist yet'),
    });
    const { rows } = await database.pool.query(
      `select slot_name::text from pg_replication_slots where slot_name = $1 union all select pubname from pg_publication`,
      [database.slot],
    );
    expect(rows).toEqual([]);
  });

  it('says so when nobody is there', async () => {
    const findings = await check({ connection: { host: '127.0.0.1', port: 1 } });
    expect(findings).toMatchObject([
      { level: 'fail', code: 'erp.unreachable', fix: expect.stringContaining('host') },
    ]);
  });
});

describe('slots', () => {
  it('that nobody uses are listed, and dropped by name; others are not', async () => {
    const connection = { connectionString: database.url };
    const [ours, left] = [database.slot, `${database.slot}_left`];
    await database.publish('product');
    await createSlot(database.pool, left);
    const uses = async () =>
      (await listSlots(connection, ours)).filter(({ name }) => name.startsWith(ours)).map(({ use }) => use);
    expect(await uses()).toEqual(['configured', 'unused']);
    await expect(dropUnusedSlot(connection, ours, ours, false)).rejects.toMatchObject({ name: 'Rejected' });
    const reader = await database.open({ slot: left });
    expect(await uses()).toEqual(['configured', 'read']);
    await expect(dropUnusedSlot(connection, ours, left, false)).rejects.toMatchObject({ name: 'Rejected' });
    await reader.close();
    await dropUnusedSlot(connection, ours, left, true);
    expect(await uses()).toEqual(['configured', 'unused']);
    await dropUnusedSlot(connection, ours, left, false);
    expect(await uses()).toEqual(['configured']);
  });

  it('say what is unread, and since when a transaction that is still open keeps it so', async () => {
    await database.publish('product');
    const connection = { connectionString: database.url };
    const ours = async () =>
      (await listSlots(connection, database.slot)).find(({ name }) => name === database.slot)!;
    const before = await ours();
    const open = await database.pool.connect();
    try {
      await open.query('begin');
      await open.query('create table unread as select generate_series(1, 20000)');
      const { rows } = await open.query<{ at: number }>(
        'select (1000 * extract(epoch from xact_start))::float8 as at from pg_stat_activity where pid = pg_backend_pid()',
      );
      expect((await ours()).openSince).toBe(rows[0]!.at);
      await open.query('commit');
    } finally {
      open.release();
    }
    expect((await ours()).unreadBytes! - before.unreadBytes!).toBeGreaterThan(500_000);
  });
});

describe('a stream that is tried', () => {
  const good = {
    topic: 'erp.stock',
    key: { product_id: 'int' },
    watch: [
      { table: 'stock_move', key: 'product_id' },
      { table: 'product', via: 'select r.id from jsonb_to_recordset($rows::jsonb) r(id int)' },
    ],
    query: `select p.id as product_id, 'W1' as source, p.sku, coalesce(sum(m.quantity), 0)::numeric as quantity, true as sellable
              from product p left join stock_move m on m.product_id = p.id
             where $keys::int[] is null or p.id = any($keys::int[]) group by p.id`,
    find: 'select p.id from jsonb_to_recordset($records::jsonb) r(sku text) join product p using (sku)',
  };

  async function tried(changes: Partial<typeof good>) {
    const stock = { ...good, ...changes };
    const erp = { connection: { url: database.url }, source: { kind: 'postgres-log' }, streams: { stock } };
    const config = { erp, fulfilments: { since: 0 } } as unknown as Parameters<typeof checkStreams>[0];
    return (await checkStreams(config, null)).get('stock')!;
  }
  const worst = async (changes: Partial<typeof good>) => {
    const { findings } = await tried(changes);
    return findings
      .filter(({ level }) => level !== 'ok')
      .map(({ level, code, what }) => `${level} ${code}: ${what}`);
  };

  beforeEach(async () => {
    await database.run(`
      insert into product values (1, 'A'), (2, 'B'); insert into stock_move values (1, 1, 5), (2, 2, 7);
      analyze product, stock_move`);
  });

  it('shows the records it would publish and what they cost, and finds nothing', async () => {
    const { findings, samples, plans } = await tried({});
    expect(plans!.unwatched).toEqual([]);
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(samples).toMatchObject([
      { source: 'W1', sku: 'A', quantity: '5.0000', sourceKey: '{"product_id":"1"}' },
      { sku: 'B', quantity: '7.0000' },
    ]);
    expect(plans!.one!.cost).toBeLessThanOrEqual(plans!.all.cost);
  });

  it('names the tables that the query reads and nobody watches, by a view as well, a partition by its whole', async () => {
    await database.run(`
      create table parted (id int, year int) partition by list (year);
      create table parted_2026 partition of parted for values in (2026);
      create view shown as select p.id, p.sku from product p join parted d using (id)`);
    const query = good.query.replace('from product p', 'from shown p').replace('by p.id', 'by p.id, p.sku');
    const [, ofProducts] = good.watch;
    expect((await tried({ query })).plans!.unwatched).toEqual(['parted']);
    expect((await tried({ query, watch: [ofProducts!] })).plans!.unwatched).toEqual(['parted', 'stock_move']);
  });

  const queryWith = (from: string, to: string) => ({ query: good.query.replace(from, to) });

  it.each([
    ['no key', queryWith('p.id as product_id, ', ''), 'fail erp.row'],
    ['text for a number', queryWith('::numeric as quantity', '::text as quantity'), 'warn erp.column_type'],
    ['text for a flag', queryWith('true as sellable', `'yes' as sellable`), 'fail erp.column_type'],
    ['a number for a text', queryWith('p.sku', 'p.id as sku'), 'fail erp.column_type'],
    ['a row that is no record', queryWith('p.sku', `' ' || p.sku as sku`), 'fail erp.row'],
    [
      'a query that does not look at its keys',
      queryWith('or p.id = any($keys::int[])', 'or true'),
      'fail erp.keys',
    ],
    ['a key declared otherwise', { key: { product_id: 'text' } }, 'fail erp.key_type'],
    [
      'a search that leads elsewhere',
      { find: 'select r.sku from jsonb_to_recordset($records::jsonb) r(sku text)' },
      'fail erp.find',
    ],
    [
      'a way round to other keys',
      {
        watch: [
          { table: 'product', via: 'select r.id + 100 from jsonb_to_recordset($rows::jsonb) r(id int)' },
        ],
      },
      'warn erp.via',
    ],
    ['SQL that is wrong', queryWith('from product', 'from nowhere'), 'fail erp.sql'],
  ])('finds %s', async (_name, changes, finding) => {
    const found = await worst(changes);
    expect(found.map((one) => one.split(':')[0])).toContain(finding);
  });

  it('says which of its records meet a condition', async () => {
    const erp = {
      connection: { url: database.url },
      source: { kind: 'postgres-log' },
      streams: { stock: good },
    };
    const config = { erp, fulfilments: { since: 0 } } as unknown as Parameters<typeof recordsWhere>[0];
    expect(await recordsWhere(config, 'erp.stock', 'quantity > 5 -- only these')).toEqual(['W1/B']);
    await expect(recordsWhere(config, 'erp.stock', 'quantity >')).rejects.toMatchObject({ name: 'Rejected' });
    await expect(recordsWhere(config, 'erp.prices', 'true')).rejects.toMatchObject({ name: 'Rejected' });
  });
});
