/**
 * The way round: a changed row that does not carry the key, but leads to it.
 * `$rows` is a JSON array of the changed rows' columns, old and new images alike.
 */
import type { Row } from '../sources/changes.ts';
import { queryInSnapshot } from './snapshot.ts';
import type { SnapshotOptions } from './snapshot.ts';
import { asSubquery, bindSql, compileSql } from './sql-template.ts';
import type { SqlTemplate } from './sql-template.ts';
import type { Key } from './snapshot-query.ts';

/** @throws {Rejected} on a parameter other than `$rows`. */
export function compileVia(sql: string, where: string): SqlTemplate {
  return compileSql(sql, { rows: 'jsonb' }, where);
}

/**
 * The columns that `jsonb_to_recordset($rows) r(id int, …)` takes from the rows: only these need decoding, and
 * updates and deletes must carry them. Null when the SQL reads `$rows` in another way: then all columns are needed.
 */
export function viaColumns(sql: string): string[] | null {
  const reads = sql.match(/\$rows\b/g) ?? [];
  const definitions = [
    ...sql.matchAll(
      /jsonb_to_recordset\s*\(\s*\$rows(?:::jsonb)?\s*\)\s*(?:as\s+)?\w*\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/gi,
    ),
  ];
  if (definitions.length === 0 || definitions.length !== reads.length) return null;
  const columns = definitions.flatMap((definition) => splitColumns(definition[1]!));
  return [...new Set(columns)];
}

function splitColumns(definition: string): string[] {
  const parts = definition.replace(/\([^()]*\)/g, '').split(',');
  return parts.map((part) => {
    const name = part.trim().split(/\s+/)[0]!;
    return name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase();
  });
}

export interface ViaQuery extends SnapshotOptions {
  via: SqlTemplate;
  rows: readonly Row[];
  /** Rows that the answer may have. */
  rowsMax?: number;
}

/** Each key that waits takes some hundred bytes. */
const defaultRowsMax = 50_000;

/**
 * Runs the way round in a snapshot that contains the changes.
 * @returns the keys: the first column as text, or all columns where the SQL gives several. Nulls are no keys. `all` where
 * they are too many to be named.
 */
export async function queryVia(options: ViaQuery): Promise<Key[] | 'all'> {
  const { via, rowsMax = defaultRowsMax } = options;
  const values = bindSql(via, { rows: JSON.stringify(options.rows) });
  const { rows } = await queryInSnapshot(options, `${asSubquery(via)} limit ${rowsMax + 1}`, values);
  return rows.length > rowsMax ? 'all' : keysOfRows(rows);
}

/** Rows of key columns to keys, without repetition. */
export function keysOfRows(rows: readonly Record<string, unknown>[]): Key[] {
  const keys = new Map<string, Key>();
  for (const row of rows) {
    const columns = Object.entries(row).map(([name, value]) => [name, keyText(value)] as const);
    if (columns.some(([, value]) => value === null)) continue;
    const key = columns.length === 1 ? columns[0]![1]! : Object.fromEntries(columns);
    keys.set(JSON.stringify(key), key);
  }
  return [...keys.values()];
}

function keyText(value: unknown): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
