/** How orders and customers are written by SQL: a pool of connections, each piece of work in one transaction and one span. */
import type { Rejected } from '../../platform/errors.ts';
import type { SinkCall } from '../../platform/telemetry/sink-calls.ts';
import { inSpan, startSpan } from '../../platform/telemetry/tracing.ts';
import { openPool } from '../pool.ts';
import type { ErpConnection } from '../pool.ts';
import type { SqlRow } from '../values.ts';
import { textOf, transaction } from './transaction.ts';
import type { SqlSession, TransactionOptions } from './transaction.ts';

export interface WriterOptions {
  connection: ErpConnection;
  /** For one call, all its statements together. */
  deadlineMs?: number;
  /** Told of each statement. */
  onCall?: (call: SinkCall) => void;
}

export interface SqlWriter {
  /** @param verb what is done, for the span: `create` */
  run<T>(
    verb: string,
    mode: TransactionOptions['mode'],
    work: (session: SqlSession) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

const defaultDeadlineMs = 15_000;

export function openWriter(
  { connection, deadlineMs = defaultDeadlineMs, onCall }: WriterOptions,
  of: Pick<TransactionOptions, 'subject' | 'where'>,
): SqlWriter {
  const pool = openPool(connection, onCall);
  return {
    // A span for the transaction; each statement in it makes its own.
    run: (verb, mode, work) =>
      inSpan(startSpan(`${verb} ${of.subject} in the ERP`), () =>
        transaction(pool, { ...of, mode, deadlineMs }, work),
      ),
    close: () => pool.end(),
  };
}

/** What a look-up found: one row with an id, or none. @throws what is made of it, when it gave something else */
export function soleRow(
  rows: readonly SqlRow[],
  ambiguous: (found: string) => Rejected,
): { row: SqlRow; id: string; reference: string | null } | null {
  const [row] = rows;
  if (row === undefined) return null;
  const id = textOf(row.id);
  if (rows.length > 1) throw ambiguous(`${rows.length} rows`);
  if (id === null) throw ambiguous('1 row without an id');
  return { row, id, reference: textOf(row.reference) };
}
