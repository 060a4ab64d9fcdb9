/** Cartage's role: enough for streams and export (the other suites run as it), nothing beyond, and what it follows. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkServer } from '../../../services/erp/check/server.ts';
import { readStreams } from './testing/configuration.ts';
import { startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';

let erp: TestErp;
beforeAll(async () => {
  erp = await startTestErp();
});
afterAll(() => erp.close());

describe('the role cartage', () => {
  it.each([
    `update stock_move set state = 'draft'`,
    `insert into stock_move (product_id) values (1)`,
    `update product set active = false`,
    `update sales_order set total_amount = 0`,
    `delete from partner`,
    `delete from sales_order`,
    `delete from reservation`,
    `update delivery set state = 'done'`,
    `insert into payment_term (code, name) values ('FREE', 'Free')`,
    `create table public.own (id int)`,
    `create publication own for all tables`,
  ])('may not: %s', async (sql) => {
    await expect(erp.cartage.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it('may read the log through a slot of its own', async () => {
    const { rows } = await erp.cartage.query<{ rolreplication: boolean; rolsuper: boolean }>(
      'select rolreplication, rolsuper from pg_roles where rolname = current_user',
    );
    expect(rows).toEqual([{ rolreplication: true, rolsuper: false }]);
  });

  it('lacks no right that `cartage check` asks for', async () => {
    const findings = await checkServer(erp.cartage, false);
    const rights = findings.filter(({ code }) => ['erp.replication_right', 'erp.slot_sight'].includes(code));
    expect(rights.map(({ level }) => level)).toEqual(['ok', 'ok']);
  });
});

describe('the publication', () => {
  it('holds exactly the tables that the streams watch', async () => {
    const { rows } = await erp.owner.query<{ tablename: string }>(
      `select tablename::text from pg_publication_tables where pubname = 'cartage' order by tablename`,
    );
    const streams = Object.values(await readStreams());
    const watched = new Set(streams.flatMap(({ watch }) => watch.map(({ table }) => table)));
    expect(rows.map((row) => row.tablename)).toEqual([...watched].toSorted());
  });
});
