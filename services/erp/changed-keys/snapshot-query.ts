/**
 * The changed-key query: what is true now for these keys, or for all.
 * Of one key ask one query at a time: only then do later answers carry later (or equal) versions.
 */
import { quoteIdentifier } from '../pool.ts';
import type { Lsn } from '../replication/lsn.ts';
import { statement } from '../statement.ts';
import { queryRows } from '../values.ts';
import type { SqlRow } from '../values.ts';
import { queryFault } from './query-fault.ts';
import { openSnapshot, queryInSnapshot } from './snapshot.ts';
import type { SnapshotOptions } from './snapshot.ts';
import { asSubquery, bindSql, compileSql } from './sql-template.ts';
import type { SqlTemplate } from './sql-template.ts';

/** A key as text, or its columns as text where the key has several. */
export type Key = string | Readonly<Record<string, string | null>>;

export interface Answer {
  /** A log position from just before the snapshot; events made from these rows carry it. */
  version: Lsn;
  rows: SqlRow[];
}

export interface KeyQuery extends SnapshotOptions {
  query: SqlTemplate;
  /** `$since`: ISO time before which documents are of no interest; null: all are. */
  since?: string | null;
}

/** @throws {Rejected} on a parameter other than `$keys` and `$since`. */
export function compileKeyQuery(sql: string, where: string): SqlTemplate {
  return compileSql(sql, { keys: null, since: 'timestamptz' }, where);
}

/**
 * Asks for these keys.
 * `$keys` is an array (`$keys::int[]`), or a JSON array of objects where a key has several columns (`$keys::jsonb`).
 * @throws {Unavailable} no connection, deadline, or a commit that stays invisible; {Rejected} for SQL that is wrong.
 */
export async function queryKeys(options: KeyQuery & { keys: readonly Key[] }): Promise<Answer> {
  return queryInSnapshot(
    options,
    options.query.text,
    bindSql(options.query, { keys: encodeKeys(options.keys), since: options.since }),
  );
}

/** All keys, in an order of which the ERP's collations know nothing, so that whoever stopped can go on. */
export interface AllKeys extends KeyQuery {
  keyColumns: readonly string[];
  /** The values of the key beyond which it goes on; null: from the first. */
  after: readonly string[] | null;
  chunkRows?: number;
}

/**
 * Asks for all keys, in one snapshot, a chunk at a time: a million rows never stand in memory. The snapshot is held while
 * the chunks are worked off, which keeps the database from cleaning up behind it: do not dawdle. The whole order costs a
 * sort at the server before the first row comes: its limit of time is not that of a question for some keys.
 */
export async function* queryAll(options: AllKeys): AsyncGenerator<Answer, void, void> {
  const { text, values } = inOrder(options);
  const snapshot = await openSnapshot(options);
  const timeoutMs = snapshot.queryTimeoutMs;
  let outcome: 'done' | 'failed' = 'done';
  try {
    const ask = (sql: string, parameters: unknown[]) =>
      statement(options.pool, options.where, () =>
        queryRows(snapshot.client, { text: sql, values: parameters, timeoutMs }),
      );
    await ask(`declare all_keys no scroll cursor for ${text}`, values);
    for (;;) {
      const rows = await ask(`fetch ${options.chunkRows ?? defaultChunkRows} from all_keys`, []);
      if (rows.length === 0) return;
      yield { version: snapshot.version, rows };
    }
  } catch (error) {
    outcome = 'failed';
    snapshot.replica?.failed(options.where, error);
    throw queryFault(options.where, error);
  } finally {
    await snapshot.close(outcome);
  }
}

const defaultChunkRows = 5_000;

/** By the text of the key, in the order of its bytes. */
function inOrder({ query, since, keyColumns, after }: AllKeys): { text: string; values: unknown[] } {
  const key = keyColumns.map((column) => `all_rows.${quoteIdentifier(column)}::text collate "C"`);
  const bound = bindSql(query, { since });
  const places = keyColumns.map((_column, index) => `$${bound.length + index + 1}::text`);
  const beyond = after === null ? '' : `where (${key.join(', ')}) > (${places.join(', ')})`;
  return {
    text: `${asSubquery(query)} ${beyond} order by ${key.join(', ')}`,
    values: [...bound, ...(after ?? [])],
  };
}

/** About how many rows all keys have, as the database's planner takes it. */
export async function estimateRows(options: KeyQuery): Promise<number> {
  const values = bindSql(options.query, { since: options.since });
  const { rows } = await queryInSnapshot(
    options,
    `explain (format json) ${asSubquery(options.query)}`,
    values,
  );
  const [{ Plan: plan }] = rows[0]!['QUERY PLAN'] as [{ Plan: { 'Plan Rows': number } }];
  return plan['Plan Rows'];
}

function encodeKeys(keys: readonly Key[]): readonly Key[] | string {
  return keys.every((key) => typeof key === 'string') ? keys : JSON.stringify(keys);
}
