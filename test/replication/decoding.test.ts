/** Real server, real slot: what each kind of change looks like to the owner of the log. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReplicationLog } from '../../services/erp/replication/log.ts';
import type { Change } from '../../services/erp/sources/changes.ts';
import { readTransactions, testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

let database: TestDatabase;
let log: ReplicationLog;

beforeAll(async () => {
  database = await testDatabase();
  await database.run(`
    create table item (id int primary key, sku text, price numeric(12,4), changed timestamptz, note text);
    create table whole (id int primary key, owner int, note text);
    alter table whole replica identity full;
    alter table item alter note set storage external;
    create schema "Odd.Name"; create table "Odd.Name"."T x" (id int primary key)`);
  await database.publish('item', 'whole');
});
afterAll(() => database.drop());

beforeEach(async () => {
  await log?.close();
  await database.run('truncate item, whole');
  log = await database.open();
  await acknowledged(1);
});

async function acknowledged(transactions: number): Promise<Change[]> {
  const parts = await readTransactions(log, transactions);
  log.acknowledge(parts.at(-1)!.endLsn!);
  return parts.flatMap((part) => part.changes);
}

async function changesOf(sql: string): Promise<Change[]> {
  await database.run(sql);
  return acknowledged(1);
}

describe('a change in the log', () => {
  it('carries an inserted row as the server prints it, without loss', async () => {
    const changes = await changesOf(
      `insert into item values (1, 'ä"b', 12345678.9000, '2026-03-01 12:00:00.123456+02', null)`,
    );
    expect(changes).toEqual([
      {
        table: 'public.item',
        kind: 'insert',
        old: null,
        new: {
          id: '1',
          sku: 'ä"b',
          price: '12345678.9000',
          changed: '2026-03-01 10:00:00.123456+00',
          note: null,
        },
      },
    ]);
  });

  it('of an update without a change of key has no old row, and with one the old key alone', async () => {
    await changesOf(`insert into item (id, sku) values (1, 'a')`);
    const [kept] = await changesOf(`update item set sku = 'b'`);
    expect(kept).toMatchObject({ kind: 'update', old: null, new: { id: '1', sku: 'b' } });
    const [moved] = await changesOf('update item set id = 2');
    expect(moved).toMatchObject({ kind: 'update', old: { id: '1' }, new: { id: '2' } });
    expect(Object.keys(moved!.old!)).toEqual(['id']);
  });

  it('of a delete carries the key alone under the default identity, the row under a full one', async () => {
    await changesOf(`insert into item (id, sku) values (1, 'a'); insert into whole values (1, 7, 'n')`);
    const changes = await changesOf('delete from item; delete from whole');
    expect(changes).toEqual([
      { table: 'public.item', kind: 'delete', old: { id: '1' }, new: null },
      { table: 'public.whole', kind: 'delete', old: { id: '1', owner: '7', note: 'n' }, new: null },
    ]);
  });

  it('leaves an unchanged value stored out of line out, which is not null', async () => {
    await changesOf(`insert into item (id, sku, note) values (1, 'a', repeat('x', 10000))`);
    const [change] = await changesOf(`update item set sku = 'b'`);
    expect(change!.new).toEqual({ id: '1', sku: 'b', price: null, changed: null });
    expect('note' in change!.new!).toBe(false);
  });

  it('names each table of a truncate', async () => {
    const changes = await changesOf('truncate item, whole');
    expect(changes.map(({ kind, table }) => `${kind} ${table}`).toSorted()).toEqual([
      'truncate public.item',
      'truncate public.whole',
    ]);
  });

  it('follows columns that are added, renamed and dropped between two rows', async () => {
    await changesOf('insert into whole values (1, 1, null)');
    await database.run('alter table whole add extra text; alter table whole rename note to remark');
    const [added] = await changesOf(`update whole set extra = 'e', remark = 'r'`);
    expect(added!.new).toEqual({ id: '1', owner: '1', remark: 'r', extra: 'e' });
    await database.run('alter table whole drop extra; alter table whole rename remark to note');
    const [dropped] = await changesOf('update whole set owner = 2');
    expect(dropped!.new).toEqual({ id: '1', owner: '2', note: 'r' });
  });

  it('decodes only the columns asked for', async () => {
    await log.close();
    log = await database.open({
      watch: new Map([['public.whole', ['owner']]]),
    });
    const [change] = await changesOf(`insert into whole values (9, 7, 'n')`);
    expect(change!.new).toEqual({ owner: '7' });
  });

  it('rolled back is not there, and a table that is not published is not either', async () => {
    await database.run(
      `begin; insert into item (id) values (50); rollback; insert into "Odd.Name"."T x" values (1)`,
    );
    const changes = await changesOf('insert into item (id) values (51)');
    expect(changes.map((change) => change.new!.id)).toEqual(['51']);
  });
});

describe('a change of a table as it was before it was altered', () => {
  it('tells nothing of its rows where it lacks a watched column, and the next one tells all', async () => {
    await database.run(`
      create table moved (id int primary key, part int); alter table moved replica identity full;
      alter publication cartage add table moved`);
    await log.close();
    log = await database.open({ watch: new Map([['public.moved', ['piece']]]) });
    expect(await changesOf('insert into moved values (1, 1)')).toEqual([
      { table: 'public.moved', kind: 'untold', old: null, new: null },
    ]);
    await database.run('alter table moved rename part to piece');
    expect(await changesOf('update moved set piece = 2')).toMatchObject([
      { kind: 'update', old: { piece: '1' }, new: { piece: '2' } },
    ]);
    await database.run('alter publication cartage drop table moved');
  });

  it('tells nothing of its rows where it lacks their old values', async () => {
    await database.run(`
      create table narrow (id int primary key, part int); insert into narrow values (1, 1);
      alter publication cartage add table narrow`);
    await log.close();
    log = await database.open({ watch: new Map([['public.narrow', 'all']]) });
    expect(await changesOf('update narrow set part = 2')).toMatchObject([{ kind: 'untold' }]);
    await database.run('alter table narrow replica identity full');
    expect(await changesOf('update narrow set part = 3')).toMatchObject([
      { kind: 'update', old: { id: '1', part: '2' }, new: { id: '1', part: '3' } },
    ]);
    await database.run('alter publication cartage drop table narrow');
  });
});

describe('the text of a value', () => {
  it('of char(n) is without its padding, so that a query finds it', async () => {
    const own = await testDatabase();
    await own.run('create table padded (sku char(9) primary key)');
    await own.publish('padded');
    const reading = await own.open();
    await own.run(`insert into padded values ('A')`);
    const [transaction] = await readTransactions(reading, 1);
    const { sku } = transaction!.changes[0]!.new!;
    expect(sku).toBe('A');
    const { rows } = await own.pool.query('select from padded where sku = any($1::text[])', [[sku]]);
    expect(rows).toHaveLength(1);
    await own.drop();
  });

  it('is that of the server’s own standard, whatever role, database and address ask for', async () => {
    const own = await testDatabase();
    const name = new URL(own.url).pathname.slice(1);
    await own.run(`
      alter database "${name}" set datestyle = 'German, DMY'; alter database "${name}" set timezone = 'Asia/Tokyo';
      alter database "${name}" set bytea_output = 'escape'; create table event (at timestamptz primary key, bytes bytea)`);
    await own.publish('event');
    const address = `${own.url}?options=-c%20search_path%3Dpublic`;
    const reading = await own.open({ connection: { connectionString: address } });
    await own.run(`insert into event values ('2026-03-01 10:00:00+00', '\\x00ff')`);
    const [transaction] = await readTransactions(reading, 1);
    expect(transaction!.changes[0]!.new).toEqual({ at: '2026-03-01 10:00:00+00', bytes: '\\x00ff' });
    await own.drop();
  });
});
