/** What is asked in one snapshot. Real: the driver. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPool } from '../pool.ts';
import type { ErpPool } from '../pool.ts';
import { SqlQuestions } from '../sources/postgres/sql-questions.ts';
import { compileStreams } from '../streams.ts';
import { PostgresDouble, refusal } from '../testing/postgres-double.ts';
import { until } from '../testing/until.ts';
import { Replica } from './replica.ts';
import { openSnapshot, queryInSnapshot } from './snapshot.ts';
import type { SnapshotOptions } from './snapshot.ts';

let server: PostgresDouble;
let pool: ErpPool;
let calls: string[];
beforeEach(async () => {
  calls = [];
  server = (await PostgresDouble.start())
    .on(/pg_current_wal_lsn/, [{ lsn: '0/2A' }])
    .on(/transaction_timeout/, [])
    .on(/^select 1$/, [{ one: 1 }]);
  pool = openPool({ ...server.connection, max: 2 }, ({ route, code }) => calls.push(`${route} ${code}`));
});
afterEach(async () => {
  await pool.end();
  await server.stop();
});

const options = (more: Partial<SnapshotOptions> = {}): SnapshotOptions => ({
  pool,
  where: 'streams.stock.query',
  dirt: { xids: [] },
  ...more,
});
const ask = (more: Partial<SnapshotOptions> = {}) => queryInSnapshot(options(more), 'select 1', []);

describe('a snapshot', () => {
  it('is read only, has a version from before it, and gives its connection back', async () => {
    expect(await ask({ statementTimeoutMs: 1_234.6, timezone: 'Europe/Vienna' })).toEqual({
      version: 42n,
      rows: [{ one: 1 }],
    });
    expect(server.asked).toEqual([
      'begin read only',
      'select pg_current_wal_lsn()::text as lsn',
      'rollback',
      'begin isolation level repeatable read read only',
      'set local statement_timeout = 1235',
      'set local idle_in_transaction_session_timeout = 0',
      expect.stringContaining('transaction_timeout'),
      `set local datestyle = 'ISO'`,
      `set local timezone = 'Europe/Vienna'`,
      expect.anything(),
      expect.anything(),
      expect.anything(),
      'select 1',
      'commit',
    ]);
    expect(calls).toEqual(['streams.stock.query 00000']);
    await ask();
    expect([server.logIns.length, server.asked.includes('set local statement_timeout = 30000')]).toEqual([
      1,
      true,
    ]);
    expect(server.asked.filter((sql) => sql.includes('timezone'))).toHaveLength(1);
  });

  describe('where there is a replica', () => {
    let standby: PostgresDouble;
    let replica: Replica;
    let told: unknown[];
    beforeEach(async () => {
      told = [];
      server
        .on(/pg_visible_in_snapshot/, [])
        .on(/pg_current_wal_insert_lsn/, [{ needed: '0/40', system: '7/1' }]);
      server.on(/^select 1$/, [{ one: 'primary' }]);
      standby = (await PostgresDouble.start())
        .on(/transaction_timeout/, [])
        .on(/pg_control_checkpoint/, [{ standby: true, lsn: '0/41', system: '7/1' }])
        .on(/^select 1$/, [{ one: 'standby' }]);
      const warn = (fields: object) => told.push(fields);
      replica = new Replica(openPool({ ...standby.connection, max: 2 }), { warn } as never);
    });
    afterEach(async () => {
      await replica.pool.end();
      await standby.stop();
    });

    it('is taken there, once it has replayed what the primary shows', async () => {
      const behind = [{ standby: true, lsn: '0/3F', system: '7/1' }];
      const answers = [behind, [{ standby: true, lsn: '0/41', system: '7/1' }]];
      standby.on(/pg_control_checkpoint/, () => answers.shift()!);
      expect(await ask({ replica, dirt: { xids: [7] } })).toEqual({
        version: 65n,
        rows: [{ one: 'standby' }],
      });
      expect(server.askedOf(/pg_visible_in_snapshot/)).toHaveLength(1);
      expect([server.askedOf(/^select 1$/), standby.askedOf(/^(rollback|commit)/), told]).toEqual([
        [],
        ['rollback', 'rollback', 'rollback', 'commit'],
        [],
      ]);
    });

    it('tells how far it may show the log: what the standby has received', async () => {
      const seen: bigint[] = [];
      standby.on(/pg_last_wal_receive_lsn/, [{ seen: '0/45' }]);
      server.on(/pg_current_wal_insert_lsn\(\)::text as seen/, [{ seen: '0/40' }]);
      await ask({ replica, onSeen: (to) => seen.push(to) });
      expect(seen).toEqual([0x40n, 0x45n]);
    });

    it('is taken at the primary where the replica stays behind', async () => {
      standby.on(/pg_control_checkpoint/, [{ standby: true, lsn: '0/3F', system: '7/1' }]);
      expect((await ask({ replica })).rows).toEqual([{ one: 'primary' }]);
      expect([standby.askedOf(/^select 1$/), told]).toEqual([[], []]);
    });

    it.each([
      ['a server that is no standby', [{ standby: false, lsn: null, system: '7/1' }]],
      ['the standby of another server', [{ standby: true, lsn: '0/99', system: '8/1' }]],
      ['the standby of what was the primary', [{ standby: true, lsn: '0/99', system: '7/0' }]],
      ['a server that refuses', refusal('57P03')],
    ])('is taken at the primary for a while after %s was met, which is told', async (_what, answer) => {
      standby.on(/pg_control_checkpoint/, answer);
      expect((await ask({ replica })).rows).toEqual([{ one: 'primary' }]);
      expect((await ask({ replica })).rows).toEqual([{ one: 'primary' }]);
      expect([standby.askedOf(/pg_control_checkpoint/).length, told.length]).toEqual([1, 1]);
    });

    it('is asked again at the primary where the standby cuts the query', async () => {
      standby.on(/^select 1$/, refusal('40001'));
      expect((await ask({ replica })).rows).toEqual([{ one: 'primary' }]);
      expect([told.length, replica.isResting]).toEqual([1, true]);
    });
  });

  it('tells how far it may show the log, taken after it', async () => {
    const seen: bigint[] = [];
    server.on(/pg_current_wal_insert_lsn/, [{ seen: '0/2C' }]).on(/pg_visible_in_snapshot/, []);
    await ask({ dirt: { xids: [7] }, onSeen: (to) => seen.push(to) });
    expect(seen).toEqual([0x2cn]);
    const [snapshot, position] = [/pg_visible_in/, /insert_lsn/].map((sql) =>
      server.asked.findIndex((text) => sql.test(text)),
    );
    expect(position).toBeGreaterThan(snapshot!);
  });

  it('is taken anew until it contains what made the keys dirty', async () => {
    const unseen = [[{ xid: '4294967303' }], [{ xid: '4294967303' }], []];
    server.on(/pg_visible_in_snapshot/, () => unseen.shift()!);
    await ask({ dirt: { xids: [7, 7, 9] } });
    expect(server.askedOf(/pg_visible/)[0]).toContain(`unnest('{7,9}'::bigint[])`);
    const once = ['begin read', 'rollback', 'begin isolation'];
    expect(
      server.askedOf(/^(begin|rollback|commit)/).map((sql) => /^\w+( read| isolation)?/.exec(sql)![0]),
    ).toEqual([...once, 'rollback', ...once, 'rollback', ...once, 'commit']);
    expect(server.askedOf(/pg_current_wal_lsn/)).toHaveLength(3);
  });

  it('is given up in the end', async () => {
    server.on(/pg_visible_in_snapshot/, [{ xid: '7' }, { xid: '8' }]);
    await expect(ask({ dirt: { xids: [7, 8] }, visibleWithinMs: 10 })).rejects.toMatchObject({
      fault: {
        code: 'erp.commit_not_visible',
        what: 'streams.stock.query waited 10 ms in vain for a snapshot that contains transaction 7, 8',
      },
    });
    // After 3 and 6 ms: one more would be too late.
    expect(server.askedOf(/pg_visible/).length).toBeLessThanOrEqual(2);
    await until(() => server.sockets.size === 0);
  });

  it.each<[string, string, object]>([
    ['42703', 'erp.query', { name: 'Rejected' }],
    ['22P02', 'erp.query', { name: 'Rejected' }],
    ['P0001', 'erp.query', { name: 'Rejected' }],
    ['0A000', 'erp.query', { name: 'Rejected' }],
    ['21000', 'erp.query', { name: 'Rejected' }],
    ['25006', 'erp.query', { name: 'Rejected' }],
    ['42501', 'erp.right_missing', { name: 'Unavailable', perhapsRecord: false }],
    ['57014', 'erp.deadline', { name: 'Unavailable', perhapsRecord: true }],
    ['53300', 'erp.resources_exhausted', { name: 'Unavailable', perhapsRecord: false }],
  ])('that is refused by %s says %s, and its connection is not used again', async (code, fault, more) => {
    server.on(/^select 1$/, refusal(code));
    await expect(ask()).rejects.toMatchObject({ ...more, fault: { code: fault } });
    expect(calls).toEqual([`streams.stock.query ${code}`]);
    await until(() => server.sockets.size === 0);
    expect(server.asked).not.toContain('commit');
  });

  it('whose end is refused was read all the same', async () => {
    server.on(/^commit$/, refusal('57014'));
    expect((await ask()).rows).toHaveLength(1);
    await until(() => server.sockets.size === 0);
  });

  it('cannot begin without a connection, or where that is refused', async () => {
    server.on(/^begin/, refusal('53300'));
    await expect(openSnapshot(options())).rejects.toMatchObject({
      fault: { code: 'erp.resources_exhausted' },
    });
    await until(() => server.sockets.size === 0);
    await server.stop();
    await expect(openSnapshot(options())).rejects.toMatchObject({
      fault: { code: 'erp.unreachable', what: 'streams.stock.query could not be asked' },
    });
    server = await PostgresDouble.start();
  });

  it('has a limit on our side beyond that of the server', async () => {
    const snapshot = await openSnapshot(options({ statementTimeoutMs: 1_000 }));
    expect(snapshot.queryTimeoutMs).toBe(6_000);
    await snapshot.close('failed');
    const usual = await openSnapshot(options());
    expect(usual.queryTimeoutMs).toBe(35_000);
    await usual.close('failed');
    await until(() => server.sockets.size === 0);
  });
});

describe('questions by SQL', () => {
  const query = 'select * from item where ($keys::int[] is null or id = any($keys)) and at > $since';
  const stream = (key: object = { id: 'int' }, more: object = {}) =>
    compileStreams({
      stock: {
        topic: 'erp.stock',
        key,
        watch: [{ table: 'move', via: 'select item_id from move where id = any($rows)' }],
        query,
        find: 'select id from item where sku = any($records)',
        ...more,
      },
    } as never)[0]!;
  const questions = (key?: object, refusesPolicies = true) =>
    new SqlQuestions({
      pool,
      stream: stream(key),
      since: '2026-01-01T00:00:00.000Z',
      statementTimeoutMs: 1_000,
      loadTimeoutMs: 60_000,
      timezone: null,
      rowsPerFetch: 2,
      refusesPolicies,
    });
  /** Values of the newest statement that has some. */
  const given = () => server.values.findLast((values) => values.length > 0);

  it('ask for keys, with all that happened to them', async () => {
    server.on(/from item where \(/, [{ id: 7 }]).on(/pg_visible_in_snapshot/, []);
    const keys = new Map([
      ['7', ['41', 'seen']],
      ['8', ['42', '41']],
    ]);
    expect(await questions().ask(keys)).toEqual({ version: 42n, rows: [{ id: 7 }] });
    expect(given()).toEqual(['{"7","8"}', '2026-01-01T00:00:00.000Z']);
    expect(server.askedOf(/pg_visible/)[0]).toContain(`unnest('{41,42}'::bigint[])`);
    expect(calls).toEqual(['erp.streams.stock.query 00000']);
    expect(server.asked).toContain('set local statement_timeout = 1000');
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('fail where a policy would hide rows, each of them from the first on: %s', async (refuses, times) => {
    const rows = { 'Plan Rows': 7 };
    server
      .on(/from (item|move)/, [])
      .on(/^explain/, [{ 'QUERY PLAN': [{ Plan: rows }] }])
      .on(/^fetch/, []);
    for (const ask of [
      (one: SqlQuestions) => one.ask(new Map([['7', []]])),
      (one: SqlQuestions) => Array.fromAsync(one.askAll([], null)),
      (one: SqlQuestions) => one.expectedRows(),
      (one: SqlQuestions) => one.keysOf(0, [{ id: '7' }], []),
      (one: SqlQuestions) => one.find([{ sku: 'A' }]),
    ]) {
      server.asked.length = 0;
      await ask(questions(undefined, refuses));
      expect(server.askedOf(/^set local row_security = off$/)).toHaveLength(times);
    }
  });

  it('ask for keys of several columns by name', async () => {
    server.on(/from item where \(/, []);
    await questions({ place: 'text', item: 'int' }).ask(new Map([['["A","7"]', []]]));
    expect(given()![0]).toBe('[{"place":"A","item":"7"}]');
  });

  it('ask all in the order of the key, some at a time, beyond where it stopped', async () => {
    const chunks = [[{ id: 1 }, { id: 2 }], [{ id: 3 }], []];
    server.on(/^fetch 2 from all_keys/, () => chunks.shift()!);
    const answers = await Array.fromAsync(questions().askAll([], '0'));
    expect(answers.map(({ version, rows }) => [version, rows.length])).toEqual([
      [42n, 2],
      [42n, 1],
    ]);
    const [declared] = server.askedOf(/^declare/);
    expect(declared).toContain(
      'where (all_rows."id"::text collate "C") > ($3::text) order by all_rows."id"::text collate "C"',
    );
    expect(given()).toEqual([null, '2026-01-01T00:00:00.000Z', '0']);
    expect([server.asked.at(-1), server.sockets.size]).toEqual(['commit', 1]);
    expect(server.asked).toContain('set local statement_timeout = 60000');
    expect(server.askedOf(/^begin isolation/)).toHaveLength(1);
  });

  it('ask all from the first, and drop the connection of who stops before the end or fails', async () => {
    server.on(/^fetch/, [{ id: 1 }]);
    for await (const answer of questions().askAll([], null)) {
      expect(answer.rows).toHaveLength(1);
      break;
    }
    expect(server.askedOf(/^declare/)[0]).not.toContain('collate "C") >');
    server.on(/^fetch/, refusal('57014'));
    await expect(Array.fromAsync(questions().askAll([], null))).rejects.toMatchObject({
      fault: { code: 'erp.deadline', what: 'erp.streams.stock.query could not be asked' },
    });
    await until(() => server.sockets.size === 0);
  });

  it('ask by a way round, and by the names of records', async () => {
    server.on(/from move where/, [{ item_id: '007' }, { item_id: null }, { item_id: 8 }]);
    expect(await questions().keysOf(0, [{ id: '5' }], ['41x'])).toEqual(['7', '8']);
    expect(given()).toEqual(['[{"id":"5"}]']);
    expect(server.askedOf(/^select \* from \([\s\S]* limit 50001$/)).toHaveLength(1);
    server.on(/from item where sku/, [{ id: 9 }]);
    expect(await questions().find([{ source: 'W', sku: 'A' }])).toEqual(['9']);
    expect(given()).toEqual(['[{"source":"W","sku":"A"}]']);
    const asked = server.asked.length;
    expect([await questions().find([]), server.asked.length]).toEqual([[], asked]);
    expect(calls).toEqual(['erp.streams.stock via public.move 00000', 'erp.streams.stock.find 00000']);
  });

  it('take keys of several columns by their names, else in their order, and none with a null', async () => {
    const several = questions({ place: 'text', item: 'int' });
    server.on(/from move where/, [
      { item: 7, place: 'A' },
      { item: 8, place: null },
    ]);
    expect(await several.keysOf(0, [], [])).toEqual(['["A","7"]']);
    server.on(/from move where/, [{ a: 'A', b: '07', c: 'more' }]);
    expect(await several.keysOf(0, [], [])).toEqual(['["A","7"]']);
  });

  it('take a way round that leads to too many keys for one to all', async () => {
    server.on(
      /from move where/,
      Array.from({ length: 50_001 }, (_, id) => ({ item_id: String(id) })),
    );
    expect(await questions().keysOf(0, [], [])).toBe('all');
    server.on(
      /from move where/,
      Array.from({ length: 50_000 }, (_, id) => ({ item_id: String(id) })),
    );
    expect(await questions().keysOf(0, [], [])).toHaveLength(50_000);
  });

  it('know about how many rows there are, and whether somebody answers', async () => {
    server.on(/^explain \(format json\)/, [{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': 4_321 } }] }]);
    expect(await questions().expectedRows()).toBe(4_321);
    await questions().probe();
    expect(calls.at(-1)).toBe('erp.refresh.probe 00000');
    server.on(/^select 1$/, refusal('57P03'));
    await expect(questions().probe()).rejects.toThrow('57P03');
  });
});
