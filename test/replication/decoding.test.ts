/** Real server, real slot: what each kind of change looks like to the owner of the log. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReplicationLog } from '../../services/erp/replication/log.ts';
import type { Change } from '../../services/erp/replication/messages.ts';
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
      watch: new Map([['public.item', { columns: ['sku'], carried: [] }]]),
    });
    const [change] = await changesOf(`insert into item (id, sku) values (9, 'only')`);
    expect(change!.new).toEqual({ sku: 'only' });
  });

  it('rolled back is not there, and a table that is not published is not either', async () => {
    await database.run(
      `begin; insert into item (id) values (50); rollback; insert into "Odd.Name"."T x" values (1)`,
    );
    const changes = await changesOf('insert into item (id) values (51)');
    expect(changes.map((change) => change.new!.id)).toEqual(['51']);
  });
});

describe('a watched column', () => {
  it('that is renamed away stops the reader with the table and the column', async () => {
    await database.run('create table gone (id int primary key, part int)');
    await database.run('alter publication cartage add table gone');
    const watching = { watch: new Map([['public.gone', { columns: ['part'], carried: [] }]]) };
    await log.close();
    log = await database.open(watching);
    await changesOf('insert into gone values (1, 1)');
    await database.run('alter table gone rename part to piece');
    await database.run('insert into gone values (2, 1)');
    await expect(readTransactions(log, 1)).rejects.toMatchObject({
      needsOperator: true,
      fault: {
        code: 'replication.column_missing',
        what: expect.stringContaining('public.gone has no column part'),
      },
    });
    await database.run('alter publication cartage drop table gone');
  });

  it('that leaves the replica identity stops the reader with the statement to run', async () => {
    await database.run('create table narrowed (id int primary key, part int)');
    await database.run(
      'alter table narrowed replica identity full; alter publication cartage add table narrowed',
    );
    await log.close();
    log = await database.open({
      watch: new Map([['public.narrowed', { columns: ['part'], carried: ['part'] }]]),
    });
    await database.run('alter table narrowed replica identity default; insert into narrowed values (1, 1)');
    await expect(readTransactions(log, 9)).rejects.toMatchObject({
      fault: {
        code: 'replication.identity_missing',
        fix: 'Run: ALTER TABLE public.narrowed REPLICA IDENTITY FULL',
      },
    });
    await database.run('alter publication cartage drop table narrowed');
  });
});
