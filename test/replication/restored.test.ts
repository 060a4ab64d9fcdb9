/**
 * Real servers, each with a copy of another's files. Whatever a DBA puts in the place of the ERP's database, a standby or
 * what it was before, is noticed, and all of it is asked anew under a higher epoch; and its server can be shut down.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startPostgres } from '../../deploy/local/postgres.ts';
import type { Postgres } from '../../deploy/local/postgres.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import type { SourceCursor } from '../../services/erp-ingester/cursor.ts';
import { statesOf, takeSource } from '../../services/erp-ingester/take-source.ts';
import type { TakenSource } from '../../services/erp-ingester/take-source.ts';
import { Replica } from '../../services/erp/changed-keys/replica.ts';
import { queryInSnapshot } from '../../services/erp/changed-keys/snapshot.ts';
import { checkErp } from '../../services/erp/check.ts';
import { openPool } from '../../services/erp/pool.ts';
import type { ErpPool } from '../../services/erp/pool.ts';
import { formatLsn } from '../../services/erp/replication/lsn.ts';
import { PostgresLog } from '../../services/erp/sources/postgres/postgres-log.ts';
import { SeenLog } from '../../services/erp/sources/postgres/turn.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { until } from './database.ts';

let servers: Map<string, Postgres>;
let pools: ErpPool[];
let taken: TakenSource[];
let cursor: SourceCursor | null;
/** Of the process. */
let seen: SeenLog;

beforeEach(() => {
  seen = new SeenLog();
  servers = new Map();
  pools = [];
  taken = [];
  cursor = null;
});
afterEach(async () => {
  await Promise.all(taken.map(({ source }) => source.close()));
  await Promise.all(pools.map((pool) => pool.end()));
  await Promise.all([...servers.values()].map((server) => server.stop()));
});

const newFolder = () => mkdtempSync(join(runFolder(), 'postgres-'));

async function start(dir: string, port?: number): Promise<Postgres> {
  const server = await startPostgres({
    dir,
    durable: false,
    ...(port === undefined ? {} : { port }),
    onSpawn: (pid) => recordProcess(join(runFolder(), 'processes'), 'PostgreSQL', pid),
  });
  servers.set(dir, server);
  return server;
}

function poolOf({ url }: Postgres, max = 4): ErpPool {
  const pool = openPool({ connectionString: url, max });
  pools.push(pool);
  return pool;
}

async function run(server: Postgres, sql: string): Promise<void> {
  await poolOf(server, 1).query(sql);
}

async function ask<Row>(server: Postgres, sql: string): Promise<Row> {
  const { rows } = await poolOf(server, 1).query(sql);
  return rows[0] as Row;
}

const dataOf = async (server: Postgres) =>
  (await ask<{ data_directory: string }>(server, 'show data_directory')).data_directory;

function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function logOf(server: Postgres): PostgresLog {
  return new PostgresLog({
    slot: 'cartage',
    publication: 'cartage',
    connection: () => ({ connectionString: server.url }),
    pool: poolOf(server),
    slotPool: poolOf(server, 1),
    failover: true,
    seen,
    watched: new Map([['public.item', ['id']]]),
    clock: systemClock,
    messages: { warn: () => undefined } as never,
  });
}

/** What the ingester does at its start. */
async function take(server: Postgres, log = logOf(server)): Promise<TakenSource> {
  const cursors = {
    read: async () => cursor,
    write: async (written: SourceCursor) => void (cursor = written),
  };
  const watches = [{ table: 'public.item', columns: ['id'] }];
  const session = await takeSource(log, cursors, [{ name: 'stock', digest: 'as configured', watches }]);
  taken.push(session);
  return session;
}

/** As the cursor is written when all up to there is published, and all is loaded. */
function keepPlace({ source, epoch, loads }: TakenSource, position = source.place.position): void {
  const streams = statesOf(loads).map((state) => ({ ...state, loading: null, marks: [] }));
  cursor = { ...source.place, position, epoch, streams, updatedAt: Date.now() };
}

const loadOf = ({ loads }: TakenSource) => loads.get('stock')!.loading;
const write = 'create table if not exists box (id int); insert into box select generate_series(1, 1000)';

/** A question goes to the standby where it has replayed what was changed, and else to the primary. */
async function isAskedWhereItShows(primary: Postgres, standby: Postgres): Promise<void> {
  const warned: object[] = [];
  const warn = (fields: object) => void warned.push(fields);
  const replica = new Replica(poolOf(standby), { warn } as never);
  const sql = `select current_setting('port')::int as port, array(select id from item order by id) as ids`;
  const pool = poolOf(primary);
  const changed = async (id: number) => {
    const { xid } = await ask<{ xid: number }>(
      primary,
      `with changed as (insert into item values (${id}) returning id)
       select (pg_current_xact_id()::text::bigint & 4294967295)::int as xid from changed`,
    );
    const { rows } = await queryInSnapshot({ pool, replica, where: 'items', dirt: { xids: [xid] } }, sql, []);
    return rows[0];
  };
  // Until it has replayed a change within the moment that is waited for.
  let id = 0;
  const ids = () => Array.from({ length: id }, (_, index) => index + 1);
  await until(async () => {
    const found = await changed((id += 1));
    expect(found!.ids).toEqual(ids());
    return found!.port === standby.port;
  });
  await run(standby, 'select pg_wal_replay_pause()');
  expect(await changed((id += 1))).toEqual({ port: primary.port, ids: ids() });
  await run(standby, 'select pg_wal_replay_resume()');
  expect(warned).toEqual([]);
}

/** A standby of it, which follows it by a slot of its own, and has no slot of ours. */
async function standbyOf(dir: string, primary: Postgres): Promise<Postgres[]> {
  const otherDir = newFolder();
  const unused = await start(otherDir);
  const data = await dataOf(unused);
  const origin = await dataOf(primary);
  await unused.stop();
  await primary.stop();
  copy(origin, data);
  rmSync(join(data, 'pg_replslot/cartage'), { recursive: true });
  writeFileSync(join(data, 'standby.signal'), '');
  const restarted = await start(dir, primary.port);
  await run(restarted, `select pg_create_physical_replication_slot('standby', true)`);
  appendFileSync(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${restarted.port} user=postgres dbname=postgres'
     primary_slot_name = 'standby'
     hot_standby_feedback = on\n`,
  );
  const standby = await start(otherDir);
  await run(restarted, 'create table last_word (id int)');
  await until(
    async () =>
      (await ask<{ found: string | null }>(standby, `select to_regclass('last_word') as found`)).found !==
      null,
  );
  return [restarted, standby];
}

async function startPrimary(dir: string): Promise<Postgres> {
  const primary = await start(dir);
  await run(primary, 'create table item (id int primary key)');
  const first = await take(primary);
  keepPlace(first);
  await first.source.close();
  return primary;
}

it('a standby that is promoted without the slot is loaded anew; it answers questions before that', async () => {
  const dir = newFolder();
  const [primary, standby] = await standbyOf(dir, await startPrimary(dir));
  await expect(take(standby!)).rejects.toMatchObject({ fault: { code: 'erp.standby' } });
  await isAskedWhereItShows(primary!, standby!);
  await primary!.stop();
  await run(standby!, 'select pg_promote()');

  const session = await take(standby!);
  expect([loadOf(session), session.epoch]).toEqual(['the slot is gone', 2]);
});

it('a standby that is promoted with a copy of the slot is gone on with where it has all that was seen, and else loaded anew', async () => {
  const dir = newFolder();
  const [primary, standby] = (await standbyOf(dir, await startPrimary(dir))) as [Postgres, Postgres];
  const slot = { slot: 'cartage', failover: true };
  const replication = { ...slot, publication: 'cartage', watched: [] };
  const told = async (server: Postgres, more: object) =>
    (await checkErp({ connection: { connectionString: server.url }, statements: [], ...more })).flatMap(
      ({ code, level, what }) => (code === 'erp.failover' ? [`${level} ${what}`] : []),
    );
  expect(await told(primary, { replication })).toContainEqual(
    expect.stringContaining('warn The ERP database tells changes that its standbys may lack yet'),
  );
  expect(await told(standby, { isReplica: true, copyOf: slot })).toEqual([
    'warn The standby has no copy of slot cartage that could be gone on from',
  ]);
  await run(primary, `alter system set synchronized_standby_slots = 'standby'`);
  await run(primary, 'select pg_reload_conf()');
  // A copy stays once the slot has moved beyond what the standby kept of the log as it asked for it.
  const copied = `select from pg_replication_slots where slot_name = 'cartage' and synced and not temporary`;
  await until(async () => {
    await run(primary, 'select pg_log_standby_snapshot()');
    await run(primary, `select pg_replication_slot_advance('cartage', pg_current_wal_lsn())`);
    // Refused while the standby has not received the log up to there.
    await run(standby, 'select pg_sync_replication_slots()').catch(() => undefined);
    return (await poolOf(standby, 1).query(copied)).rows.length === 1;
  });
  const isWell = 'ok Slot cartage may be copied by standby';
  await until(async () => (await told(primary, { replication })).join() === isWell);
  expect(await told(standby, { isReplica: true, copyOf: slot })).toEqual([
    'ok The standby has a copy of slot cartage',
  ]);

  cursor = null;
  const second = await take(primary);
  await seeing(primary, seen);
  keepPlace(second);
  const kept = cursor;
  await second.source.close();
  // What a question has shown of the log may not be written yet, so the standby may lack it still.
  const received = `select from pg_stat_wal_receiver where flushed_lsn >= '${formatLsn(seen.to)}'`;
  await until(async () => {
    await run(primary, 'select pg_log_standby_snapshot()');
    return (await poolOf(standby, 1).query(received)).rows.length === 1;
  });
  // What is committed from now on, and shown by an answer, the standby never gets.
  await run(standby, `alter system set primary_conninfo = ''`);
  await run(standby, 'select pg_reload_conf()');
  await until(
    async () => (await poolOf(primary, 1).query('select from pg_stat_replication')).rows.length === 0,
  );
  await run(primary, 'insert into item values (1)');
  const lost = new SeenLog();
  await seeing(primary, lost);
  await primary.stop();
  await run(standby, 'select pg_promote()');

  // By a process that does not know of that answer: it dates from the cursor what was published without its word.
  seen = new SeenLog();
  const third = await take(standby);
  expect([loadOf(third), third.epoch]).toEqual([null, 2]);
  expect(third.doubted).toMatchObject({ systemId: expect.stringMatching(/\/1$/) });
  await run(standby, 'insert into item values (2)');
  const { value: part } = await third.source.parts()[Symbol.asyncIterator]().next();
  expect(part).toMatchObject({ changes: [{ new: { id: '2' } }] });
  await third.source.close();

  cursor = kept;
  seen = lost;
  const fourth = await take(standby);
  expect([loadOf(fourth), fourth.epoch]).toEqual([
    expect.stringContaining('a standby took over that may lack what was seen'),
    2,
  ]);
});

/** Asks as the streams do. */
async function seeing(server: Postgres, noted: SeenLog): Promise<void> {
  const onSeen = (to: bigint) => noted.note(to);
  await queryInSnapshot(
    { pool: poolOf(server), where: 'items', dirt: { xids: [] }, onSeen },
    'select from item',
    [],
  );
}

it('a server that is set back to what it was, as a snapshot of its machine does, is noticed, also when it has written on', async () => {
  const dir = newFolder();
  let server = await start(dir);
  const data = await dataOf(server);
  await run(server, 'create table item (id int primary key)');
  const first = await take(server);
  keepPlace(first);
  await first.source.close();
  await server.stop();
  copy(data, `${data}.before`);

  server = await start(dir, server.port);
  const second = await take(server);
  expect(loadOf(second)).toBeNull();
  let end: string | null = null;
  const reading = (async () => {
    for await (const part of second.source.parts()) end = part.end;
  })();
  const watching = second.source.watch(new AbortController().signal, () => undefined);
  // One transaction.
  await run(server, `insert into item values (1); ${write}`);
  await until(() => end !== null);
  keepPlace(second, end!);
  const before = cursor;
  // Nothing was acknowledged: as long as its log is read, the server would wait for that, and have to be killed.
  expect(await server.process.stop()).toEqual({ code: 0, signal: null });
  await Promise.all([reading, watching]);

  copy(`${data}.before`, data);
  server = await start(dir, server.port);
  const third = await take(server);
  expect([loadOf(third), third.epoch]).toEqual(['the log of the ERP database ends before the cursor', 2]);
  await third.source.close();

  cursor = before;
  await run(server, `${write}; ${write}; insert into item values (2)`);
  const log = logOf(server);
  const fourth = await take(server, log);
  expect(loadOf(fourth)).toBeNull();
  await expect(fourth.source.parts()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    fault: { code: 'erp.set_back' },
  });
  await fourth.source.close();
  const fifth = await take(server, log);
  expect([loadOf(fifth), fifth.epoch]).toEqual(['the ERP database was set back to what it was before', 2]);
});
