/**
 * Does the log carry the old key? An update or a delete is logged with the *replica identity* of the old row only
 * (by default its primary key). A watched key column outside of it would be missing: the key that a row
 * leaves would never become dirty, and its number would stay wrong for ever without any error.
 */
import { fullTableName, quoteTable, splitTable } from '../pool.ts';
import { unavailable } from '../sqlstate.ts';
import type { Database } from './slot.ts';

export interface WatchedKey {
  /** `schema.table`; without a schema, `public`. */
  table: string;
  /** The columns that updates and deletes must carry. */
  columns: readonly string[];
}

export interface IdentityFinding {
  table: string;
  exists: boolean;
  /** The identity's own kind: `d` primary key, `n` nothing, `f` full, `i` an index; null without table. */
  identity: string | null;
  /** Watched columns that the table does not have. */
  unknown: string[];
  /** Watched columns whose old value would be missing. */
  missing: string[];
  /**
   * Published updates would *fail in the ERP* ("cannot update table because it does not have a replica identity"):
   * such a table must not enter a publication.
   */
  breaksUpdates: boolean;
  /** What to run; null when all is well. */
  statement: string | null;
}

const identityQuery = `
  select c.relreplident as identity,
         array(select a.attname::text from pg_attribute a
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
         array(select a.attname::text
                 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
                where i.indrelid = c.oid and i.indisvalid
                  and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident else false end
              ) as carried
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')`;

interface IdentityRow {
  identity: string;
  columns: string[];
  carried: string[];
}

/** One finding per watched table, in order; columns of a table watched twice are taken together. */
export async function checkIdentities(
  database: Database,
  watched: readonly WatchedKey[],
): Promise<IdentityFinding[]> {
  const columnsOf = new Map<string, Set<string>>();
  for (const { table, columns } of watched) {
    const name = fullTableName(table);
    columnsOf.set(name, new Set([...(columnsOf.get(name) ?? []), ...columns]));
  }
  const findings: IdentityFinding[] = [];
  for (const [table, columns] of columnsOf) {
    const { schema, name } = splitTable(table);
    try {
      const result = await database.query<IdentityRow>(identityQuery, [schema, name]);
      findings.push(findingOf(table, [...columns], result.rows[0]));
    } catch (error) {
      throw unavailable(`The replica identity of ${table} could not be read`, error);
    }
  }
  return findings;
}

function findingOf(table: string, columns: string[], row: IdentityRow | undefined): IdentityFinding {
  if (!row) {
    return {
      table,
      exists: false,
      identity: null,
      unknown: columns,
      missing: [],
      breaksUpdates: false,
      statement: null,
    };
  }
  const unknown = columns.filter((column) => !row.columns.includes(column));
  const carried = row.identity === 'f' ? row.columns : row.carried;
  const missing = columns.filter((column) => row.columns.includes(column) && !carried.includes(column));
  const breaksUpdates = row.identity !== 'f' && row.carried.length === 0;
  const statement =
    missing.length > 0 || breaksUpdates ? `ALTER TABLE ${quoteTable(table)} REPLICA IDENTITY FULL;` : null;
  return { table, exists: true, identity: row.identity, unknown, missing, breaksUpdates, statement };
}
