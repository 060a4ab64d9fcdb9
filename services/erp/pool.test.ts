/** Real: the driver. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fullTableName, openPool, quoteIdentifier, quoteTable, renewing, splitTable } from './pool.ts';
import { PostgresDouble } from './testing/postgres-double.ts';
import { until } from './testing/until.ts';
import { losslessTypes, queryRows } from './values.ts';

let server: PostgresDouble;
beforeEach(async () => {
  server = (await PostgresDouble.start()).on(/^select/, [{ one: 1 }]);
});
afterEach(() => server.stop());

describe('connections to the database', () => {
  it('say who they are, are so few, and where', async () => {
    const pool = openPool(server.connection);
    await Promise.all(Array.from({ length: 9 }, () => pool.query('select 1')));
    expect(server.logIns).toHaveLength(4);
    expect(server.logIns[0]).toMatchObject({ application_name: 'cartage', database: 'erp' });
    expect(pool.place).toEqual({
      'server.address': '127.0.0.1',
      'server.port': server.connection.port,
      'db.namespace': 'erp',
    });
    await pool.end();
  });

  it('that break, idle or in use, end no process', async () => {
    const pool = openPool({ ...server.connection, max: 2 });
    const client = await pool.connect();
    await pool.query('select 1');
    for (const socket of server.sockets) socket.destroy();
    await expect(client.query('select 1')).rejects.toThrow();
    client.release(true);
    await until(() => pool.totalCount === 0);
    expect((await pool.query('select 1')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('are each made as the secrets are then', async () => {
    let user = 'one';
    const pool = openPool({ ...renewing(() => ({ ...server.connection, user })), max: 2 });
    expect(pool.place['server.port']).toBe(server.connection.port);
    const client = await pool.connect();
    user = 'two';
    await pool.query('select 1');
    expect(server.logIns.map((said) => said.user)).toEqual(['one', 'two']);
    client.release();
    await pool.end();
  });

  it('give up a server that does not answer by then', async () => {
    const pool = openPool({ ...server.connection, query_timeout: 30 });
    server.on(/^select/, () => new Promise(() => undefined));
    await expect(pool.query('select 1')).rejects.toThrow('timeout');
    await pool.end();
  });

  it('give the rows of the last statement, by a deadline of its own', async () => {
    const pool = openPool(server.connection);
    server.on(/^select 2/, [{ two: 2 }]);
    const asked = (text: string, timeoutMs = 5_000) => queryRows(pool, { text, values: [], timeoutMs });
    expect(await asked('select 1')).toEqual([{ one: 1 }]);
    server.on(/^select 3/, () => new Promise(() => undefined));
    await expect(asked('select 3', 30)).rejects.toThrow('timeout');
    expect(((await pool.query('begin; select 2')) as unknown as { rows: object[] }[]).at(-1)!.rows).toEqual([
      { two: 2 },
    ]);
    await pool.end();
  });
});

it.each([
  ['item', 'public', 'item'],
  ['shop.item', 'shop', 'item'],
  ['shop.a.b', 'shop', 'a.b'],
])('the table %s is of %s, %s', (table, schema, name) => {
  expect([splitTable(table), fullTableName(table)]).toEqual([{ schema, name }, `${schema}.${name}`]);
  expect(quoteTable(table)).toBe(`"${schema}"."${name}"`);
  expect(quoteIdentifier('a"b')).toBe('"a""b"');
});

const parserOf = losslessTypes.getTypeParser as unknown as (oid: number) => (text: string) => unknown;
it.each<[number, string, unknown]>([
  [16, 't', true],
  [16, 'f', false],
  [21, '7', 7],
  [23, '7', 7],
  [26, '7', 7],
  [20, '9007199254740993', '9007199254740993'],
  [700, '1.5', 1.5],
  [701, '1.5', 1.5],
  [1700, '1.50', '1.50'],
  [114, '{"a":1}', { a: 1 }],
  [3802, '{"a":[1,2.5],"n":12345678901234567890}', { a: [1, 2.5], n: '12345678901234567890' }],
  [
    3802,
    '[0.1000000000000000055, 1.2345678901234567, 1000000000000000000000]',
    ['0.1000000000000000055', 1.2345678901234567, '1000000000000000000000'],
  ],
  [1042, 'A  ', 'A'],
  [1005, '{1,NULL,{2}}', [1, null, [2]]],
  [1007, '{1}', [1]],
  [1000, '{t,f}', [true, false]],
  [1185, '{"2026-01-02 03:04:05+01"}', ['2026-01-02T02:04:05Z']],
  [1115, '{"2026-01-02 03:04:05.5"}', ['2026-01-02T03:04:05.5']],
  [1014, '{"A  "}', ['A']],
  [1009, '{a,"b c"}', ['a', 'b c']],
  [1016, '{9007199254740993}', ['9007199254740993']],
  [1231, '{1.50}', ['1.50']],
  [1182, '{2026-01-02}', ['2026-01-02']],
  [2951, '{a}', ['a']],
  [1015, '{a}', ['a']],
  [1082, '2026-01-02', '2026-01-02'],
  [1114, '2026-01-02 03:04:05.123456', '2026-01-02T03:04:05.123456'],
  [1184, '2026-01-02 03:04:05.123456-05:30', '2026-01-02T08:34:05.123456Z'],
  [1184, '0044-03-15 12:00:00+00:16:22', '0044-03-15T11:43:38Z'],
  [1184, '12026-01-02 03:04:05+00', '12026-01-02T03:04:05Z'],
  [1184, 'infinity', 'infinity'],
  [1184, '292026-01-02 03:04:05+00', '292026-01-02 03:04:05+00'],
])('a value of type %d, %s, is %j', (oid, text, expected) => {
  expect(parserOf(oid)(text)).toEqual(expected);
});
