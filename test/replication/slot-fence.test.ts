/**
 * Real server and slot, through a proxy that drops packets. What is promised: before the server can give the slot to
 * somebody else, its reader knows that it may publish nothing more.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SlotFence } from '../../services/erp/replication/slot-fence.ts';
import { openPool } from '../../services/erp/pool.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { startTcpProxy } from '../infrastructure/tcp-proxy.ts';
import type { TcpProxy } from '../infrastructure/tcp-proxy.ts';
import { startPostgres } from '../infrastructure/main.ts';
import { readTransactions, testDatabase, until } from './database.ts';
import type { TestDatabase } from './database.ts';

/** The fence falls after half of it: so long may this machine take for a question and its answer. */
const timeoutMs = 6_000;
let database: TestDatabase;
let proxy: TcpProxy;
let ending: AbortController;
/** While on, what the reader says does not arrive; what the server says does. */
let isDeaf = false;

beforeEach(async () => {
  ending = new AbortController();
  database = await testDatabase();
  await database.run('create table item (id int primary key)');
  await database.publish('item');
  const nothing = Buffer.alloc(0);
  proxy = await startTcpProxy(() => ({
    request: (bytes) => (isDeaf ? nothing : bytes),
    answer: (bytes) => bytes,
  }));
  proxy.forwardTo(Number(new URL(database.url).port));
});
afterEach(async () => {
  ending.abort();
  await proxy.close();
  await database.drop();
});

async function fencedLog(pool = database.pool) {
  const through = new URL(database.url);
  through.port = String(proxy.port);
  through.hostname = '127.0.0.1';
  const log = await database.open({
    connection: { connectionString: through.href, options: `-c wal_sender_timeout=${timeoutMs}ms` },
    statusIntervalMs: 200,
  });
  const fence = new SlotFence({ sender: log.sender, pool, clock: systemClock });
  return { log, fence, watching: fence.watch(ending.signal) };
}

describe('the fence of a slot', () => {
  it('stands in a database that prints times in a way of its own', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.run(`alter database "${name}" set datestyle = 'German, DMY'`);
    const pool = openPool({ connectionString: database.url, max: 1 });
    const { fence } = await fencedLog(pool);
    const startedAt = performance.now();
    await until(() => performance.now() - startedAt > timeoutMs);
    expect(fence.isCurrent()).toBe(true);
    ending.abort();
    await pool.end();
  });

  it('falls when the server is being shut down, which waits for what the reader has not confirmed', async () => {
    const server = await startPostgres();
    const own = await testDatabase(server.url);
    await own.run('create table item (id int primary key)');
    await own.publish('item');
    const log = await own.open();
    await own.run('insert into item values (1)');
    await readTransactions(log, 1); // and cannot acknowledge it: what it means cannot be asked any more
    const fence = new SlotFence({ sender: log.sender, pool: own.pool, clock: systemClock });
    const watching = fence.watch(ending.signal);
    let isDown = false;
    const removing = server.remove().then(() => (isDown = true));
    await watching;
    expect([fence.isCurrent(), isDown]).toEqual([false, false]);
    await log.close();
    await removing;
    await own.pool.end();
  });

  it('stands while the server hears the reader, and falls before the slot can be somebody else’s', async () => {
    const { log, fence, watching } = await fencedLog();
    expect(log.sender.timeoutMs).toBe(timeoutMs);
    const startedAt = performance.now();
    await until(() => performance.now() - startedAt > timeoutMs);
    expect(fence.isCurrent()).toBe(true);
    isDeaf = true;
    // The server goes on sending to a reader of which it hears nothing.
    await until(() => !fence.isCurrent());
    expect((await database.slotState()).activePid).not.toBeNull();
    await until(async () => (await database.slotState()).activePid === null);
    expect(fence.isCurrent()).toBe(false);
    isDeaf = false;
    ending.abort();
    await watching;
  });

  it('stands as long as the slot is ours, for a role that may not see what the server has heard', async () => {
    const role = `role_${new URL(database.url).pathname.slice(1)}`;
    await database.run(`create role ${role} login`);
    const url = new URL(database.url);
    url.username = role;
    const pool = openPool({ connectionString: url.href, max: 1 });
    const { log, fence, watching } = await fencedLog(pool);
    const startedAt = performance.now();
    await until(() => performance.now() - startedAt > timeoutMs);
    expect(fence.isCurrent()).toBe(true);
    await log.close();
    await until(() => !fence.isCurrent());
    ending.abort();
    await watching;
    await pool.end();
    await database.run(`drop role ${role}`);
  });

  it('falls with its end, also while the server leaves a question unanswered', async () => {
    const pool = openPool({ connectionString: database.url, max: 1 });
    const busy = await pool.connect();
    const { fence, watching } = await fencedLog(pool);
    expect(fence.isCurrent()).toBe(true);
    ending.abort();
    expect(fence.isCurrent()).toBe(false);
    busy.release();
    await watching;
    await pool.end();
  });
});
