/**
 * Does the log carry the old key? An update or a delete is logged with the *replica identity* of the old row only
 * (by default its primary key). A watched key column outside of it would be missing: the key that a row
 * leaves would never become dirty, and its number would stay wrong for ever without any error.
 *
 * What the log holds is decided by each partition, whatever the whole table says; a new one begins with its primary key.
 */
import { fullTableName, quoteIdentifier, quoteTable, splitTable } from '../pool.ts';
import { unavailable } from '../sqlstate.ts';
import { membersOf } from './identity-members.ts';
import type { Member } from './identity-members.ts';
import type { Database } from './slot.ts';

/** Columns of a watched table that are decoded, and whose old values updates and deletes must carry. */
export type WatchedColumns = readonly string[] | 'all';

export interface WatchedKey {
  /** `schema.table`; without a schema, `public`. */
  table: string;
  columns: WatchedColumns;
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
  /** Tables that inherit from it and are not watched: their rows are its rows, their changes come under their own names. */
  children: string[];
  /**
   * Published updates would *fail in the ERP* ("cannot update table because it does not have a replica identity"):
   * such a table must not enter a publication.
   */
  breaksUpdates: boolean;
  /** What to run; null when all is well. */
  statement: string | null;
}

/** One finding per watched table, in order; columns of a table watched twice are taken together. */
export async function checkIdentities(
  database: Database,
  watched: readonly WatchedKey[],
): Promise<IdentityFinding[]> {
  const columnsOf = new Map<string, WatchedColumns>();
  for (const { table, columns } of watched) {
    const name = fullTableName(table);
    columnsOf.set(name, together(columnsOf.get(name) ?? [], columns));
  }
  const findings: IdentityFinding[] = [];
  for (const [table, columns] of columnsOf) {
    try {
      const members = await membersOf(database, table);
      const children = members.filter(({ isChild, name }) => isChild && !columnsOf.has(name));
      const own = members.filter(({ isChild }) => !isChild);
      findings.push({ ...findingOf(table, columns, own), children: children.map(({ name }) => name) });
    } catch (error) {
      throw unavailable(`The replica identity of ${table} could not be read`, error);
    }
  }
  return findings;
}

/** Columns that are asked for at two places. */
export function together(one: WatchedColumns, other: WatchedColumns): WatchedColumns {
  return one === 'all' || other === 'all' ? 'all' : [...new Set([...one, ...other])];
}

function findingOf(
  table: string,
  asked: WatchedColumns,
  members: Member[],
): Omit<IdentityFinding, 'children'> {
  const [whole] = members;
  const columns = asked === 'all' ? (whole?.columns ?? []) : asked;
  const known = columns.filter((column) => whole?.columns.includes(column));
  const lacks = ({ carried }: Member) => known.filter((column) => !carried.includes(column));
  const isBare = ({ carried }: Member) => carried.length === 0;
  const wrong = members.filter((member) => isBare(member) || lacks(member).length > 0);
  return {
    table,
    exists: whole !== undefined,
    identity: whole?.identity ?? null,
    unknown: columns.filter((column) => !known.includes(column)),
    missing: known.filter((column) => members.some((member) => lacks(member).includes(column))),
    breaksUpdates: members.some(isBare),
    statement: wrong.map((member) => statementFor(member, known)).join(' ') || null,
  };
}

function statementFor({ name, fullFails, primaryKey }: Member, columns: string[]): string {
  const table = quoteTable(name);
  if (!fullFails) return `ALTER TABLE ${table} REPLICA IDENTITY FULL;`;
  const index = quoteIdentifier(`${splitTable(name).name}_cartage`);
  const list = [...new Set([...columns, ...primaryKey])].map(quoteIdentifier).join(', ');
  return `CREATE UNIQUE INDEX ${index} ON ${table} (${list}); ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${index};`;
}
