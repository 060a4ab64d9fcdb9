/** Real server. A gap in the log leads to a new load, also when the one who found it does not live to do it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogCursor } from '../../services/erp-ingester/cursor.ts';
import { takeSlot } from '../../services/erp-ingester/slot-session.ts';
import type { SlotSession, SlotSessionOptions } from '../../services/erp-ingester/slot-session.ts';
import { dropSlot } from '../../services/erp/replication/slot.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { PUBLICATION, testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

let database: TestDatabase;
let cursor: LogCursor | null;
let taken: SlotSession[];

beforeEach(async () => {
  database = await testDatabase();
  await database.run('create table item (id int primary key); create table box (id int primary key)');
  cursor = null;
  taken = [];
});
afterEach(async () => {
  await Promise.all(taken.map(({ log }) => log.close()));
  await database.drop();
});

/** What the ingester does at its start, up to the load. */
async function take(more: { tables?: string[]; url?: string } = {}): Promise<SlotSession> {
  const { tables = ['public.item'], url = database.url } = more;
  const session = await takeSlot({
    erp: { slot: database.slot, publication: PUBLICATION } as SlotSessionOptions['erp'],
    connection: { connectionString: url },
    pool: database.pool,
    streams: [
      { watches: tables.map((table) => ({ table, column: 'id', via: null, viaColumns: [] })) },
    ] as unknown as SlotSessionOptions['streams'],
    cursors: {
      read: async () => cursor,
      write: async (written: LogCursor) => void (cursor = written),
    } as unknown as SlotSessionOptions['cursors'],
  });
  taken.push(session);
  return session;
}

/** The first load, to its end. */
async function loaded(): Promise<LogCursor> {
  const session = await take();
  await session.log.close();
  cursor = { ...session.cursor, firstLoad: 'done' };
  return cursor;
}

/** Slot and publication can be made, but the log cannot be opened: nobody listens there. */
const deaf = async () => `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;

describe('a gap in the log', () => {
  it('is none when slot and cursor belong together', async () => {
    const before = await loaded();
    const session = await take();
    expect(session.load).toBeNull();
    expect(session.cursor).toEqual(before);
  });

  it('is still known when the slot was recreated and the log could not be opened', async () => {
    const before = await loaded();
    await dropSlot(database.pool, database.slot);
    await expect(take({ url: await deaf() })).rejects.toMatchObject({ name: 'Unavailable' });
    // The slot is there now, and nothing of it tells that it is another one.
    expect(await database.slotState()).toMatchObject({ lost: false });
    const session = await take();
    expect(session.load).not.toBeNull();
    expect(session.cursor.epoch).toBeGreaterThan(before.epoch);
  });

  it('is still known when a table was added and the log could not be opened', async () => {
    await loaded();
    const tables = ['public.item', 'public.box'];
    await expect(take({ tables, url: await deaf() })).rejects.toMatchObject({ name: 'Unavailable' });
    expect((await take({ tables })).load).not.toBeNull();
  });

  it('is left to the next holder of the slot by those who stand by', async () => {
    await loaded();
    const holder = await take();
    const tables = ['public.item', 'public.box'];
    await expect(take({ tables })).rejects.toMatchObject({ fault: { code: 'replication.slot_in_use' } });
    await holder.log.close();
    expect((await take({ tables })).load).toBe('the watched tables changed');
  });
});
