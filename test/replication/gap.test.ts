/** Real server. A gap in the log leads to a new load, also when the one who found it does not live to do it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SourceCursor } from '../../services/erp-ingester/cursor.ts';
import { statesOf, takeSource } from '../../services/erp-ingester/take-source.ts';
import type { TakenSource } from '../../services/erp-ingester/take-source.ts';
import { openPool } from '../../services/erp/pool.ts';
import type { ErpPool } from '../../services/erp/pool.ts';
import { parseLsn } from '../../services/erp/replication/lsn.ts';
import { dropSlot } from '../../services/erp/replication/slot.ts';
import { PostgresLog } from '../../services/erp/sources/postgres/postgres-log.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { PUBLICATION, testDatabase, until } from './database.ts';
import type { TestDatabase } from './database.ts';

let database: TestDatabase;
let cursor: SourceCursor | null;
let taken: TakenSource[];
let slotPool: ErpPool;

beforeEach(async () => {
  database = await testDatabase();
  await database.run(
    'create table item (id int primary key); create table box (id int primary key); create table shelf (id int primary key)',
  );
  cursor = null;
  taken = [];
  slotPool = openPool({ connectionString: database.url, max: 1 });
});
afterEach(async () => {
  await Promise.all(taken.map(({ source }) => source.close()));
  await slotPool.end();
  await database.drop();
});

const messages = { warn: () => undefined } as never;
/** A watchman who looks at once, and again. */
const quickClock = {
  ...systemClock,
  wait: (ms: number, signal?: AbortSignal) => systemClock.wait(Math.min(ms, 20), signal),
};

function logOf(tables: readonly string[], url: string, slot: string): PostgresLog {
  return new PostgresLog({
    slot,
    publication: PUBLICATION,
    connection: () => ({ connectionString: url }),
    pool: database.pool,
    slotPool,
    watched: new Map(tables.map((table) => [table, ['id']])),
    clock: quickClock,
    messages,
  });
}

/** What the ingester does at its start, up to the load. */
async function take(
  more: { tables?: string[]; url?: string; slot?: string; log?: PostgresLog } = {},
): Promise<TakenSource> {
  const { tables = ['public.item'], url = database.url, slot = database.slot } = more;
  const log = more.log ?? logOf([...tables, 'public.shelf'], url, slot);
  const cursors = {
    read: async () => cursor,
    write: async (written: SourceCursor) => void (cursor = written),
  };
  const watching = (names: string[]) => names.map((table) => ({ table, columns: ['id'] }));
  const session = await takeSource(log, cursors, [
    { name: 'stock', digest: 'as configured', watches: watching(tables) },
    { name: 'prices', digest: 'as configured', watches: watching(['public.shelf']) },
  ]);
  taken.push(session);
  return session;
}

/** The first load, to its end. */
async function loaded(): Promise<SourceCursor> {
  const session = await take();
  await session.source.close();
  return (cursor = cursorOf(session));
}

/** As it is written when all is loaded. */
function cursorOf({ source, epoch, loads }: TakenSource): SourceCursor {
  const streams = statesOf(loads).map((state) => ({ ...state, loading: null, marks: [] }));
  return { ...source.place, epoch, streams };
}

/** Why all keys are to be asked; null when they are not. */
const loadOf = ({ loads }: TakenSource, stream = 'stock') => loads.get(stream)!.loading;

const altered = expect.stringMatching(/^the table public\.\w+, or its publication, was altered/) as unknown;
const movedOn = 'the slot was moved past the cursor, or made anew';

/** Slot and publication can be made, but the log cannot be opened: nobody listens there. */
const deaf = async () => `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;

describe('a gap in the log', () => {
  it('is none when slot and cursor belong together', async () => {
    const before = await loaded();
    const session = await take();
    expect(loadOf(session)).toBeNull();
    expect(cursorOf(session)).toEqual(before);
  });

  it('is still known when the slot was recreated and the log could not be opened', async () => {
    const before = await loaded();
    await dropSlot(database.pool, database.slot);
    await expect(take({ url: await deaf() })).rejects.toMatchObject({ name: 'Unavailable' });
    // The slot is there now, and nothing of it tells that it is another one.
    expect(await database.slotState()).toMatchObject({ lost: false });
    const session = await take();
    expect(loadOf(session)).not.toBeNull();
    expect(session.epoch).toBeGreaterThan(before.epoch);
  });

  it('is still known when a table was added and the log could not be opened', async () => {
    await loaded();
    const tables = ['public.item', 'public.box'];
    await expect(take({ tables, url: await deaf() })).rejects.toMatchObject({ name: 'Unavailable' });
    expect(loadOf(await take({ tables }))).not.toBeNull();
  });

  it('is no matter of a slot that another database has under that name: it is not waited for, nor dropped', async () => {
    const other = await testDatabase();
    await other.run('create table item (id int primary key)');
    await other.publish('item');
    const foreign = { needsOperator: true, fault: { code: 'replication.slot_foreign' } };
    await expect(take({ slot: other.slot })).rejects.toMatchObject(foreign);
    const reader = await other.open();
    await expect(take({ slot: other.slot })).rejects.toMatchObject(foreign);
    await reader.close();
    await other.drop();
  });

  it('is left to the next holder of the slot by those who stand by', async () => {
    await loaded();
    const holder = await take();
    const tables = ['public.item', 'public.box'];
    await expect(take({ tables })).rejects.toMatchObject({ fault: { code: 'replication.slot_in_use' } });
    await holder.source.close();
    expect(loadOf(await take({ tables }))).toEqual(altered);
  });

  it('is made by whoever moves the slot on, or makes it anew under its name', async () => {
    await loaded();
    await database.run('insert into item values (1)');
    const { rows } = await database.pool.query(
      `select pg_replication_slot_advance('${database.slot}', pg_current_wal_lsn())`,
    );
    expect(rows).toHaveLength(1);
    expect(loadOf(await take())).toBe(movedOn);
    await taken.at(-1)!.source.close();

    await loaded();
    await database.run('insert into item values (2)');
    await dropSlot(database.pool, database.slot);
    await database.run(`select pg_create_logical_replication_slot('${database.slot}', 'pgoutput')`);
    expect(loadOf(await take())).toBe(movedOn);
  });

  it('is none where only other tables were written, and the position went on with them', async () => {
    const session = await take();
    await database.run('insert into box select generate_series(1, 100)');
    await until(() => session.source.idlePosition() !== null);
    const position = session.source.idlePosition()!;
    cursor = { ...cursorOf(session), position };
    session.source.acknowledge(position);
    await session.source.close();
    await until(async () => (await database.slotState()).confirmedLsn === parseLsn(position));
    expect(loadOf(await take())).toBeNull();
  });

  const alterations = {
    'a table that was made anew': 'drop table item; create table item (id int primary key)',
    'a table that was renamed, with another in its place':
      'alter table item rename to item_old; create table item (id int primary key)',
    'a table that was out of the publication for a while': `
      alter publication ${PUBLICATION} drop table item; alter publication ${PUBLICATION} add table item`,
    'a publication that left deletes out for a while': `
      alter publication ${PUBLICATION} set (publish = 'insert');
      alter publication ${PUBLICATION} set (publish = 'insert, update, delete, truncate')`,
    'a filter on rows': `alter publication ${PUBLICATION} set table item where (id < 10)`,
    'values that changed without a change of a row': 'alter table item alter id type bigint using id * 10',
    'another primary key, which updates and deletes carry':
      'alter table region drop constraint region_pkey, add primary key (id, place)',
    'a partition that was detached': 'alter table region detach partition region_eu',
    'a partition that was truncated': 'truncate region_eu',
    'a policy on rows': 'alter table item enable row level security',
  };

  it.each(Object.entries(alterations))('is %s, whether the ingester ran or not', async (_name, sql) => {
    await database.run(`
      create table region (id text primary key, place int not null) partition by list (id);
      create table region_eu partition of region for values in ('eu')`);
    const tables = ['public.item', 'public.region'];
    const session = await take({ tables });
    await session.source.close();
    cursor = cursorOf(session);
    await database.run(sql);
    const again = await take({ tables });
    expect(loadOf(again)).toEqual(altered);
    // What is about a table is no matter of a stream that does not watch it, and versions stay comparable.
    expect(loadOf(again, 'prices')).toEqual(/set (table|\(publish)/.test(sql) ? altered : null);
    expect(again.epoch).toBe(session.epoch);
  });
});

it.each(['while the log is read', 'while nobody reads'])(
  'rows that change under another name of their table, which is called as before when it is looked at, are asked for: %s',
  async (when) => {
    const act = `create schema away; alter table item set schema away; insert into away.item values (1);
      alter table away.item set schema public; drop schema away`;
    const session = await take();
    cursor = cursorOf(session);
    if (when === 'while nobody reads') await session.source.close();
    for (const sql of act.split(';')) await database.run(sql);
    const reading = when === 'while nobody reads' ? await take() : session;
    // Nothing else tells of it.
    if (reading !== session) expect(loadOf(reading)).toBeNull();
    for await (const { changes } of reading.source.parts())
      if (changes.some(({ table, kind }) => table === 'public.item' && kind === 'untold')) break;
  },
);

describe('while the log is read', () => {
  /** Whatever is found out from now on, as it comes: tables of the gaps, and tables that are not heard. */
  function watching({ source }: TakenSource) {
    const ending = new AbortController();
    const seen: { gaps: string[]; marks: string[]; deaf: string[] }[] = [];
    const over = source.watch(ending.signal, (gaps) => {
      const names = gaps.flatMap(({ tables }) => tables ?? ['all']);
      const marks = gaps.flatMap((gap) => gap.marks ?? []);
      seen.push({ gaps: names, marks: [...marks], deaf: [...source.deaf.keys()] });
    });
    const end = async () => {
      ending.abort();
      await over;
    };
    return { seen, end };
  }

  it('a lost identity is a gap of its streams alone, and another one when it is mended', async () => {
    await database.run('alter table item add place int; alter table item replica identity full');
    const session = await take();
    const { seen, end } = watching(session);
    await database.run('alter table item replica identity nothing');
    await until(() => seen.length === 1);
    expect(seen[0]).toMatchObject({ gaps: ['public.item'], deaf: ['public.item'] });
    expect(session.source.deaf.get('public.item')).toMatchObject({
      code: 'erp.identity',
      fix: expect.stringContaining('REPLICA IDENTITY FULL') as unknown,
    });
    // Published without an identity, updates would fail in the ERP.
    await database.run('insert into item values (1); update item set id = 2');
    await database.run('alter table item replica identity full');
    await until(() => session.source.deaf.size === 0);
    expect(seen.at(-1)!.gaps).toEqual(['public.item']);
    await end();
    await session.source.close();
    cursor = { ...cursorOf(session), position: session.source.place.position };
    expect(loadOf(await take())).toBeNull();
  });

  it('a table that leaves the publication is put back, and what was open then is waited for', async () => {
    const session = await take();
    const { seen, end } = watching(session);
    const writer = await database.pool.connect();
    await writer.query('begin; insert into item values (1)');
    const { rows } = await writer.query<{ xid: string }>('select pg_current_xact_id()::xid::text as xid');
    await database.run(`alter publication ${PUBLICATION} drop table item`);
    await until(() => seen.length > 0);
    expect(seen[0]).toMatchObject({ gaps: ['public.item'], deaf: [] });
    expect(seen[0]!.marks).toContain(rows[0]!.xid);
    await writer.query('commit');
    writer.release();
    await end();
  });

  it('a publication that was dropped and made anew under unread changes is a gap of all, not a standstill', async () => {
    await loaded();
    await database.run(`
      drop publication ${PUBLICATION}`);
    await database.run('insert into item values (1)');
    await database.run(
      `create publication ${PUBLICATION} for table item, shelf with (publish_via_partition_root = true)`,
    );
    const log = logOf(['public.item', 'public.shelf'], database.url, database.slot);
    const first = await take({ log });
    const reading = (async () => {
      for await (const _part of first.source.parts());
    })();
    await expect(reading).rejects.toMatchObject({ fault: { code: 'replication.publication_missing' } });
    await first.source.close();
    const second = await take({ log });
    expect(loadOf(second)).not.toBeNull();
    await database.run('insert into item values (2)');
    for await (const { changes } of second.source.parts()) {
      expect(changes).toMatchObject([{ table: 'public.item', new: { id: '2' } }]);
      break;
    }
  });
});
