/** Real server, the file's own where its settings change. A gap in the log is said, by code and never silently. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SlotLost } from '../../services/erp/replication/faults.ts';
import { parseLsn } from '../../services/erp/replication/lsn.ts';
import { createSlot, dropSlot, inspectSlot } from '../../services/erp/replication/slot.ts';
import { startPostgres } from '../infrastructure/main.ts';
import type { TestPostgres } from '../infrastructure/main.ts';
import { startTcpProxy } from '../infrastructure/tcp-proxy.ts';
import { readTransactions, testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

let database: TestDatabase;
let server: TestPostgres;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.remove());
beforeEach(async () => {
  database = await testDatabase(server.url);
  await database.run('create table item (id int primary key)');
  await database.publish('item');
});
afterEach(async () => {
  await database.run('alter system reset max_slot_wal_keep_size');
  await database.run('select pg_reload_conf()');
  await database.drop();
});

const refused = (code: string) => ({ name: 'SlotLost', fault: { code } });

/** Writes log until a checkpoint has to take the slot's share away. */
async function invalidateSlot(): Promise<void> {
  await database.run(`alter system set max_slot_wal_keep_size = '1MB'`);
  await database.run('select pg_reload_conf()');
  for (let segment = 0; segment < 4; segment += 1) {
    await database.run('create table if not exists filler (t text)');
    await database.run(`insert into filler values ('x')`);
    await database.run('select pg_switch_wal()');
  }
  await database.run('checkpoint');
}

describe('a slot that lost its log', () => {
  it('is told apart from a broken connection when a reader opens it', async () => {
    await invalidateSlot();
    expect(await database.slotState()).toMatchObject({ walStatus: 'lost', lost: true });
    const opening = database.open();
    await expect(opening).rejects.toBeInstanceOf(SlotLost);
    await expect(opening).rejects.toMatchObject(refused('replication.slot_lost'));
  });

  it('ends a connected reader with the same error', async () => {
    const log = await database.open();
    await database.run('insert into item values (1)');
    await readTransactions(log, 1); // and never acknowledges
    const reading = readTransactions(log, 1);
    const ended = expect(reading).rejects.toMatchObject(refused('replication.slot_lost'));
    await invalidateSlot();
    await ended;
  });

  it('is as good as one that was dropped, and another reader of the slot is neither', async () => {
    const log = await database.open();
    await expect(database.open()).rejects.toMatchObject({
      name: 'Unavailable',
      fault: { code: 'replication.slot_in_use' },
    });
    await log.close();
    expect(await dropSlot(database.pool, database.slot)).toBe(true);
    expect(await dropSlot(database.pool, database.slot)).toBe(false);
    expect(await inspectSlot(database.pool, database.slot)).toBeNull();
    await expect(database.open()).rejects.toMatchObject(refused('replication.slot_lost'));
  });
});

describe('a database that is not the one of the cursor', () => {
  it('is told by its id, its timeline and the end of its log', async () => {
    const log = await database.open();
    const { walEnd, systemId, timeline } = log.system;
    await log.close();
    expect(systemId).toMatch(/^\d{15,}$/);
    expect(timeline).toBe(1);
    expect(walEnd).toBeGreaterThan(0n);
  });
});

describe('a line that swallows everything', () => {
  it('is given up, though the socket stays open and nobody says so', async () => {
    const proxy = await startTcpProxy();
    proxy.forwardTo(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const log = await database.open({ connection: { connectionString: url.href }, silentMsMax: 2_000 });
    await database.run('insert into item values (1)');
    await readTransactions(log, 1);
    proxy.blackHole(true);
    try {
      await expect(readTransactions(log, 1)).rejects.toMatchObject({ fault: { code: 'erp.unreachable' } });
    } finally {
      await proxy.close();
    }
  });
});

describe('what a person must mend', () => {
  it('is named: no publication, a slot of another plugin, nobody at the port', async () => {
    const missing = { needsOperator: true, fault: { code: 'replication.publication_missing' } };
    await expect(database.open({ publication: 'nowhere' })).rejects.toMatchObject(missing);
    const log = await database.open();
    await database.run('drop publication cartage');
    const { rows } = await database.pool.query<{ lsn: string }>(
      'insert into item values (1) returning pg_current_wal_insert_lsn()::text as lsn',
    );
    await expect(readTransactions(log, 1)).rejects.toMatchObject(missing);
    expect((await database.slotState()).confirmedLsn).toBeLessThanOrEqual(parseLsn(rows[0]!.lsn));
    await log.close();

    await dropSlot(database.pool, database.slot);
    await database.run(`select pg_create_logical_replication_slot('${database.slot}', 'test_decoding')`);
    await expect(database.open()).rejects.toMatchObject({ fault: { code: 'replication.slot_foreign' } });

    const connection = { host: '127.0.0.1', port: 1, user: 'x', database: 'x' };
    await expect(database.open({ connection })).rejects.toMatchObject({ fault: { code: 'erp.unreachable' } });
  });

  it('includes a slot name that no server would take', async () => {
    await expect(createSlot(database.pool, `a'; drop`)).rejects.toMatchObject({
      fault: { code: 'replication.slot_name' },
    });
  });
});
