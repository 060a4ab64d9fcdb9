import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SinkCall } from '../../platform/telemetry/sink-calls.ts';
import { MysqlDouble, mysqlRefusal } from '../testing/mysql-double.ts';
import { MysqlPool, askedRows, rowsOf } from './pool.ts';
import type { Connection } from './pool.ts';

let server: MysqlDouble;
let calls: string[];
let passwords: string[];
let pool: MysqlPool;
beforeEach(() => {
  server = new MysqlDouble().on(/^select 1/, [{ one: 1 }]);
  [calls, passwords] = [[], []];
  pool = new MysqlPool(
    {
      options: () => ({ password: `p${passwords.push('') - 1}` }),
      max: 2,
      statementTimeoutMs: 1_500,
      onCall: ({ route, code, outcome }: SinkCall) => calls.push(`${route} ${code} ${outcome}`),
    },
    (async ({ password }: { password: string }) => {
      passwords[passwords.length - 1] = password;
      return server.connect();
    }) as never,
  );
});

const ask = (connection: Connection) => askedRows(connection, { text: 'select 1', values: ['a'] }, 1_500);
const turn = () => new Promise(setImmediate);

describe('connections to MySQL', () => {
  it('have the session that values rely on, and a limit at the server, and are used again', async () => {
    expect(await pool.run('q', ask)).toEqual([{ one: 1 }]);
    await pool.run('q', ask);
    expect(server.asked).toEqual([
      `set session time_zone = '+00:00', session net_write_timeout = 600`,
      'set session transaction isolation level repeatable read',
      'select version() as version',
      'set session max_statement_time = 1.5',
      'select 1',
      'select 1',
    ]);
    expect(server.given.map(({ timeout }) => timeout)).toEqual([5_000, 5_000, 5_000, 5_000, 6_500, 6_500]);
    expect(server.given.at(-1)!.values).toEqual(['a']);
    expect(calls).toEqual(['q 00000 ok', 'q 00000 ok']);
    expect(pool.statementTimeoutMs).toBe(1_500);
  });

  it('know both servers by their own words for that', async () => {
    server.on(/^select version/, [{ version: '8.4.0' }]);
    await pool.run('q', ask);
    expect(server.asked).toContain('set session max_execution_time = 1500');
  });

  it('are so many at most; who comes later waits for one', async () => {
    const [first] = [await pool.acquire(), await pool.acquire()];
    let third: Connection | null = null;
    const waiting = pool.acquire().then((connection) => (third = connection));
    await turn();
    expect([third, server.opened]).toEqual([null, 2]);
    pool.release(first);
    await waiting;
    expect([third === first, server.opened]).toEqual([true, 2]);
    pool.destroy(first);
    await pool.acquire();
    expect(server.opened).toBe(3);
  });

  it('are asked for with the secrets as they are then', async () => {
    await Promise.all([pool.acquire(), pool.acquire()]);
    expect(passwords).toEqual(['p0', 'p1']);
  });

  it.each([
    [mysqlRefusal(1064, '42000'), 'q 42000 refused', 'erp.query'],
    [mysqlRefusal(1205, 'HY000'), 'q HY000 failed', 'erp.contention'],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'q 0 failed', 'erp.unreachable'],
  ])('are not used again after a failure: %s', async (error, call, code) => {
    server.on(/^select 1/, error);
    await expect(pool.run('q', ask)).rejects.toMatchObject({ fault: { code } });
    expect([calls, server.destroyed.size]).toEqual([[call], 1]);
    await expect(pool.run('q', ask)).rejects.toMatchObject({ fault: { code } });
    await expect(pool.run('q', ask)).rejects.toMatchObject({ fault: { code } });
    expect(server.opened).toBe(3);
  });

  it('that cannot be prepared are let go, and take no place', async () => {
    server.on(/^set session time_zone/, mysqlRefusal(1227, '42000'));
    for (const _try of [1, 2, 3])
      await expect(pool.run('q', ask)).rejects.toMatchObject({ fault: { code: 'erp.right_missing' } });
    expect(server.destroyed.size).toBe(3);
  });

  it('that break while nobody uses them are forgotten', async () => {
    const connection = await pool.acquire();
    const other = await pool.acquire();
    pool.release(connection);
    server.breakOff(other);
    server.breakOff(connection);
    expect(await pool.acquire()).not.toBe(connection);
  });

  it('are cut at the end, and what is given back later as well', async () => {
    const [one, other] = [await pool.acquire(), await pool.acquire()];
    pool.release(one);
    pool.close();
    expect(server.destroyed).toEqual(new Set([one, other]));
    await expect(rowsOf(other, 'select 1', 5)).rejects.toThrow('destroyed');
    server.destroyed.clear();
    pool.release(other);
    expect(server.destroyed).toEqual(new Set([other]));
  });
});
