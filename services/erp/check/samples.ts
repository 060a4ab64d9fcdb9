import type pg from 'pg';
import { queryRows } from '../values.ts';
import type { SqlRow } from '../values.ts';
import type { ColumnTypes } from './column-types.ts';

/** Of a query that is asked for no row. */
export async function columnTypesOf(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<ColumnTypes> {
  const { fields } = await client.query(text, [...values]);
  const { rows } = await client.query<{ oid: string; name: string }>(
    'select oid::text, format_type(oid, null) as name from pg_type where oid = any($1::oid[])',
    [fields.map(({ dataTypeID }) => dataTypeID)],
  );
  const names = new Map(rows.map(({ oid, name }) => [oid, name]));
  return new Map(fields.map(({ name, dataTypeID }) => [name, names.get(String(dataTypeID)) ?? 'unknown']));
}

/** Rows of a table as the log tells them: every value as text. */
export async function sampleRows(client: pg.ClientBase, table: string, count: number): Promise<SqlRow[]> {
  const text = `select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(sampled))) as row from ${table} sampled limit ${count}`;
  return (await queryRows(client, { text, values: [], timeoutMs: 60_000 })).map(({ row }) => row as SqlRow);
}
