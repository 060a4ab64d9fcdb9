/**
 * How a watched table and its place in the publication stand, as one digest. What changes it is not in the log, or makes
 * the log say less than it should: a table that was renamed, or dropped and made anew (the publication holds the other
 * one, or none), taken out of the publication, filtered, altered (new values without a change of a row: `alter column …
 * type … using`, `add column … default`), partitions that came, went or were truncated (the last is seen by the file of
 * the partition, which `vacuum full` makes anew as well), policies that decide which rows a role sees.
 */
import { fullTableName } from '../pool.ts';
import { unavailable } from '../sqlstate.ts';
import type { Database } from './slot.ts';

const query = `
  with recursive tree (root, oid) as (
    select n.nspname || '.' || c.relname, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname || '.' || c.relname = any ($2)
    union
    select t.root, i.inhrelid from pg_inherits i join tree t on i.inhparent = t.oid
  ), said (root, line) as (
    -- The version of its row stands for all that can be set of it.
    select root, concat_ws(' ', 'publication', oid, xmin) from unnest($2) t (root), pg_publication where pubname = $1
    union all
    select root, concat_ws(' ', 'published', r.oid, r.prrelid)
      from tree t join pg_publication_rel r on r.prrelid = t.oid join pg_publication p on p.oid = r.prpubid where p.pubname = $1
    union all
    select root, concat_ws(' ', 'table', c.oid, c.relreplident, case when c.relispartition then pg_relation_filenode(c.oid) end)
      from tree join pg_class c using (oid)
    union all
    select root, concat_ws(' ', 'column', attrelid, attnum, attname, atttypid, atttypmod, attgenerated)
      from tree join pg_attribute on attrelid = oid where attnum > 0 and not attisdropped
    union all
    select root, concat_ws(' ', 'security', c.oid, c.relforcerowsecurity, p.oid, p.xmin)
      from tree join pg_class c using (oid) left join pg_policy p on p.polrelid = c.oid where c.relrowsecurity
    union all
    select root, concat_ws(' ', 'key', indrelid, indisprimary, indisreplident, indkey)
      from tree join pg_index on indrelid = oid where indisprimary or indisreplident
  )
  select root as name, left(encode(sha256(convert_to(string_agg(line, ' ' order by line collate "C"), 'UTF8')), 'hex'), 16) as digest
    from said group by root`;

/** By the full name of the table. */
export async function tableStates(
  database: Database,
  publication: string,
  tables: readonly string[],
): Promise<Map<string, string>> {
  try {
    const values = [publication, tables.map(fullTableName)];
    const { rows } = await database.query<{ name: string; digest: string }>(query, values);
    return new Map(rows.map(({ name, digest }) => [name, digest]));
  } catch (error) {
    throw unavailable('How the watched tables stand could not be read', error);
  }
}

/** The name of each table by its oid: it stays while a table is called otherwise for a while. */
export async function tableNames(
  database: Database,
  tables: readonly string[],
): Promise<Map<number, string>> {
  try {
    const { rows } = await database.query<{ id: string; home: string }>(
      `select c.oid::text as id, n.nspname || '.' || c.relname as home
         from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname || '.' || c.relname = any ($1)`,
      [tables.map(fullTableName)],
    );
    return new Map(rows.map(({ id, home }) => [Number(id), home]));
  } catch (error) {
    throw unavailable('What the watched tables are called could not be read', error);
  }
}
