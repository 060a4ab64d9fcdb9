/**
 * The publication: which tables the log is read for. It holds the watched tables only. Under one of all tables,
 * updates of a table without replica identity would fail in the ERP.
 */
import { Unavailable } from '../../platform/errors.ts';
import { fullTableName, quoteIdentifier, quoteTable } from '../pool.ts';
import { databaseFault, redacted, unavailable } from '../sqlstate.ts';
import { checkIdentities } from './identity.ts';
import type { Database } from './slot.ts';

export interface PublicationState {
  allTables: boolean;
  /** Changes of partitions come under the name of the whole table; otherwise under the partition's. */
  viaRoot: boolean;
  /** `schema.table`, sorted. */
  tables: string[];
  /** Kinds of change that it leaves out. */
  unpublished: string[];
  /** It leaves out rows (a filter) or columns (a list) of a table. */
  isNarrowed: boolean;
}

const changeKinds = ['insert', 'update', 'delete', 'truncate'] as const;

/** Null when there is none of this name. */
export async function inspectPublication(database: Database, name: string): Promise<PublicationState | null> {
  try {
    const publication = await database.query<Record<string, boolean>>(
      `select puballtables as all_tables, pubviaroot as via_root, pubinsert as insert, pubupdate as update, pubdelete as delete,
              pubtruncate as truncate from pg_publication where pubname = $1`,
      [name],
    );
    const row = publication.rows[0];
    if (!row) return null;
    const tables = await database.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_publication_tables where pubname = $1 order by 1`,
      [name],
    );
    // Read as JSON, because filters and lists of columns came with 15.
    const narrowed = await database.query(
      `select from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
        where p.pubname = $1 and (to_jsonb(r) ->> 'prqual' is not null or to_jsonb(r) ->> 'prattrs' is not null)`,
      [name],
    );
    return {
      allTables: row.all_tables === true,
      viaRoot: row.via_root === true,
      tables: tables.rows.map((table) => table.name),
      unpublished: changeKinds.filter((kind) => row[kind] !== true),
      isNarrowed: narrowed.rows.length > 0,
    };
  } catch (error) {
    throw unavailable(`Publication "${name}" could not be read`, error);
  }
}

/** The statement that makes the publication right; null when it is. */
export function publicationStatement(
  name: string,
  watched: readonly string[],
  state: PublicationState | null,
): string | null {
  const wanted = [...new Set(watched.map(fullTableName))].toSorted();
  const list = wanted.map(quoteTable).join(', ');
  const publication = quoteIdentifier(name);
  const create = `CREATE PUBLICATION ${publication} FOR TABLE ${list} WITH (publish_via_partition_root = true);`;
  if (!state) return create;
  if (state.allTables) return `DROP PUBLICATION ${publication}; ${create}`;
  const statements: string[] = [];
  if (state.isNarrowed || wanted.join() !== state.tables.join()) {
    // Without `viaRoot` the server lists the partitions instead of the table that was published.
    if (!state.viaRoot)
      statements.push(`ALTER PUBLICATION ${publication} SET (publish_via_partition_root = true);`);
    statements.push(`ALTER PUBLICATION ${publication} SET TABLE ${list};`);
  }
  if (state.unpublished.length > 0) {
    statements.push(`ALTER PUBLICATION ${publication} SET (publish = '${changeKinds.join(', ')}');`);
  }
  return statements.length > 0 ? statements.join(' ') : null;
}

/**
 * Makes the publication hold exactly the watched tables, before the slot is created.
 * A table added later is read from then on only: the owner must load its streams anew.
 * @throws {Unavailable} `replication.publication_right`: Cartage may not; the fix holds the statement to run.
 * @throws {Unavailable} `replication.identity_breaks_updates`: publishing would make the ERP's own updates fail.
 */
export async function ensurePublication(
  database: Database,
  name: string,
  watched: readonly string[],
): Promise<void> {
  const state = await inspectPublication(database, name);
  const statement = publicationStatement(name, watched, state);
  if (!statement) return;
  await refuseBreakingTables(database, watched);
  await mendPublication(database, name, statement);
}

/** Runs the statement that makes the publication right. @throws {Unavailable} as `ensurePublication`. */
export async function mendPublication(database: Database, name: string, statement: string): Promise<void> {
  try {
    await database.query(statement);
  } catch (error) {
    if (databaseFault(error).sqlState !== '42501') {
      throw unavailable(`Publication "${name}" could not be made`, error, { needsOperator: true });
    }
    throw new Unavailable(
      {
        code: 'replication.publication_right',
        what: `Cartage's database user may not create or alter publication "${name}"`,
        why: redacted(databaseFault(error)),
        fix: `Let the owner of the tables run: ${statement}`,
      },
      { needsOperator: true, cause: error },
    );
  }
}

/** Whether our role may make it right, or make it: the owner's rights on it and on all the tables. */
export async function mayPublish(
  database: Database,
  name: string,
  tables: readonly string[],
): Promise<boolean> {
  const { rows } = await database.query<{ may: boolean }>(
    `select has_database_privilege(current_database(), 'create')
        and coalesce((select pg_has_role(pubowner, 'usage') from pg_publication where pubname = $1), true)
        and coalesce((select bool_and(pg_has_role(c.relowner, 'usage')) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                       where n.nspname || '.' || c.relname = any ($2)), true) as may`,
    [name, tables.map(fullTableName)],
  );
  return rows[0]!.may;
}

async function refuseBreakingTables(database: Database, watched: readonly string[]): Promise<void> {
  const findings = await checkIdentities(
    database,
    watched.map((table) => ({ table, columns: [] })),
  );
  const breaking = findings.filter((finding) => finding.breaksUpdates);
  if (breaking.length === 0) return;
  throw new Unavailable(
    {
      code: 'replication.identity_breaks_updates',
      what: `Publishing ${breaking.map(({ table }) => table).join(', ')} would make the ERP's own updates fail`,
      why: 'the table, or a partition of it, has no replica identity: no primary key or a deferrable one, or a full one with generated columns',
      fix: `Run: ${breaking.map(({ statement }) => statement).join(' ')}`,
    },
    { needsOperator: true },
  );
}
