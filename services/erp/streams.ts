import type { Config } from '../platform/config/schema.ts';
import { compileFind } from './changed-keys/record-keys.ts';
import { compileKeyQuery } from './changed-keys/snapshot-query.ts';
import type { SqlTemplate } from './changed-keys/sql-template.ts';
import { compileVia, viaColumns } from './changed-keys/via.ts';
import { fullTableName } from './pool.ts';
import { together } from './replication/identity.ts';
import type { WatchedColumns } from './replication/identity.ts';

/** How changes of one table make keys of a stream dirty. */
export interface Watch {
  table: string;
  /** Column whose value is the key; null where `via` leads to it. */
  column: string | null;
  via: SqlTemplate | null;
  /** Columns `via` reads; null: all. */
  viaColumns: string[] | null;
}

/** A stream of the configuration, its SQL compiled. */
export interface CompiledStream {
  name: string;
  topic: string;
  keyColumn: string;
  watches: Watch[];
  query: SqlTemplate;
  find: SqlTemplate;
  /** Cron expression, UTC; null: never. */
  again: string | null;
}

/** @throws Rejected when a statement uses a parameter that does not exist there. */
export function compileStreams(config: Config['erp']['streams']): CompiledStream[] {
  return Object.entries(config).map(([name, stream]) => ({
    name,
    topic: stream.topic,
    keyColumn: Object.keys(stream.key)[0]!,
    watches: stream.watch.map((watch, index) => ({
      table: fullTableName(watch.table),
      column: watch.key ?? null,
      via: watch.via === undefined ? null : compileVia(watch.via, `erp.streams.${name}.watch.${index}.via`),
      viaColumns: watch.via === undefined ? null : viaColumns(watch.via),
    })),
    query: compileKeyQuery(stream.query, `erp.streams.${name}.query`),
    find: compileFind(stream.find, `erp.streams.${name}.find`),
    again: stream.again ?? null,
  }));
}

/** By the name of the table. Few columns are what makes five million rows cheap. */
export function watchedTables(streams: readonly CompiledStream[]): Map<string, WatchedColumns> {
  const tables = new Map<string, WatchedColumns>();
  for (const { watches } of streams)
    for (const { table, column, viaColumns: read } of watches) {
      const wanted = column === null ? (read ?? 'all') : [column];
      tables.set(table, together(tables.get(table) ?? [], wanted));
    }
  return tables;
}
