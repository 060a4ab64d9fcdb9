/** One read-only snapshot of a MySQL or MariaDB database, and what is asked in it. */
import type { Connection } from 'mysql2/promise';
import { askedRows, limitStatements, rowsOf } from './pool.ts';
import type { MysqlPool, MysqlRow } from './pool.ts';
import { mysqlFault } from './faults.ts';
import type { Mark } from '../sources/change-source.ts';
import { Shown } from './proof.ts';
import type { BoundSql } from './list-template.ts';

export interface MysqlAnswer {
  /** Microseconds of the server's clock, from just before the snapshot. */
  version: bigint;
  rows: MysqlRow[];
}

/** For questions of ours, which take no time. */
const briefMs = 5_000;

/**
 * The rows of one statement in a snapshot of its own, which contains the marks as far as they can be shown.
 * @throws Unavailable, Rejected
 */
export function askSnapshot(
  pool: MysqlPool,
  where: string,
  sql: BoundSql,
  marks: Iterable<Mark> = [],
): Promise<MysqlAnswer> {
  return pool.run(where, async (connection) => {
    const version = await new Shown(where, marks, pool).begin(connection, () => begin(connection));
    const rows = await askedRows(connection, sql, pool.statementTimeoutMs);
    await rowsOf(connection, 'commit', briefMs);
    return { version, rows };
  });
}

/**
 * The same, some rows at a time, without a limit to the whole: a million rows never stand in memory. The snapshot is held
 * while they are worked off, which keeps the database from cleaning up behind it.
 */
export async function* askSnapshotInChunks(
  pool: MysqlPool,
  where: string,
  { text, values }: BoundSql,
  chunkRows: number,
  marks: Iterable<Mark> = [],
): AsyncGenerator<MysqlAnswer, void, void> {
  let isDone = false;
  const connection = await pool.acquire().catch((error: unknown) => {
    throw mysqlFault(where, error);
  });
  try {
    await limitStatements(connection, 0);
    const version = await new Shown(where, marks, pool).begin(connection, () => begin(connection));
    // The driver streams with its older interface alone.
    const { connection: plain } = connection as Connection & { connection: StreamingConnection };
    const rows = plain.execute({ sql: text, values: [...values] }).stream({ highWaterMark: chunkRows });
    for await (const chunk of inChunks(rows, chunkRows)) yield { version, rows: chunk };
    await rowsOf(connection, 'commit', briefMs);
    await limitStatements(connection, pool.statementTimeoutMs);
    isDone = true;
  } catch (error) {
    throw mysqlFault(where, error);
  } finally {
    // Whoever stops early leaves rows on the wire.
    if (isDone) pool.release(connection);
    else pool.destroy(connection);
  }
}

interface StreamingConnection {
  execute(asked: { sql: string; values: unknown[] }): {
    stream(options: { highWaterMark: number }): AsyncIterable<MysqlRow>;
  };
}

async function* inChunks(rows: AsyncIterable<MysqlRow>, chunkRows: number): AsyncGenerator<MysqlRow[]> {
  let chunk: MysqlRow[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < chunkRows) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** The time comes first, on its own: taken inside, it could be later than what the snapshot shows. */
async function begin(connection: Connection): Promise<bigint> {
  const sql = 'select cast(unix_timestamp(sysdate(6)) * 1000000 as unsigned) as version';
  const [row] = await rowsOf(connection, sql, briefMs);
  await rowsOf(connection, 'start transaction with consistent snapshot, read only', briefMs);
  return BigInt(row!.version as string);
}
