import { createHash } from 'node:crypto';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Config } from '../platform/config/schema.ts';
import { compileFind } from './changed-keys/record-keys.ts';
import { compileKeyQuery } from './changed-keys/snapshot-query.ts';
import type { SqlTemplate } from './changed-keys/sql-template.ts';
import { compileVia, viaColumns } from './changed-keys/via.ts';
import { fullTableName } from './pool.ts';
import { keyForm } from './sources/key-forms.ts';
import { together } from './replication/identity.ts';
import type { WatchedColumns } from './replication/identity.ts';
import type { SourceStream, StreamWatch } from './sources/stream.ts';

/** How changes of one table make keys of a stream dirty. */
export interface Watch extends StreamWatch {
  /** Leads to the keys where no column does. */
  via: SqlTemplate | null;
  /** Columns `via` reads; null: all. */
  viaColumns: string[] | null;
}

/** A stream of the configuration, its SQL compiled. */
export interface CompiledStream extends Omit<SourceStream, 'questions'> {
  watches: Watch[];
  query: SqlTemplate;
  find: SqlTemplate;
}

/**
 * @param since `$since` of the queries.
 * @throws Rejected when a statement uses a parameter that does not exist there.
 */
export function compileStreams(config: Config['erp']['streams'], since = ''): CompiledStream[] {
  return Object.entries(config).map(([name, stream]) => ({
    name,
    topic: stream.topic,
    digest: digestOf(stream, since),
    keyColumns: Object.keys(stream.key),
    keyForms: Object.values(stream.key).map(keyForm),
    watches: stream.watch.map((watch, index) => ({
      table: fullTableName(watch.table),
      columns: watchedColumns(watch.key, Object.keys(stream.key)),
      via: watch.via === undefined ? null : compileVia(watch.via, `erp.streams.${name}.watch.${index}.via`),
      viaColumns: watch.via === undefined ? null : viaColumns(watch.via),
    })),
    query: compileKeyQuery(stream.query!, `erp.streams.${name}.query`),
    find: compileFind(stream.find, `erp.streams.${name}.find`),
    again: stream.again ?? null,
  }));
}

/** Columns of a watched table that are the key, in the order of the key's own. */
export function watchedColumns(
  key: Config['erp']['streams'][string]['watch'][number]['key'],
  keyColumns: readonly string[],
): string[] | null {
  if (key === undefined) return null;
  return typeof key === 'string' ? [key] : keyColumns.map((column) => key[column]!);
}

/** Of what decides which rows there are and what makes them dirty; `find` and `again` do not. */
export function digestOf(
  { topic, key, watch, query, http }: Config['erp']['streams'][string],
  since: string,
): string {
  const asked = query ?? canonicalJson(http);
  const text = canonicalJson([topic, key, watch, asked, /\$(since|from)\b/.test(asked) ? since : null]);
  return createHash('sha256').update(text).digest('base64url');
}

/** By the name of the table. Few columns are what makes five million rows cheap. */
export function watchedTables(streams: readonly CompiledStream[]): Map<string, WatchedColumns> {
  const tables = new Map<string, WatchedColumns>();
  for (const { watches } of streams)
    for (const { table, columns, viaColumns: read } of watches) {
      const wanted = columns ?? read ?? 'all';
      tables.set(table, together(tables.get(table) ?? [], wanted));
    }
  return tables;
}
