/**
 * How the watched tables and their publication stand, as one digest. What changes it is not in the log, or makes the log
 * say less than it should: a table that was renamed, or dropped and made anew (the publication holds the other one, or
 * none), taken out of the publication, filtered, altered (new values without a change of a row: `alter column … type …
 * using`, `add column … default`), partitions that came, went or were truncated (the last is seen by the file of the
 * partition, which `vacuum full` makes anew as well).
 */
import { fullTableName } from '../pool.ts';
import type { ErpPool } from '../pool.ts';
import { statement } from '../statement.ts';
import { unavailable } from '../sqlstate.ts';

const query = `
  with recursive tree (oid) as (
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname || '.' || c.relname = any ($2)
    union
    select i.inhrelid from pg_inherits i join tree t on i.inhparent = t.oid
  ), said (line) as (
    -- The version of its row stands for all that can be set of it.
    select concat_ws(' ', 'publication', oid, xmin) from pg_publication where pubname = $1
    union all
    select concat_ws(' ', 'published', r.oid, r.prrelid)
      from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where p.pubname = $1
    union all
    select concat_ws(' ', 'table', c.oid, c.relreplident, case when c.relispartition then pg_relation_filenode(c.oid) end)
      from tree join pg_class c using (oid)
    union all
    select concat_ws(' ', 'column', attrelid, attnum, attname, atttypid, atttypmod, attgenerated)
      from tree join pg_attribute on attrelid = oid where attnum > 0 and not attisdropped
    union all
    select concat_ws(' ', 'key', indrelid, indisprimary, indisreplident, indkey)
      from tree join pg_index on indrelid = oid where indisprimary or indisreplident
  )
  select encode(sha256(convert_to(string_agg(line, ' ' order by line collate "C"), 'UTF8')), 'hex') as digest from said`;

export async function tableState(
  pool: ErpPool,
  publication: string,
  tables: readonly string[],
): Promise<string> {
  try {
    const { rows } = await statement(pool, 'erp.tables.state', () =>
      pool.query<{ digest: string }>(query, [publication, tables.map(fullTableName)]),
    );
    return rows[0]!.digest;
  } catch (error) {
    throw unavailable('How the watched tables stand could not be read', error);
  }
}
