/**
 * Tries SQL of the configuration without running it: PREPARE finds wrong names and types, EXPLAIN EXECUTE
 * besides that missing rights. Both in a read-only transaction that is rolled back.
 */
import type pg from 'pg';
import type { SqlTemplate } from '../changed-keys/sql-template.ts';
import { queryFault } from '../changed-keys/query-fault.ts';
import { Unavailable } from '../../platform/errors.ts';
import { databaseFault, isConnectionFault, unavailable } from '../sqlstate.ts';
import { fail, ok } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { ReadColumns } from './columns.ts';

export interface TriedStatement {
  /** As the configuration names it: `streams.stock.query`. */
  where: string;
  template: SqlTemplate;
  /** Of the query of a stream. */
  columns?: ReadColumns;
  /** Fails where a policy would hide rows, as the questions of the streams do. */
  refusesPolicies?: boolean;
}

/** @throws {Unavailable} when the connection breaks meanwhile. */
export async function tryStatement(
  client: pg.ClientBase,
  { where, template, refusesPolicies = false }: TriedStatement,
): Promise<Finding> {
  await client.query('begin read only');
  try {
    if (refusesPolicies) await client.query('set local row_security = off');
    // The extended protocol refuses a second command behind a semicolon, which PREPARE would not cover.
    await client.query({
      text: `prepare tried as ${template.text}`,
      name: '',
      values: [],
      queryMode: 'extended',
    } as pg.QueryConfig);
    const nulls = template.parameters.map(() => 'null').join(', ');
    await client.query(`explain execute tried${nulls && `(${nulls})`}`);
    return ok('erp.sql', `${where} is accepted by the database`);
  } catch (error) {
    const fault = databaseFault(error);
    if (isConnectionFault(fault)) throw unavailable(`${where} could not be tried`, error);
    const hidden = queryFault(where, error);
    if (hidden instanceof Unavailable && hidden.fault.code === 'erp.row_security')
      return fail(hidden.fault.code, hidden.fault.what, hidden.fault.why ?? '', hidden.fault.fix);
    const isRight = fault.sqlState === '42501';
    return fail(
      isRight ? 'erp.sql_right' : 'erp.sql',
      `${where} is refused by the database`,
      `${fault.message}, SQLSTATE ${fault.sqlState}`,
      isRight ? "Grant the right to Cartage's database user" : 'Correct the SQL in the configuration',
    );
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}
