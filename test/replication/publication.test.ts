/** Real server. The publication holds exactly what is watched, and never breaks the ERP's own writes. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPool } from '../../services/erp/pool.ts';
import { checkIdentities } from '../../services/erp/replication/identity.ts';
import {
  ensurePublication,
  inspectPublication,
  publicationStatement,
} from '../../services/erp/replication/publication.ts';
import { readTransactions, testDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
  await database.run(`
    create table product (id int primary key, sku text not null, note text);
    create table loose (id int);
    create schema "Odd.Schema"; create table "Odd.Schema"."Odd ""Name" (id int primary key);
    create table part (id int, region text, primary key (id, region)) partition by list (region);
    create table part_eu partition of part for values in ('eu')`);
});
afterEach(() => database.drop());

/** Whether anything had to be done. */
async function ensure(...tables: string[]): Promise<'changed' | 'unchanged'> {
  const before = await inspectPublication(database.pool, 'p"ub');
  await ensurePublication(database.pool, 'p"ub', tables);
  return publicationStatement('p"ub', tables, before) === null ? 'unchanged' : 'changed';
}
const tables = async () => (await inspectPublication(database.pool, 'p"ub'))!.tables;

describe('the publication', () => {
  it('is made, left alone when right, and follows the watched tables', async () => {
    expect(await inspectPublication(database.pool, 'p"ub')).toBeNull();
    expect(await ensure('product')).toBe('changed');
    expect(await ensure('public.product', 'product')).toBe('unchanged');
    expect(await ensure('product', 'part')).toBe('changed');
    expect(await tables()).toEqual(['public.part', 'public.product']);
    expect(await ensure('part')).toBe('changed');
    expect(await tables()).toEqual(['public.part']);
  });

  it('of all tables, or without deletes, is put right', async () => {
    await database.run(`create publication "p""ub" for all tables with (publish = 'insert')`);
    expect(await ensure('product')).toBe('changed');
    expect(await inspectPublication(database.pool, 'p"ub')).toEqual({
      allTables: false,
      viaRoot: true,
      tables: ['public.product'],
      unpublished: [],
      isNarrowed: false,
    });
  });

  it('that leaves out rows or columns of a table is put right', async () => {
    for (const narrowed of ['product where (id < 10)', 'product (id)']) {
      await database.run(`create publication "p""ub" for table ${narrowed}`);
      expect(await ensure('product')).toBe('changed');
      expect(await inspectPublication(database.pool, 'p"ub')).toMatchObject({ isNarrowed: false });
      expect(await ensure('product')).toBe('unchanged');
      await database.run('drop publication "p""ub"');
    }
  });

  it('refuses a table whose updates it would break, and the ERP can still update it', async () => {
    await expect(ensure('product', 'loose')).rejects.toMatchObject({
      needsOperator: true,
      fault: {
        code: 'replication.identity_breaks_updates',
        fix: expect.stringContaining('"loose" REPLICA IDENTITY FULL'),
      },
    });
    await database.run('insert into loose values (1); update loose set id = 2');
  });

  it('that our role may not make comes with the statement to run', async () => {
    const role = `role_${new URL(database.url).pathname.slice(1)}`;
    await database.run(
      `create role ${role} login; grant create on database "${new URL(database.url).pathname.slice(1)}" to ${role}`,
    );
    const url = new URL(database.url);
    url.username = role;
    const pool = openPool({ connectionString: url.href });
    await expect(ensurePublication(pool, 'pub', ['product'])).rejects.toMatchObject({
      needsOperator: true,
      fault: {
        code: 'replication.publication_right',
        fix: 'Let the owner of the tables run: CREATE PUBLICATION "pub" FOR TABLE "public"."product" WITH (publish_via_partition_root = true);',
      },
    });
    await pool.end();
    await database.run(`drop owned by ${role}; drop role ${role}`);
  });

  it('made by somebody else for the partitions is put right', async () => {
    await database.run(`create publication "p""ub" for table part`);
    expect(await tables()).toEqual(['public.part_eu']);
    expect(await ensure('part')).toBe('changed');
    expect(await tables()).toEqual(['public.part']);
    expect(await ensure('part')).toBe('unchanged');
  });

  it('gives changes of a partition under the name of the whole table', async () => {
    await database.publish('part');
    const log = await database.open();
    await database.run(`insert into part values (1, 'eu')`);
    const [transaction] = await readTransactions(log, 1);
    expect(transaction!.changes).toMatchObject([{ table: 'public.part', new: { id: '1', region: 'eu' } }]);
    await log.close();
  });
});

describe('the replica identity', () => {
  const check = async (table: string, ...columns: string[]) =>
    (await checkIdentities(database.pool, [{ table, columns }]))[0]!;

  it('carries the primary key by default, an index when told, every column when full', async () => {
    expect(await check('product', 'id')).toMatchObject({ identity: 'd', missing: [], statement: null });
    const [all] = await checkIdentities(database.pool, [
      { table: 'product', columns: ['id'] },
      { table: 'product', columns: 'all' },
    ]);
    expect(all).toMatchObject({ missing: ['sku', 'note'] });
    expect(await check('product', 'id', 'sku')).toMatchObject({
      missing: ['sku'],
      statement: 'ALTER TABLE "public"."product" REPLICA IDENTITY FULL;',
    });
    await database.run(
      'create unique index by_sku on product (sku); alter table product replica identity using index by_sku',
    );
    expect(await check('product', 'sku')).toMatchObject({ identity: 'i', missing: [] });
    expect(await check('product', 'id')).toMatchObject({ missing: ['id'] });
    await database.run(
      'create unique index by_id on product (id) include (note); alter table product replica identity using index by_id',
    );
    expect(await check('product', 'id', 'note')).toMatchObject({ identity: 'i', missing: ['note'] });
    await database.run('alter table product replica identity full');
    expect(await check('product', 'id', 'sku', 'note')).toMatchObject({ identity: 'f', missing: [] });
    await database.run('alter table product replica identity nothing');
    expect(await check('product')).toMatchObject({ breaksUpdates: true });
  });

  it('of a primary key that is checked at the end only is none: published, updates would fail in the ERP', async () => {
    await database.run('create table late (id int primary key deferrable)');
    expect(await check('late', 'id')).toMatchObject({ breaksUpdates: true, missing: ['id'] });
  });

  it('counts of each partition, not of the whole table alone, which says nothing of what the log holds', async () => {
    await database.run('alter table part add owner int; alter table part replica identity full');
    const statement = 'ALTER TABLE "public"."part_eu" REPLICA IDENTITY FULL;';
    expect(await check('part', 'owner')).toMatchObject({ missing: ['owner'], statement });
    await database.run(statement);
    expect(await check('part', 'owner')).toMatchObject({ missing: [], statement: null });
    await database.run(
      `create table bare (id int, region text) partition by list (region); create table bare_eu partition of bare for values in ('eu')`,
    );
    const { statement: both } = await check('bare');
    await database.run(both!);
    expect(await check('bare')).toMatchObject({ breaksUpdates: false, statement: null });
    await ensure('bare');
    await database.run(`insert into bare values (1, 'eu'); update bare set id = 2`);
  });

  it('of every column is none where one is generated', async () => {
    await database.run(`
      create table sum (id int primary key, owner int not null, half int, whole int generated always as (half * 2) stored);
      insert into sum values (1, 7, 1); alter table sum replica identity full`);
    const found = await check('sum', 'owner');
    expect(found).toMatchObject({ breaksUpdates: true });
    await database.run(found.statement!);
    expect(await check('sum', 'owner', 'id')).toMatchObject({ missing: [], statement: null });
    await ensure('sum');
    await database.run('update sum set half = 2');
  });

  it('of a table with children that inherit from it is not enough: their changes come under their own names', async () => {
    await database.run('create table child (primary key (id)) inherits (product)');
    expect(await check('product', 'id')).toMatchObject({ children: ['public.child'] });
    const both = [
      { table: 'product', columns: ['id'] },
      { table: 'child', columns: ['id'] },
    ];
    expect((await checkIdentities(database.pool, both)).map(({ children }) => children)).toEqual([[], []]);
    expect(await ensure('product', 'child')).toBe('changed');
    expect(await ensure('product', 'child')).toBe('unchanged');
  });

  it('of names with dots and quotes is found, and of what does not exist is said', async () => {
    expect(await check('part', 'region')).toMatchObject({ exists: true, missing: [] });
    expect(await check('nowhere', 'id')).toMatchObject({ exists: false });
    expect(await check('product', 'colour')).toMatchObject({ unknown: ['colour'], missing: [] });
  });
});
