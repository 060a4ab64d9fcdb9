/** Real: the driver. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPool } from '../pool.ts';
import type { ErpPool } from '../pool.ts';
import { PostgresDouble, refusal } from '../testing/postgres-double.ts';
import { ensurePublication, inspectPublication, mayPublish, publicationStatement } from './publication.ts';
import { tableStates } from './table-state.ts';

let server: PostgresDouble;
let pool: ErpPool;
beforeEach(async () => {
  server = await PostgresDouble.start();
  pool = openPool(server.connection);
});
afterEach(async () => {
  await pool.end();
  await server.stop();
});

const all = { all_tables: false, via_root: true, insert: true, update: true, delete: true, truncate: true };
const stands = (changes: object = {}, tables: string[] = ['public.item'], narrowed = 0) =>
  server
    .on(/puballtables/, [{ ...all, ...changes }])
    .on(
      /from pg_publication_tables/,
      tables.map((name) => ({ name })),
    )
    .on(
      /from pg_publication_rel/,
      Array.from({ length: narrowed }, () => ({})),
    );
const state = {
  allTables: false,
  viaRoot: true,
  tables: ['public.item'],
  unpublished: [],
  isNarrowed: false,
};

describe('a publication', () => {
  it('is read as it stands', async () => {
    stands();
    expect(await inspectPublication(pool, 'cartage')).toEqual(state);
    stands({ all_tables: true, via_root: false, update: false, truncate: false }, [], 1);
    expect(await inspectPublication(pool, 'cartage')).toEqual({
      allTables: true,
      viaRoot: false,
      tables: [],
      unpublished: ['update', 'truncate'],
      isNarrowed: true,
    });
    server.on(/puballtables/, []);
    expect(await inspectPublication(pool, 'cartage')).toBeNull();
    server.on(/puballtables/, refusal('42501'));
    await expect(inspectPublication(pool, 'cartage')).rejects.toMatchObject({
      fault: { code: 'erp.right_missing', what: 'Publication "cartage" could not be read' },
    });
  });

  const create = 'CREATE PUBLICATION "a" FOR TABLE "public"."item" WITH (publish_via_partition_root = true);';
  it.each([
    [null, create],
    [state, null],
    [{ ...state, allTables: true }, `DROP PUBLICATION "a"; ${create}`],
    [{ ...state, isNarrowed: true }, 'ALTER PUBLICATION "a" SET TABLE "public"."item";'],
    [{ ...state, tables: ['public.item', 'public.old'] }, 'ALTER PUBLICATION "a" SET TABLE "public"."item";'],
    [
      { ...state, viaRoot: false, tables: ['public.part'] },
      'ALTER PUBLICATION "a" SET (publish_via_partition_root = true); ALTER PUBLICATION "a" SET TABLE "public"."item";',
    ],
    [
      { ...state, unpublished: ['delete'] },
      `ALTER PUBLICATION "a" SET (publish = 'insert, update, delete, truncate');`,
    ],
  ])('that stands so is made right: %j', (stands, statement) => {
    expect(publicationStatement('a', ['item', 'public.item'], stands)).toBe(statement);
  });

  /** Whether each of the watched tables has an identity. */
  const identified = (carried: string[]) =>
    server.on(/with recursive tree/, ([, name]) => [
      {
        name: `public.${name}`,
        isChild: false,
        identity: 'd',
        fullFails: false,
        columns: ['id'],
        carried,
        primaryKey: carried,
      },
    ]);

  it('that is right is left alone, and one that is not is mended', async () => {
    stands();
    await ensurePublication(pool, 'cartage', ['item']);
    identified(['id']);
    server.on(/^(ALTER|CREATE)/, []);
    stands({}, ['public.other']);
    await ensurePublication(pool, 'cartage', ['item']);
    expect(server.askedOf(/^ALTER/)).toEqual(['ALTER PUBLICATION "cartage" SET TABLE "public"."item"']);
  });

  it('never holds what would make updates of the ERP fail', async () => {
    stands({}, []);
    identified([]);
    await expect(ensurePublication(pool, 'cartage', ['item'])).rejects.toMatchObject({
      needsOperator: true,
      fault: {
        code: 'replication.identity_breaks_updates',
        what: expect.stringContaining('public.item'),
        fix: 'Run: ALTER TABLE "public"."item" REPLICA IDENTITY FULL;',
      },
    });
    expect(server.askedOf(/^ALTER/)).toEqual([]);
  });

  it.each([
    ['42501', 'replication.publication_right'],
    ['55006', 'erp.database_error'],
  ])('that may not be mended says who can: %s', async (code, fault) => {
    stands({}, []);
    identified(['id']);
    server.on(/^ALTER/, refusal(code));
    await expect(ensurePublication(pool, 'cartage', ['item'])).rejects.toMatchObject({
      needsOperator: true,
      fault: { code: fault },
    });
  });

  it('may be made by who owns it and its tables', async () => {
    server.on(/has_database_privilege/, [{ may: false }]);
    expect(await mayPublish(pool, 'cartage', ['item'])).toBe(false);
    expect(server.values.at(-1)).toEqual(['cartage', '{"public.item"}']);
  });
});

it('how tables stand is told by their full names, or why not', async () => {
  server.on(/as digest/, [{ name: 'public.item', digest: 'abc' }]);
  expect(await tableStates(pool, 'cartage', ['item'])).toEqual(new Map([['public.item', 'abc']]));
  expect(server.values.at(-1)).toEqual(['cartage', '{"public.item"}']);
  server.on(/as digest/, refusal('53000'));
  await expect(tableStates(pool, 'cartage', ['item'])).rejects.toMatchObject({
    fault: { code: 'erp.resources_exhausted' },
  });
});
