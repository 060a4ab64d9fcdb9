/** One statement, or what is asked in one go, at the ERP's database: timed, counted, told in a trace. */
import { trace } from '@opentelemetry/api';
import { Rejected } from '../platform/errors.ts';
import type { CallOutcome, SinkCall } from '../platform/telemetry/sink-calls.ts';
import { SpanKind, markFailed, startSpan, underSpan } from '../platform/telemetry/tracing.ts';
import type { ErpPool } from './pool.ts';
import { databaseFault } from './sqlstate.ts';

/**
 * Runs `work` under the statement's name: `erp.orders.lookup`, `erp.streams.stock.query`. The CLIENT span follows the
 * OpenTelemetry conventions for databases; without the SQL and its values, which may hold what identifies a person. Work
 * that belongs to no trace makes none.
 */
export async function statement<Result>(
  pool: ErpPool,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  const note = (ended: Pick<SinkCall, 'code' | 'outcome'>) =>
    pool.onCall({ route: name, ...ended, durationMs: performance.now() - startedAt });
  try {
    const result = await spanned(pool, name, work);
    note({ code: '00000', outcome: 'ok' });
    return result;
  } catch (error) {
    note({ code: sqlStateOf(error) ?? '0', outcome: outcomeOf(error) });
    throw error;
  }
}

function spanned<Result>(pool: ErpPool, name: string, work: () => Promise<Result>): Promise<Result> {
  if (trace.getActiveSpan() === undefined) return work();
  const span = startSpan(name, {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.query.summary': name, ...pool.place },
  });
  return underSpan(span, work)
    .catch((error: unknown) => {
      const sqlState = sqlStateOf(error);
      if (sqlState !== null) span.setAttribute('db.response.status_code', sqlState);
      markFailed(span, sqlState ?? databaseFault(error).systemCode ?? 'no_answer');
      throw error;
    })
    .finally(() => span.end());
}

/** Errors of ours carry the database's as their cause. */
function sqlStateOf(error: unknown): string | null {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return databaseFault(error).sqlState ?? (cause === undefined ? null : databaseFault(cause).sqlState);
}

/** By class: wrong data or SQL, a constraint, a missing right are the statement's own fault. */
function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof Rejected) return 'refused';
  return /^(0A|21|22|23|25|42|44|P0)/.test(sqlStateOf(error) ?? '') ? 'refused' : 'failed';
}
