/** Questions to and polls of a MySQL. Real: the pool, the snapshots, the templates. Double: its connections. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MysqlPool } from '../../mysql/pool.ts';
import { MysqlDouble, mysqlRefusal } from '../../testing/mysql-double.ts';
import { MysqlPoll } from './mysql-poll.ts';
import { MysqlQuestions } from './mysql-questions.ts';
import { compileMysqlStreams } from './mysql-stream.ts';

let server: MysqlDouble;
let pool: MysqlPool;
let calls: string[];
beforeEach(() => {
  server = new MysqlDouble();
  calls = [];
  const onCall = ({ route }: { route: string }) => void calls.push(route);
  pool = new MysqlPool({ options: () => ({}), max: 1, statementTimeoutMs: 1_000, onCall }, server.connect);
});

const [stream] = compileMysqlStreams(
  {
    stock: {
      topic: 'erp.stock',
      key: { id: 'int' },
      watch: [
        { table: 'item', key: 'id' },
        { table: 'move', via: 'select item_id, more from move where id in ($rows.id)' },
      ],
      query: 'select * from stock where ($keys is null or id in ($keys)) and at > $since',
      find: 'select id from item where sku in ($records.sku)',
    },
  } as never,
  '2026-01-01T00:00:00.000Z',
);
const questions = () =>
  new MysqlQuestions({ pool, stream: stream!, since: '2026-01-01T00:00:00.000Z', rowsPerFetch: 2 });
const asked = () => server.asked.filter((sql) => !/^(set session|select version)/.test(sql));

describe('a stream of MySQL', () => {
  it('is compiled with its watches', () => {
    expect(stream).toMatchObject({
      name: 'stock',
      keyColumns: ['id'],
      keyForms: ['integer'],
      watches: [
        { table: 'item', columns: ['id'] },
        { table: 'move', columns: null },
      ],
      vias: [null, expect.anything()],
      again: null,
    });
  });

  it('is asked for keys in a snapshot with a version from before it', async () => {
    server.on(/from stock/, [{ id: 7 }]);
    expect(await questions().ask(new Map([['7', []]]))).toEqual({ version: 5_000n, rows: [{ id: 7 }] });
    expect(asked().map((sql) => sql.split(' ').slice(0, 2).join(' '))).toEqual([
      'select cast(unix_timestamp(sysdate(6))',
      'start transaction',
      'select *',
      'commit',
    ]);
    expect(server.given.find(({ sql }) => sql.includes('from stock'))).toMatchObject({
      values: ['7', '2026-01-01 00:00:00.000'],
      timeout: 6_000,
    });
    expect(calls).toEqual(['erp.streams.stock.query']);
  });

  it('has versions that do not fall when the clock of the server is set back', async () => {
    server.on(/from stock/, []);
    const one = questions();
    expect((await one.ask(new Map())).version).toBe(5_000n);
    server.on(/sysdate/, [{ version: '4000' }]);
    expect((await one.ask(new Map())).version).toBe(5_000n);
    server.on(/sysdate/, [{ version: '6000' }]);
    expect((await one.ask(new Map())).version).toBe(6_000n);
  });

  it('is asked for all some at a time, without a limit to the whole', async () => {
    server.on(/from stock/, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    const answers = await Array.fromAsync(questions().askAll());
    expect(answers).toEqual([
      { version: 5_000n, rows: [{ id: 1 }, { id: 2 }] },
      { version: 5_000n, rows: [{ id: 3 }] },
    ]);
    expect(server.asked.filter((sql) => sql.includes('max_statement_time'))).toEqual([
      'set session max_statement_time = 1',
      'set session max_statement_time = 0',
      'set session max_statement_time = 1',
    ]);
    expect(server.asked.indexOf('commit')).toBeGreaterThan(0);
    // It went back into the pool.
    await questions().ask(new Map());
    expect([server.opened, server.destroyed.size]).toEqual([1, 0]);
  });

  it('whose answer is given up, or fails, costs the connection', async () => {
    server.on(/from stock/, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    for await (const answer of questions().askAll()) {
      expect(answer.rows).toHaveLength(2);
      break;
    }
    expect(server.destroyed.size).toBe(1);
    server.on(/from stock/, mysqlRefusal(1054, '42S22'));
    await expect(Array.fromAsync(questions().askAll())).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'erp.query', what: expect.stringContaining('erp.streams.stock.query') },
    });
    expect(server.destroyed.size).toBe(2);
    server.on(/^set session time_zone/, mysqlRefusal(1040, '08004'));
    await expect(Array.fromAsync(questions().askAll())).rejects.toMatchObject({
      fault: { code: 'erp.unreachable' },
    });
  });

  it('has ways round and back, by the first column, without repetition', async () => {
    server.on(/from move/, [
      { item_id: 7, more: 'x' },
      { item_id: '7', more: 'y' },
      { item_id: null, more: 'z' },
    ]);
    expect(await questions().keysOf(1, [{ id: '1' }, { id: '2' }])).toEqual(['7']);
    expect(server.given.find(({ sql }) => sql.includes('from move'))!.values).toEqual(['1', '2']);
    server.on(/from item/, [{ id: 8 }]);
    expect(await questions().find([{ source: 'W', sku: 'A' }])).toEqual(['8']);
    const before = asked().length;
    expect([await questions().find([]), asked().length, await questions().expectedRows()]).toEqual([
      [],
      before,
      null,
    ]);
    server.on(/^select 1/, [{ one: 1 }]);
    await questions().probe();
    expect(calls).toEqual(['erp.streams.stock.watch.1.via', 'erp.streams.stock.find', 'erp.refresh.probe']);
  });
});

describe('a poll of MySQL', () => {
  const poll = () => new MysqlPoll(pool, 'erp');

  it('writes names, tables and times as the server reads them', async () => {
    expect([poll().parameter(), poll().quote('a`b'), poll().written('2026-01-02T03:04:05.6Z')]).toEqual([
      '?',
      '`a``b`',
      '2026-01-02 03:04:05.6',
    ]);
    expect([poll().splitTable('item'), poll().splitTable('shop.item')]).toEqual([
      { schema: 'erp', name: 'item' },
      { schema: 'shop', name: 'item' },
    ]);
    server.on(/^select \?/, [{ id: 1 }]);
    expect(await poll().rows('place', 'select ?', ['a'])).toEqual([{ id: 1 }]);
    expect(server.given.at(-1)).toMatchObject({ values: ['a'], timeout: 6_000 });
    expect(await poll().now()).toBe(5);
    expect(calls).toEqual(['place', 'erp.source']);
  });

  it.each([
    [{ server_uuid: 'u', server_uid: 'v', hostname: 'h' }, 'u/erp'],
    [{ server_uid: 'v', hostname: 'h' }, 'v/erp'],
    [{ hostname: 'h', port: 3306, datadir: '/d' }, 'h/3306//d/erp'],
  ])('knows which system it is: %j', async (variables, id) => {
    const rows = Object.entries(variables).map(([name, value]) => ({ Variable_name: name, Value: value }));
    server.on(/^show global variables/, rows);
    expect(await poll().identify()).toBe(id);
  });
});
