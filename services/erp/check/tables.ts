/** The watched tables: are they there, may we read them, does the log carry their keys, are they published? */
import type pg from 'pg';
import { quoteIdentifier, quoteTable, splitTable } from '../pool.ts';
import { checkIdentities } from '../replication/identity.ts';
import type { IdentityFinding, WatchedKey } from '../replication/identity.ts';
import { judge, tableFault } from '../replication/judge.ts';
import { mayPublish } from '../replication/publication.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

export async function checkTables(
  client: pg.ClientBase,
  publication: string,
  watched: readonly WatchedKey[],
): Promise<Finding[]> {
  const identities = await checkIdentities(client, watched);
  const findings: Finding[] = [];
  for (const identity of identities) {
    findings.push(judgeTable(identity));
    if (identity.exists) findings.push(await checkSelect(client, identity.table));
  }
  return [...findings, await checkPublication(client, publication, watched)];
}

function judgeTable(identity: IdentityFinding): Finding {
  const fault = tableFault(identity);
  if (fault === null) return ok('erp.identity', `The log carries the watched columns of ${identity.table}`);
  return fail(fault.code, fault.what, fault.why ?? '', fault.fix);
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
      'what it does not see would count as gone: unless erp.connection.rowSecurity is accept, streams that ask for it are not asked',
      `Run: ALTER ROLE ${quoteIdentifier(role)} BYPASSRLS; or let the policies show ${role} all that the shop sells, and set erp.connection.rowSecurity: accept`,
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
async function checkPublication(
  client: pg.ClientBase,
  name: string,
  watched: readonly WatchedKey[],
): Promise<Finding> {
  const { publication, wanted, statement } = await judge(client, name, watched);
  if (!statement) return ok('erp.publication', `Publication ${name} holds exactly the watched tables`);
  const what = publication
    ? `Publication ${name} does not hold exactly the watched tables`
    : `There is no publication ${name} yet`;
  if (await mayPublish(client, name, wanted)) {
    return warn(
      'erp.publication',
      what,
      'the ingester makes it right by itself, and loads anew what it has missed',
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
