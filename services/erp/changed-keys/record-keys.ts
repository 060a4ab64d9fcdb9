/**
 * From the key of a record on a topic (`source/sku`) back to the ERP's own key: a refresh names the record,
 * and the changed-key query needs the product's id.
 */
import { queryInSnapshot } from './snapshot.ts';
import type { SnapshotOptions } from './snapshot.ts';
import type { Key } from './snapshot-query.ts';
import { bindSql, compileSql } from './sql-template.ts';
import type { SqlTemplate } from './sql-template.ts';
import { keysOfRows } from './via.ts';

/** The parts of a record's key, by name: `{ source: 'main', sku: '24-MB01' }`. */
export type RecordKey = Readonly<Record<string, string>>;

/** @throws {Rejected} on a parameter other than `$records`. */
export function compileFind(sql: string, where: string): SqlTemplate {
  return compileSql(sql, { records: 'jsonb' }, where);
}

/**
 * `$records` is a JSON array of record keys:
 * `select p.id from jsonb_to_recordset($records) r(sku text) join product p using (sku)`.
 * @returns the keys found; a record that leads to none is left out.
 */
export async function findKeys(
  options: SnapshotOptions & { find: SqlTemplate; records: readonly RecordKey[] },
): Promise<Key[]> {
  if (options.records.length === 0) return [];
  const values = bindSql(options.find, { records: JSON.stringify(options.records) });
  const { rows } = await queryInSnapshot(options, options.find.text, values);
  return keysOfRows(rows);
}
