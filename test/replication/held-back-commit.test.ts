/**
 * A commit that is in the log and not yet visible, made for real: with a synchronous standby that does not exist, a
 * committing session has written its commit record and waits, and new snapshots go on showing the old row.
 * The server is this file's own, because the setting holds every commit of the server back.
 */
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findKeys, compileFind } from '../../services/erp/changed-keys/record-keys.ts';
import { compileKeyQuery, queryAll, queryKeys } from '../../services/erp/changed-keys/snapshot-query.ts';
import { compileVia, queryVia } from '../../services/erp/changed-keys/via.ts';
import type { Dirt } from '../../services/erp/changed-keys/visibility.ts';
import type { Lsn } from '../../services/erp/replication/lsn.ts';
import { createSlot, inspectSlot } from '../../services/erp/replication/slot.ts';
import { startPostgres } from '../infrastructure/main.ts';
import type { TestPostgres } from '../infrastructure/main.ts';
import { readTransactions, testDatabase, until } from './database.ts';
import type { TestDatabase } from './database.ts';

const noDirt: Dirt = { xids: [] };
const where = 'streams.stock.query';
const query = compileKeyQuery(
  'select id, quantity from item where $keys::int[] is null or id = any($keys)',
  where,
);

let server: TestPostgres;
let database: TestDatabase;

beforeAll(async () => {
  server = await startPostgres();
});
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
  let probe = Promise.resolve();
  while ((await waitingSessions()) === 0) {
    let isThrough = false;
    probe = database.run('insert into probe values (1)').finally(() => (isThrough = true));
    await until(async () => isThrough || (await waitingSessions()) > 0);
  }
  // The waiting probe is let go, so that only what a test does is held back.
  await database.run(`select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`);
  await probe;
}

async function letCommitsThrough(): Promise<void> {
  await database.run('alter system reset synchronous_standby_names');
  await database.run('select pg_reload_conf()');
}

async function waitingSessions(): Promise<number> {
  const { rows } = await database.pool.query(`select from pg_stat_activity where wait_event = 'SyncRep'`);
  return rows.length;
}

/** The update is in the log and was read there; its session still waits, and other sessions see the old row. */
async function updateHeldBack(
  quantity: number,
): Promise<{ dirt: Dirt; endLsn: Lsn; committed: Promise<void> }> {
  const log = await database.open();
  await holdCommitsBack();
  const committed = database.run(`update item set quantity = ${quantity} where id = 1`);
  const [transaction] = await readTransactions(log, 1);
  const { rows } = await database.pool.query('select quantity from item where id = 1');
  expect(rows).toEqual([{ quantity: 10 }]);
  const { xid, endLsn } = transaction!;
  return { dirt: { xids: [xid] }, endLsn: endLsn!, committed };
}

const asking = (dirt: Dirt, visibleWithinMs: number) => ({
  pool: database.pool,
  where,
  query,
  dirt,
  visibleWithinMs,
  keyColumns: ['id'],
  after: null,
});
const notVisible = { name: 'Unavailable', fault: { code: 'erp.commit_not_visible' } };

describe('while the commit that made a key dirty is held back from visibility', () => {
  it('no answer is given, so that no older value goes out as the newest', async () => {
    const { dirt } = await updateHeldBack(20);
    await expect(queryKeys({ ...asking(dirt, 200), keys: ['1'] })).rejects.toMatchObject(notVisible);
    await expect(queryAll(asking(dirt, 50)).next()).rejects.toMatchObject(notVisible);
  });

  it('the answer waits, and holds the new value under a version not before the commit', async () => {
    const { dirt, endLsn, committed } = await updateHeldBack(20);
    let answered = false;
    const answer = queryKeys({ ...asking(dirt, 20_000), keys: ['1'] }).finally(() => (answered = true));
    await expect(queryKeys({ ...asking(dirt, 100), keys: ['1'] })).rejects.toMatchObject(notVisible);
    expect(answered).toBe(false);

    await letCommitsThrough();
    await committed;
    const { rows, version } = await answer;
    expect(rows).toEqual([{ id: 1, quantity: 20 }]);
    expect(version).toBeGreaterThanOrEqual(endLsn);
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
    const { rows } = await queryKeys({ ...asking(noDirt, 0), keys: ['1'] });
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
    for await (const chunk of queryAll(asking(noDirt, 0))) rowsLoaded.push(...chunk.rows);
    expect(rowsLoaded).toEqual([{ id: 1, quantity: 20 }]);
  });
});

/**
 * A slot is created in steps, each of which waits for the transactions that ran at the step before. One that begins
 * between the last two, and whose commit is held back, is neither decoded (its commit lies before the slot's position)
 * nor visible. Two open transactions steer the creation to that point.
 */
describe('a transaction that commits while a slot is being created', () => {
  it('is seen by the first load even when its commit is held back', async () => {
    await holdCommitsBack();
    const first = await openTransaction();
    const slot = `${database.slot}_2`;
    const loaded = createSlot(database.pool, slot).then(async () => {
      const rows = [];
      for await (const chunk of queryAll(asking(noDirt, 0))) rows.push(...chunk.rows);
      return rows;
    });
    await slotWaitsFor(first);
    const between = await openTransaction();
    await first.end();
    await slotWaitsFor(between);
    const committed = database.run('update item set quantity = 20 where id = 1');
    await until(async () => (await waitingSessions()) > 0);
    await between.end();

    // The server is done with the slot, at a position behind the commit; the load has every chance to come too early.
    await until(async () => (await inspectSlot(database.pool, slot))?.confirmedLsn != null);
    await Promise.race([loaded, setTimeout(300)]);
    await letCommitsThrough();
    await committed;
    expect(await loaded).toEqual([{ id: 1, quantity: 20 }]);
  });

  async function openTransaction(): Promise<{ xid: string; end(): Promise<void> }> {
    const client = await database.pool.connect();
    await client.query('begin');
    const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::xid::text as xid');
    const end = async () => {
      await client.query('rollback');
      client.release();
    };
    return { xid: rows[0]!.xid, end };
  }

  const slotWaitsFor = ({ xid }: { xid: string }) =>
    until(async () => {
      const waiting = `select from pg_locks where not granted and transactionid::text = $1`;
      return ((await database.pool.query(waiting, [xid])).rowCount ?? 0) > 0;
    });
});
