/** Double: the server. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MysqlDouble, mysqlRefusal } from '../testing/mysql-double.ts';
import { Shown, laterMark, lookAgainMs, markOf } from './proof.ts';
import { MysqlPool } from './pool.ts';
import { askSnapshot } from './snapshot.ts';

const origin = { file: 'mysql-bin.000009', pos: '742', gtid: '0-1-9', txId: null };

describe('a mark', () => {
  it.each([
    ['position', {}, 'mysql-bin.000009:742'],
    ['gtid', {}, '0-1-9'],
    ['position', { pos: null }, null],
    ['position', { file: '' }, null],
    ['gtid', { gtid: null }, null],
    ['gtid', { gtid: '3E11FA47-71CA-11E1-9E33-C80AA9429562:23' }, null],
  ] as const)('by %s, of %j', (proof, more, mark) => {
    expect(markOf(proof, { ...origin, ...more })).toBe(mark);
  });

  it.each([
    ['a.000009:742', 'a.000009:80', 'a.000009:742'],
    ['a.000009:742', 'a.000010:80', 'a.000010:80'],
    ['0-1-9', '0-2-10', '0-2-10'],
    ['0-1-10', '0-1-9', '0-1-10'],
    ['0-1-9', '1-1-10', null],
    ['7', '7', '7'],
    ['7', '8', null],
    ['seen', 'a.000009:742', null],
  ])('of %s and %s the later one', (one, other, later) => {
    expect(laterMark(one, other)).toBe(later);
  });
});

describe('an answer', () => {
  let server: MysqlDouble;
  let pool: MysqlPool;
  beforeEach(() => {
    server = new MysqlDouble().on(/^select 1/, [{ one: 1 }]).on(/^rollback/, []);
    pool = new MysqlPool({ options: () => ({}), max: 1, statementTimeoutMs: 1_000 }, server.connect);
  });
  const ask = (...marks: string[]) => askSnapshot(pool, 'stock', { text: 'select 1', values: [] }, marks);
  const shows = (file: string, position: string) => [
    { Variable_name: 'Binlog_snapshot_file', Value: file },
    { Variable_name: 'Binlog_snapshot_position', Value: position },
  ];
  const asked = (pattern: RegExp) => server.asked.filter((sql) => pattern.test(sql));

  it('is taken again until its snapshot ends behind the last of its places', async () => {
    const ends = [shows('log.000009', '742'), shows('log.000010', '4'), shows('log.000010', '5')];
    server.on(/binlog_snapshot/, () => ends.shift()!);
    await ask('log.000009:742', 'log.000010:4', 'log.000002:9999', 'seen');
    expect([ends.length, asked(/^start transaction/).length, asked(/^rollback/).length]).toEqual([0, 3, 2]);
    expect(server.asked.at(-1)).toBe('commit');
  });

  it('waits until a replica has applied what is named, of each domain the last', async () => {
    const answers = [[{ late: -1 }], [{ late: 0 }]];
    server.on(/master_gtid_wait/, () => answers.shift()!);
    await ask('0-1-9', '0-1-11', '2-1-3', '0-1-10');
    const wait = "select master_gtid_wait('0-1-11,2-1-3', 2) as late";
    expect(asked(/gtid|^start|^rollback/).map((sql) => (sql === wait ? 'wait' : sql.slice(0, 5)))).toEqual([
      'wait',
      'wait',
      'start',
    ]);
  });

  describe('that waits in vain', () => {
    const waited = async (marks: string[], withinMs = -1) => {
      const shown = new Shown('stock', marks, pool, withinMs);
      return shown.begin(await server.connect(), () => Promise.resolve('begun'));
    };
    const begin = (...marks: string[]) => waited(marks);

    it('counts as seen what the log of the server does not have, and nothing else', async () => {
      const has = new Map([['log.000001', '0-1-5']]);
      server.on(/binlog_snapshot/, () => shows('log.000001', '600'));
      const asks = () => asked(/binlog_gtid_pos/).at(-1)!;
      server.on(/binlog_gtid_pos/, () => [{ gtids: has.get(/'(.*)'/.exec(asks())![1]!) ?? null }]);
      expect(await begin('log.000009:742', 'log.000001:500', 'log.000008:1')).toBe('begun');
      expect(asked(/gtid_pos/).map((sql) => /'(.*)'/.exec(sql)![1])).toEqual(['log.000009', 'log.000008']);
      const late = { fault: { code: 'erp.commit_not_visible' } };
      await expect(begin('log.000009:742', 'log.000001:601')).rejects.toMatchObject(late);
      await expect(begin("l'.000009:742")).rejects.toMatchObject(late);
    });

    it('waits for it no second time, nor for what the lost log had behind it, until the new log is as long', async () => {
      let end = '600';
      server.on(/binlog_snapshot/, () => shows('log.000001', end));
      // The new log has it, and shows it a moment later.
      server.on(/binlog_gtid_pos/, () => {
        if (end === '600') return [{ gtids: null }];
        end = '1000';
        return [{ gtids: '0-1-5' }];
      });
      await begin('log.000001:742');
      const looks = () => asked(/binlog_snapshot/).length;
      await waited(['log.000001:742'], 1_000);
      await waited(['log.000001:900', 'log.000002:4'], 1_000);
      expect([looks(), pool.lostFrom]).toEqual([4, 'log.000001:742']);
      end = '700';
      await waited(['log.000001:901'], 1_000);
      expect([looks(), pool.lostFrom]).toEqual([6, null]);
    });

    it('looks often at first, and then a few times a second', () => {
      expect([0, 999, 1_000, 29_000].map(lookAgainMs)).toEqual([5, 5, 250, 250]);
    });

    it.each([
      ['0', 0, [], null],
      ['0', 'OFF', [], null],
      ['0', 1, [], 'erp.commit_not_visible'],
      ['1', 0, [], 'erp.commit_not_visible'],
      ['0', 0, [{ Slave_SQL_Running: 'No' }], 'erp.commit_not_visible'],
      ['0', 0, mysqlRefusal(1227, '42000'), 'erp.commit_not_visible'],
      ['0', 0, mysqlRefusal(1053, '08S01'), 'erp.unreachable'],
    ])(
      'for a server of %s replications, read-only %s, configured %j: %s',
      async (following, closed, of, code) => {
        server.on(/master_gtid_wait/, [{ late: -1 }]).on(/SLAVES_RUNNING/, [{ following, closed }]);
        server.on(/^show all slaves/, of);
        const applied = begin('0-2-271').catch((error: { fault: object }) => error.fault);
        expect(await applied).toEqual(code === null ? 'begun' : expect.objectContaining({ code }));
      },
    );
  });

  it('of nothing that could be shown is taken as it is', async () => {
    await ask('seen', '7');
    expect(asked(/gtid|binlog/)).toEqual([]);
  });
});
