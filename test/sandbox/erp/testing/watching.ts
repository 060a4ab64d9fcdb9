import type { Client } from 'pg';
import { keyColumn } from './configuration.ts';
import type { Stream, Watch } from './configuration.ts';
import { run } from './named-parameters.ts';

/**
 * What a log reader would see, without one: triggers note every row change of the watched tables, old and new
 * rows whole. That a real log carries the columns asked for is another question (replica identity).
 */
export async function noteRowChanges(owner: Client, tables: string[]): Promise<void> {
  await owner.query(`
    create table noted (position bigint generated always as identity, name text, row jsonb);
    create function note_row() returns trigger language plpgsql security definer
      set search_path = public, pg_temp as '
    begin
      if tg_op <> ''INSERT'' then insert into noted (name, row) values (tg_table_name, to_jsonb(old)); end if;
      if tg_op <> ''DELETE'' then insert into noted (name, row) values (tg_table_name, to_jsonb(new)); end if;
      return null;
    end';`);
  for (const table of tables) {
    await owner.query(
      `create trigger zz_note_row after insert or update or delete on ${table} for each row execute function note_row()`,
    );
  }
}

/** Rows noted since the last call, by table. */
export async function takeNoted(owner: Client): Promise<Map<string, unknown[]>> {
  const { rows } = await owner.query<{ name: string; row: unknown }>(
    'with gone as (delete from noted returning *) select name, row from gone order by position',
  );
  return new Map(
    Map.groupBy(rows, (row) => row.name)
      .entries()
      .map(([name, own]) => [name, own.map(({ row }) => row)]),
  );
}

/** Keys that the row changes make dirty, by the rules of a stream: a column of the row, or a query of the way round. */
export async function dirtyKeys(
  client: Client,
  stream: Stream,
  changes: Map<string, unknown[]>,
): Promise<Set<number>> {
  const keys = await Promise.all(
    stream.watch.map((watch) => keysOf(client, watch, changes.get(watch.table) ?? [])),
  );
  return new Set(keys.flat());
}

async function keysOf(client: Client, watch: Watch, rows: unknown[]): Promise<number[]> {
  if (rows.length === 0) return [];
  const { key, via } = watch;
  if (key) return rows.map((row) => (row as Record<string, number>)[key] as number);
  const found = await run<Record<string, number>>(client, via ?? '', { rows });
  return found.flatMap((row) => Object.values(row)).filter((value) => value !== null);
}

/** What is true of a stream, per key, as text that can be compared. */
export async function truth(client: Client, stream: Stream): Promise<Map<number, string>> {
  const rows = await run<Record<string, unknown>>(client, stream.query, { keys: null, since: null });
  const column = keyColumn(stream);
  return new Map(
    Map.groupBy(rows, (row) => row[column] as number)
      .entries()
      .map(([key, own]) => [key, JSON.stringify(own.map((row) => JSON.stringify(row)).toSorted())]),
  );
}

export function changedKeys(before: Map<number, string>, after: Map<number, string>): number[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
}
