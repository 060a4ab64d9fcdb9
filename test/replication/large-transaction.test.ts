/** Real server. One transaction of many rows passes in bounded parts, also through a slow owner. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTransactions, testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

const ROWS = 100_000;
const HELD_BYTES_MAX = 2 * 1024 * 1024;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.run('create table item (id int primary key, note text)');
  await database.publish('item');
  await database.run(`insert into item select i, repeat('x', 100) from generate_series(1, ${ROWS}) i`);
});
afterAll(() => database.drop());

describe('a transaction of 100,000 rows', () => {
  it('comes in order, in parts, of which the last alone has an end', async () => {
    const log = await database.open({ partChangesMax: 7_000 });
    const parts = await readTransactions(log, 1);
    expect(parts.map((part) => part.changes.length)).toEqual([...Array(14).fill(7_000), 2_000]);
    expect(parts.map((part) => part.last)).toEqual([...Array(14).fill(false), true]);
    expect(parts.slice(0, -1).every((part) => part.endLsn === null)).toBe(true);
    expect(new Set(parts.map((part) => `${part.xid} ${part.commitLsn}`)).size).toBe(1);
    const ids = parts.flatMap((part) => part.changes.map((change) => Number(change.new!.id)));
    expect(ids).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
    await log.close();
  });

  it('is held back at the socket while the owner is slow, and the server does not give us up', async () => {
    const log = await database.open({
      partChangesMax: 1_000,
      heldBytesMax: HELD_BYTES_MAX,
      connection: { connectionString: database.url, options: '-c wal_sender_timeout=3s' },
    });
    let heldMax = 0;
    let parts = 0;
    for await (const part of log.transactions()) {
      parts += 1;
      heldMax = Math.max(heldMax, log.position().heldBytes);
      // Twice the server's patience, while more waits than we hold.
      if (parts === 5) await setTimeout(6_000);
      if (part.last) break;
    }
    expect(parts).toBe(ROWS / 1_000);
    // One chunk of the socket may come on top.
    expect(heldMax).toBeLessThan(HELD_BYTES_MAX + 1024 * 1024);
    expect(heldMax).toBeGreaterThan(HELD_BYTES_MAX / 2);
    await log.close();
  });
});
