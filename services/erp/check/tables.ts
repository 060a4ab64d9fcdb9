/** The watched tables: are they there, may we read them, does the log carry their keys, are they published? */
import type pg from 'pg';
import { fullTableName, quoteIdentifier, quoteTable, splitTable } from '../pool.ts';
import { checkIdentities } from '../replication/identity.ts';
import type { IdentityFinding, WatchedKey } from '../replication/identity.ts';
import { inspectPublication, publicationStatement } from '../replication/publication.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

export async function checkTables(client: pg.ClientBase, watched: readonly WatchedKey[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const identity of await checkIdentities(client, watched)) {
    findings.push(...judgeTable(identity));
    if (identity.exists) findings.push(await checkSelect(client, identity.table));
  }
  return findings;
}

function judgeTable(found: IdentityFinding): Finding[] {
  const { table } = found;
  if (!found.exists) {
    return [
      fail(
        'erp.table',
        `Table ${table} does not exist`,
        'it is watched by a stream; a view has no changes of its own in the log',
        'Correct `watch` in the configuration; of a view, name the tables it reads from',
      ),
    ];
  }
  if (found.unknown.length > 0) {
    const what = `Table ${table} has no column ${found.unknown.join(', ')}`;
    return [
      fail('erp.column', what, 'a stream takes its keys from it', 'Correct `watch` in the configuration'),
    ];
  }
  if (found.children.length > 0) {
    const what = `Rows of ${table} lie in ${found.children.join(', ')}, which inherit from it and are not watched`;
    const why = 'the log names each change by the table that holds the row';
    return [fail('erp.inherited', what, why, 'Watch each of these tables as well')];
  }
  if (found.missing.length === 0 && !found.breaksUpdates) {
    return [ok('erp.identity', `The log carries the watched columns of ${table}`)];
  }
  const why = found.breaksUpdates
    ? "without a replica identity the ERP's own updates would fail once the table is published"
    : 'a key that a row leaves would never be asked for again, and its value stay wrong without any error';
  const what = `Updates and deletes of ${table} do not carry ${found.missing.join(', ') || 'any key'}`;
  return [fail('erp.identity', what, why, `Run: ${found.statement}`)];
}

async function checkSelect(client: pg.ClientBase, table: string): Promise<Finding> {
  const { rows } = await client.query<{ role: string; may: boolean; hides: boolean }>(
    `select current_user::text as role, row_security_active($1) as hides,
            has_schema_privilege($2, 'usage') and has_table_privilege($1, 'select') as may`,
    [quoteTable(table), splitTable(table).schema],
  );
  const { role, may, hides } = rows[0]!;
  if (may && hides) {
    return warn(
      'erp.row_security',
      `A policy decides which rows of ${table} ${role} sees`,
      'what it does not see counts as gone, and is told to the shop as deleted',
      `Let the policies show ${role} all that the shop sells, or run: ALTER ROLE ${quoteIdentifier(role)} BYPASSRLS;`,
    );
  }
  if (may) return ok('erp.select_right', `${role} may read ${table}`);
  return fail(
    'erp.select_right',
    `${role} may not read ${table}`,
    'the changed-key queries read it',
    `Run: GRANT USAGE ON SCHEMA ${quoteIdentifier(splitTable(table).schema)} TO ${quoteIdentifier(role)}; GRANT SELECT ON ${quoteTable(table)} TO ${quoteIdentifier(role)};`,
  );
}

/** A publication that is not right yet is made so at the first start, if our role may. */
export async function checkPublication(
  client: pg.ClientBase,
  name: string,
  watched: readonly WatchedKey[],
): Promise<Finding> {
  const tables = [...new Set(watched.map(({ table }) => fullTableName(table)))];
  const state = await inspectPublication(client, name);
  const statement = publicationStatement(name, tables, state);
  if (!statement) return ok('erp.publication', `Publication ${name} holds exactly the watched tables`);
  const what = state
    ? `Publication ${name} does not hold exactly the watched tables`
    : `There is no publication ${name} yet`;
  if (await mayPublish(client, name, tables)) {
    return warn(
      'erp.publication',
      what,
      'the ingester makes it right when it starts',
      `Start it, or run: ${statement}`,
    );
  }
  return fail(
    'erp.publication',
    what,
    'our role may not make it right',
    `Let the owner of the tables run: ${statement}`,
  );
}

async function mayPublish(client: pg.ClientBase, name: string, tables: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `select has_database_privilege(current_database(), 'create')
        and coalesce((select pg_has_role(pubowner, 'usage') from pg_publication where pubname = $1), true)
        and coalesce((select bool_and(pg_has_role(c.relowner, 'usage')) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                       where n.nspname || '.' || c.relname = any ($2)), true) as may`,
    [name, tables],
  );
  return rows[0]!.may;
}
