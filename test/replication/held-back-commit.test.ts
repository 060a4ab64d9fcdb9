/**
 * A commit that is in the log and not yet visible, made for real: with a synchronous standby that does not exist, a
 * committing session has written its commit record and waits, and new snapshots go on showing the old row.
 * The server is this file's own, because the setting holds every commit of the server back.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findKeys, compileFind } from '../../services/erp/changed-keys/record-keys.ts';
import { compileKeyQuery, queryAll, queryKeys } from '../../services/erp/changed-keys/snapshot-query.ts';
import { compileVia, queryVia } from '../../services/erp/changed-keys/via.ts';
import type { Dirt } from '../../services/erp/changed-keys/visibility.ts';
import { createSlot } from '../../services/erp/replication/slot.ts';
import { startPostgres } from '../infrastructure/main.ts';
import type { TestPostgres } from '../infrastructure/main.ts';
import { readTransactions, testDatabase, until } from './database.ts';
import type { TestDatabase } from './database.ts';

const where = 'streams.stock.query';
const query = compileKeyQuery(
  'select id, quantity from item where $keys::int[] is null or id = any($keys)',
  where,
);

let server: TestPostgres;
let database: TestDatabase;
const probes: Promise<void>[] = [];

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.remove());

beforeEach(async () => {
  database = await testDatabase(server.url);
  await database.run(
    'create table probe (id int); create table item (id int primary key, quantity int); insert into item values (1, 10)',
  );
  await database.publish('item');
});
afterEach(async () => {
  await letCommitsThrough();
  await database.drop();
});

/** The setting takes effect some time after the reload: when the first commit is seen waiting for its standby. */
async function holdCommitsBack(): Promise<void> {
  await database.run(`alter system set synchronous_standby_names = 'nobody'`);
  await database.run('select pg_reload_conf()');
  while (!(await someoneWaits())) {
    let isThrough = false;
    probes.push(database.run('insert into probe values (1)').finally(() => (isThrough = true)));
    await until(async () => isThrough || (await someoneWaits()));
  }
}

async function letCommitsThrough(): Promise<void> {
  await database.run('alter system reset synchronous_standby_names');
  await database.run('select pg_reload_conf()');
  await Promise.all(probes.splice(0));
}

async function someoneWaits(): Promise<boolean> {
  const { rows } = await database.pool.query(`select from pg_stat_activity where wait_event = 'SyncRep'`);
  return rows.length > 0;
}

/** The update is in the log and was read there; its session still waits, and other sessions see the old row. */
async function updateHeldBack(quantity: number): Promise<{ dirt: Dirt; committed: Promise<void> }> {
  const log = await database.open();
  await holdCommitsBack();
  const committed = database.run(`update item set quantity = ${quantity} where id = 1`);
  const [transaction] = await readTransactions(log, 1);
  const { rows } = await database.pool.query('select quantity from item where id = 1');
  expect(rows).toEqual([{ quantity: 10 }]);
  return { dirt: { xids: [transaction!.xid], endLsn: transaction!.endLsn! }, committed };
}

const asking = (dirt: Dirt, visibleWithinMs: number) => ({
  pool: database.pool,
  where,
  query,
  dirt,
  visibleWithinMs,
});
const notVisible = { name: 'Unavailable', fault: { code: 'erp.commit_not_visible' } };

describe('while the commit that made a key dirty is held back from visibility', () => {
  it('no answer is given, so that no older value goes out as the newest', async () => {
    const { dirt } = await updateHeldBack(20);
    await expect(queryKeys({ ...asking(dirt, 200), keys: ['1'] })).rejects.toMatchObject(notVisible);
    await expect(queryAll(asking(dirt, 50)).next()).rejects.toMatchObject(notVisible);
  });

  it('the answer waits, and holds the new value under a version not before the commit', async () => {
    const { dirt, committed } = await updateHeldBack(20);
    let answered = false;
    const answer = queryKeys({ ...asking(dirt, 20_000), keys: ['1'] }).finally(() => (answered = true));
    await expect(queryKeys({ ...asking(dirt, 100), keys: ['1'] })).rejects.toMatchObject(notVisible);
    expect(answered).toBe(false);

    await letCommitsThrough();
    await committed;
    const { rows, version } = await answer;
    expect(rows).toEqual([{ id: 1, quantity: 20 }]);
    expect(version).toBeGreaterThanOrEqual(dirt.endLsn);
  });

  it('the way round and the search by record wait as well', async () => {
    const { dirt } = await updateHeldBack(20);
    const rows = [{ id: '1' }];
    const via = compileVia('select r.id from jsonb_to_recordset($rows) r(id int)', where);
    const find = compileFind('select r.id from jsonb_to_recordset($records) r(id int)', where);
    await expect(queryVia({ ...asking(dirt, 50), via, rows })).rejects.toMatchObject(notVisible);
    await expect(findKeys({ ...asking(dirt, 50), find, records: rows })).rejects.toMatchObject(notVisible);
  });

  it('a query about something else is answered at once', async () => {
    await updateHeldBack(20);
    const { rows } = await queryKeys({ ...asking({ xids: [], endLsn: 0n }, 0), keys: ['1'] });
    expect(rows).toEqual([{ id: 1, quantity: 10 }]);
  });

  it('no slot is given out either: a first load after it would miss the commit', async () => {
    const { committed } = await updateHeldBack(20);
    const creating = createSlot(database.pool, `${database.slot}_2`, { withinMs: 300 });
    await expect(creating).rejects.toMatchObject({ fault: { code: 'replication.open_transactions' } });
    const { rows } = await database.pool.query(
      `select 1 from pg_replication_slots where slot_name = '${database.slot}_2'`,
    );
    expect(rows).toEqual([]);

    await letCommitsThrough();
    await committed;
    await createSlot(database.pool, `${database.slot}_2`);
    const rowsLoaded = [];
    for await (const chunk of queryAll(asking({ xids: [], endLsn: 0n }, 0))) rowsLoaded.push(...chunk.rows);
    expect(rowsLoaded).toEqual([{ id: 1, quantity: 20 }]);
  });
});
