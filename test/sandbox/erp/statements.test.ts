/** The statements fit the configuration of Cartage, and every parameter in their SQL is one that it offers. */
import { describe, expect, it } from '@jest/globals';
import { compileSql } from '../../../services/erp/changed-keys/sql-template.ts';
import { compileVia, viaColumns } from '../../../services/erp/changed-keys/via.ts';
import { compileStatements } from '../../../services/erp/orders/statements.ts';
import type { OrderStatements } from '../../../services/erp/orders/statements.ts';
import { erpSection } from '../../../services/platform/config/sections/erp.ts';
import { readOrders, readStreams } from './testing/configuration.ts';

describe('the statements of deploy/config/sandbox.yaml', () => {
  it('fit the schema of the configuration', async () => {
    const connection = { url: 'postgres://cartage@127.0.0.1/erp' };
    const section = { connection, streams: await readStreams(), orders: await readOrders() };
    expect(erpSection.safeParse(section).error).toBeUndefined();
  });

  it('use the parameters that Cartage offers, and read $rows so that it need not decode every column', async () => {
    for (const [name, { query, find, watch }] of Object.entries(await readStreams())) {
      const offered = name === 'fulfilments' ? ['keys', 'since'] : ['keys'];
      expect(compileSql(query, { keys: null, since: 'timestamptz' }, name).parameters).toEqual(offered);
      expect(compileSql(find, { records: 'jsonb' }, name).parameters).toEqual(['records']);
      for (const { via } of watch) {
        if (via === undefined) continue;
        expect(compileVia(via, name).parameters).toEqual(['rows']);
        expect(viaColumns(via)).not.toBeNull();
      }
    }
    const statements = (await readOrders()) as OrderStatements;
    expect(compileStatements(statements, 'orders').create.map(({ name }) => name)).toContain('sale');
  });
});
