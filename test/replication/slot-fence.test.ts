/**
 * Real server and slot, through a proxy that drops packets. What is promised: before the server can give the slot to
 * somebody else, its reader knows that it may publish nothing more.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SlotFence } from '../../services/erp/replication/slot-fence.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { startTcpProxy } from '../infrastructure/tcp-proxy.ts';
import type { TcpProxy } from '../infrastructure/tcp-proxy.ts';
import { testDatabase, until } from './database.ts';
import type { TestDatabase } from './database.ts';

const timeoutMs = 3_000;
let database: TestDatabase;
let proxy: TcpProxy;
const ending = new AbortController();
/** While on, what the reader says does not arrive; what the server says does. */
let isDeaf = false;

beforeEach(async () => {
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

async function fencedLog() {
  const through = new URL(database.url);
  through.port = String(proxy.port);
  through.hostname = '127.0.0.1';
  const log = await database.open({
    connection: { connectionString: through.href, options: `-c wal_sender_timeout=${timeoutMs}ms` },
    statusIntervalMs: 200,
  });
  const fence = new SlotFence({ sender: log.sender, pool: database.pool, clock: systemClock });
  return { log, fence, watching: fence.watch(ending.signal) };
}

describe('the fence of a slot', () => {
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
});
