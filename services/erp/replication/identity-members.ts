import { fullTableName, splitTable } from '../pool.ts';
import type { Database } from './slot.ts';

/** A watched table, one of its partitions, or a table that inherits from it. */
export interface Member {
  name: string;
  /** Inherits, and is no partition: its changes come under its own name. */
  isChild: boolean;
  /** `d` primary key, `n` nothing, `f` full, `i` an index. */
  identity: string;
  columns: string[];
  /** Columns whose old values updates and deletes carry. */
  carried: string[];
  primaryKey: string[];
  /** Under a full identity published updates fail in the ERP: from 18 on, where columns are generated. */
  fullFails: boolean;
}

/**
 * The table itself comes first. What is checked at the end of a transaction only (deferrable) is no identity, nor are the
 * columns that an index merely includes.
 */
const membersQuery = `
  with recursive tree (oid, is_whole) as (
    select c.oid, true from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')
    union all
    select i.inhrelid, false from pg_inherits i join tree t on i.inhparent = t.oid
  ), member as (
    select c.oid, n.nspname || '.' || c.relname as name, is_whole, not is_whole and not c.relispartition as is_child,
           c.relreplident as identity,
           current_setting('server_version_num')::int >= 180000
             and exists (select from pg_attribute where attrelid = c.oid and attgenerated <> '') as full_fails
      from tree t join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace
     where is_whole or c.relkind = 'r'
  ), key as (
    select indrelid, indisprimary, indisreplident, indisvalid and indimmediate as is_identity,
           (indkey::int2[])[0:indnkeyatts - 1] as columns
      from pg_index
  )
  select name, is_child as "isChild", identity, full_fails as "fullFails",
         array(select attname::text from pg_attribute where attrelid = m.oid and attnum > 0 and not attisdropped) as columns,
         array(select attname::text from pg_attribute
                where attrelid = m.oid and attnum > 0 and not attisdropped
                  and (identity = 'f' and not full_fails or exists (
                         select from key where indrelid = m.oid and attnum = any (columns) and is_identity
                            and case identity when 'd' then indisprimary when 'i' then indisreplident else false end
                      ))) as carried,
         array(select attname::text from pg_attribute join key on indrelid = attrelid and attnum = any (columns)
                where attrelid = m.oid and indisprimary) as "primaryKey"
    from member m
   order by is_whole desc, name`;

/** None where there is no such table. */
export async function membersOf(database: Database, table: string): Promise<Member[]> {
  const { schema, name } = splitTable(fullTableName(table));
  return (await database.query<Member>(membersQuery, [schema, name])).rows;
}
