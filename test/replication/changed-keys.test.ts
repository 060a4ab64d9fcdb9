/** Real server. What the changed-key query answers, and in which form. Visibility has a file of its own. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compileFind, findKeys } from '../../services/erp/changed-keys/record-keys.ts';
import {
  compileKeyQuery,
  estimateRows,
  queryAll,
  queryKeys,
} from '../../services/erp/changed-keys/snapshot-query.ts';
import { compileVia, queryVia } from '../../services/erp/changed-keys/via.ts';
import { widened } from '../../services/erp/changed-keys/visibility.ts';
import { openPool } from '../../services/erp/pool.ts';
import { SqlQuestions } from '../../services/erp/sources/postgres/sql-questions.ts';
import { compileStreams } from '../../services/erp/streams.ts';
import { erpSection } from '../../services/platform/config/sections/erp.ts';
import { testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

const where = 'streams.stock.query';
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.run(`
    create table product (id int primary key, sku text);
    create table line (delivery_id int, product_id int);
    insert into product select i, 'S' || i from generate_series(1, 25000) i;
    insert into line values (1, 10), (1, 11), (2, 12), (2, null)`);
});
afterAll(() => database.drop());

const base = () => ({ pool: database.pool, where, dirt: { xids: [] } });
const keyed = (sql: string) => ({ ...base(), query: compileKeyQuery(sql, where) });
const all = (sql: string, column = 'id', after: string[] | null = null) => ({
  ...keyed(sql),
  keyColumns: [column],
  after,
});
const products = 'select id, sku from product where $keys::int[] is null or id = any($keys) order by id';

describe('the changed-key query', () => {
  it('answers for the keys asked, of which some may be gone', async () => {
    const { rows, version } = await queryKeys({ ...keyed(products), keys: ['7', '3', '999999'] });
    expect(rows).toEqual([
      { id: 3, sku: 'S3' },
      { id: 7, sku: 'S7' },
    ]);
    const later = await queryKeys({ ...keyed(products), keys: [] });
    expect(later.rows).toEqual([]);
    expect(later.version).toBeGreaterThanOrEqual(version);
  });

  it('knows since when, where the configuration says so', async () => {
    const sql = `select $since as since where $keys::int[] is null or true`;
    const answer = await queryKeys({ ...keyed(sql), keys: ['1'], since: '2026-01-01T00:00:00+01:00' });
    expect(answer.rows).toEqual([{ since: '2025-12-31T23:00:00Z' }]);
    for await (const { rows } of queryAll(all(sql, 'since'))) expect(rows).toEqual([{ since: null }]);
  });

  it('takes keys of several columns as JSON', async () => {
    const sql = `select k.id from jsonb_to_recordset($keys::jsonb) k(id int, sku text) join product using (id, sku)`;
    const keys = [
      { id: '5', sku: 'S5' },
      { id: '6', sku: 'S5' },
    ];
    expect((await queryKeys({ ...keyed(sql), keys })).rows).toEqual([{ id: 5 }]);
  });

  it('gives numbers, times and JSON without loss', async () => {
    const sql = `select 12345678901234567.0100 as quantity, 9007199254740993::bigint as big, 7 as small, true as yes,
      '2026-03-29 02:30:00.123456+02'::timestamptz as at, '2026-03-29'::date as day, 'infinity'::timestamptz as never,
      '{"n": 12345678901234567890, "half": 0.5}'::jsonb as body, array[1.10, null] as prices, array['a,"b', null] as names`;
    expect((await queryKeys({ ...keyed(sql), keys: [] })).rows).toEqual([
      {
        quantity: '12345678901234567.0100',
        big: '9007199254740993',
        small: 7,
        yes: true,
        at: '2026-03-29T00:30:00.123456Z',
        day: '2026-03-29',
        never: 'infinity',
        body: { n: '12345678901234567890', half: 0.5 },
        prices: ['1.10', null],
        names: ['a,"b', null],
      },
    ]);
  });

  it('gives char(n) without its padding, which is no part of the value', async () => {
    const sql = `select 'A'::char(9) as sku, array['B'::char(9)] as others`;
    expect((await queryKeys({ ...keyed(sql), keys: [] })).rows).toEqual([{ sku: 'A', others: ['B'] }]);
  });

  it('of all keys comes in chunks of one snapshot', async () => {
    const sizes: number[] = [];
    const versions = new Set<bigint>();
    for await (const { rows, version } of queryAll({ ...all(products), chunkRows: 10_000 })) {
      sizes.push(rows.length);
      versions.add(version);
      // Written after the snapshot: part of none of its chunks.
      if (sizes.length === 1) await database.run(`insert into product values (25001, 'late')`);
    }
    expect(sizes).toEqual([10_000, 10_000, 5_000]);
    expect(versions.size).toBe(1);
  });

  it('of all keys goes on in the order of their bytes, where it stopped', async () => {
    const sku = 'select sku, id from product where $keys::text[] is null -- as the ERP has it\n;';
    const from = async (after: string[] | null) => {
      for await (const { rows } of queryAll({ ...all(sku, 'sku', after), chunkRows: 3 }))
        return rows.map((row) => row.sku);
      return null;
    };
    expect(await from(null)).toEqual(['S1', 'S10', 'S100']);
    expect(await from(['S100'])).toEqual(['S1000', 'S10000', 'S10001']);
    expect(await from(['late'])).toBeNull();
    const pairs = 'select id % 2 as half, id from product where id < 5';
    const twofold = { ...all(pairs), keyColumns: ['half', 'id'], after: ['0', '4'] };
    for await (const { rows } of queryAll(twofold))
      expect(rows).toEqual([
        { half: 1, id: 1 },
        { half: 1, id: 3 },
      ]);
  });

  it('of all keys has about as many rows as the planner takes it', async () => {
    await database.run('analyze product');
    expect(await estimateRows(keyed(products))).toBeGreaterThan(20_000);
  });

  it('given up half-way gives its connection back', async () => {
    for await (const chunk of queryAll({ ...all(products), chunkRows: 10 })) if (chunk.rows.length > 0) break;
    expect(database.pool.idleCount).toBe(database.pool.totalCount);
  });

  it('that is wrong is the configuration’s fault; one that is slow is not', async () => {
    const refused = { name: 'Rejected', fault: { code: 'erp.query', what: expect.stringContaining(where) } };
    await expect(queryKeys({ ...keyed('select nothing'), keys: [] })).rejects.toMatchObject(refused);
    const slow = queryKeys({ ...keyed('select pg_sleep(10)'), keys: [], statementTimeoutMs: 50 });
    await expect(slow).rejects.toMatchObject({ name: 'Unavailable', fault: { code: 'erp.deadline' } });
    const writing = queryKeys({ ...keyed('delete from product returning id'), keys: [] });
    await expect(writing).rejects.toMatchObject(refused);
  });

  it('that fails at one row may do so for that row alone', async () => {
    const sql = `select id, case id when 7 then repeat('x', 1100000000 + id) end as note from product where id = any($keys::int[])`;
    const failing = queryKeys({ ...keyed(sql), keys: ['6', '7'] });
    await expect(failing).rejects.toMatchObject({ name: 'Unavailable', perhapsRecord: true });
    expect((await queryKeys({ ...keyed(sql), keys: ['6'] })).rows).toEqual([{ id: 6, note: null }]);
  });

  it('may take longer than the database gives its own transactions', async () => {
    const own = await testDatabase();
    await own.run(`alter database "${new URL(own.url).pathname.slice(1)}" set transaction_timeout = '1s'`);
    const pool = openPool({ connectionString: own.url, max: 1 });
    const sql = `select pg_sleep(1.5)::text as slept`;
    expect((await queryKeys({ ...keyed(sql), pool, keys: [] })).rows).toEqual([{ slept: '' }]);
    await pool.end();
    await own.drop();
  });

  it('is not answered where a policy comes to hide rows, which would count as gone; one that was there before is meant', async () => {
    await database.run(`
      create table hidden (id int primary key);
      insert into hidden values (1), (2);
      create role reader_${database.slot} login;
      grant select on hidden to reader_${database.slot}`);
    const url = new URL(database.url);
    url.username = `reader_${database.slot}`;
    const pool = openPool({ connectionString: url.href, max: 2 });
    const [stream] = compileStreams(
      erpSection.parse({
        streams: {
          stock: {
            topic: 'erp.stock',
            key: { id: 'int' },
            watch: [{ table: 'hidden', key: 'id' }],
            query: 'select id from hidden where $keys::int[] is null or id = any($keys::int[])',
            find: 'select id from hidden where $records::jsonb is not null',
          },
        },
      }).streams,
    );
    const limits = { statementTimeoutMs: 30_000, loadTimeoutMs: 30_000, rowsPerFetch: 10, timezone: null };
    const questions = (refusesPolicies = true) =>
      new SqlQuestions({ pool, stream: stream!, since: '2026-01-01', refusesPolicies, ...limits });
    const ids = async (of: SqlQuestions) =>
      [await of.ask(new Map([['1', []]])), ...(await Array.fromAsync(of.askAll([], null)))].map(({ rows }) =>
        rows.map(({ id }) => id),
      );
    try {
      const one = questions();
      expect(await ids(one)).toEqual([[1], [1, 2]]);
      await database.run('alter table hidden enable row level security');
      // Also by a process that did not see the table without.
      for (const asking of [one, questions()]) {
        const refused = { needsOperator: true, fault: { code: 'erp.row_security' } };
        await expect(asking.ask(new Map([['1', []]]))).rejects.toMatchObject(refused);
        await expect(Array.fromAsync(asking.askAll([], null))).rejects.toMatchObject(refused);
        await expect(asking.find([{ id: '1' }])).rejects.toMatchObject(refused);
      }
      await database.run('create policy shown on hidden for select using (id = 2)');
      expect(await ids(questions(false))).toEqual([[], [2]]);
    } finally {
      await pool.end();
      await database.run(`drop table hidden; drop role reader_${database.slot}`);
    }
  });

  it('leaves no trace in the session that it borrowed', async () => {
    await queryKeys({ ...keyed(products), keys: ['1'], statementTimeoutMs: 1_234 });
    const { rows } = await database.pool.query(`select current_setting('statement_timeout') as limit`);
    expect(rows).toEqual([{ limit: '0' }]);
  });
});

describe('the ways to a key', () => {
  it('lead from changed rows, and from the records of a topic', async () => {
    const via = compileVia(
      'select l.product_id from jsonb_to_recordset($rows) r(id int) join line l on l.delivery_id = r.id order by 1',
      where,
    );
    expect(await queryVia({ ...base(), via, rows: [{ id: '1' }, { id: '2' }, { id: null }] })).toEqual([
      '10',
      '11',
      '12',
    ]);
    expect(await queryVia({ ...base(), via, rows: [] })).toEqual([]);
    expect(await queryVia({ ...base(), via, rows: [{ id: '1' }], rowsMax: 1 })).toBe('all');

    const find = compileFind(
      'select p.id from jsonb_to_recordset($records) r(source text, sku text) join product p using (sku)',
      where,
    );
    const records = [
      { source: 'main', sku: 'S9' },
      { source: 'main', sku: 'unknown' },
    ];
    expect(await findKeys({ ...base(), find, records })).toEqual(['9']);
  });
});

describe('a transaction id of the log', () => {
  const wideOf = async (ids: { xid: string; xmax: string }[]) => {
    const { rows } = await database.pool.query<{ wide: string }>(
      `select (${widened('xid', 'xmax')})::text as wide from json_to_recordset($1) ids(xid bigint, xmax bigint)`,
      [JSON.stringify(ids)],
    );
    return rows.map(({ wide }) => BigInt(wide));
  };

  it.each([
    ['just behind the snapshot', 999n, 1_000n, 999n],
    ['above the snapshot: the commit that is held back', 1_005n, 1_000n, 1_005n],
    ['in a later epoch', 7n, 3n * 2n ** 32n + 9n, 3n * 2n ** 32n + 7n],
    ['of the epoch before, at the wrap', 4_294_967_290n, 2n ** 32n + 5n, 4_294_967_290n],
    ['of the next epoch, at the wrap', 3n, 2n ** 32n - 2n, 2n ** 32n + 3n],
  ])('%s gets its epoch', async (_case, xid, xmax, wide) => {
    expect(await wideOf([{ xid: String(xid), xmax: String(xmax) }])).toEqual([wide]);
  });

  it('comes back from any id less than 2^31 away', async () => {
    const near = fc.tuple(fc.bigInt(2n ** 33n, 2n ** 50n), fc.bigInt(-(2n ** 31n) + 1n, 2n ** 31n - 1n));
    const ids = fc.sample(near, { numRuns: 500, seed: 20_261_127 });
    const asked = ids.map(([xmax, distance]) => ({
      xid: String(BigInt.asUintN(32, xmax + distance)),
      xmax: String(xmax),
    }));
    expect(await wideOf(asked)).toEqual(ids.map(([xmax, distance]) => xmax + distance));
  });
});
