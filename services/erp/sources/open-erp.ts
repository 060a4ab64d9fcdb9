/** What the configuration says is read from the ERP: one source of changes, and per stream how it is asked. */
import { openPool, renewing } from '../pool.ts';
import type { ErpConnection } from '../pool.ts';
import { connectionSource } from '../connection.ts';
import { compileStreams, watchedTables } from '../streams.ts';
import type { Configuration } from '../../platform/config/read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { sinkCalls } from '../../platform/telemetry/sink-calls.ts';
import type { ChangeSource } from './change-source.ts';
import { PostgresLog } from './postgres/postgres-log.ts';
import { watchSlot } from './postgres/slot-watch.ts';
import { SqlQuestions } from './postgres/sql-questions.ts';
import type { SourceStream } from './stream.ts';

export interface ReadErp {
  source: ChangeSource;
  streams: SourceStream[];
}

/** What is asked about the slot is asked again by then: an answer that never comes must not end the asking. */
const slotQuestionMs = 5_000;

/** Connects to nothing yet. @throws Rejected when a statement uses a parameter that does not exist there. */
export function openErp(
  configuration: Configuration<'erp' | 'fulfilments'>,
  { log, metrics, clock }: { log: Log; metrics: Metrics; clock: Clock },
): ReadErp {
  const { erp, fulfilments } = configuration.config;
  const { maxConnections, statementTimeoutMs, loadTimeoutMs, timezone } = erp.connection;
  const connection = connectionSource(configuration, log);
  const open = (limits: ErpConnection) =>
    openPool({ ...renewing(connection), ...limits }, sinkCalls(metrics, 'erp'));
  const pool = open({ max: maxConnections });
  const since = new Date(fulfilments.since).toISOString();
  const compiled = compileStreams(erp.streams, since);
  const source = new PostgresLog({
    slot: erp.slot,
    publication: erp.publication,
    connection,
    pool,
    slotPool: open({ max: 1, query_timeout: slotQuestionMs }),
    watched: watchedTables(compiled),
    clock,
    messages: log,
    onClose: watchSlot({ connection: renewing(connection), slot: erp.slot, metrics, clock }),
  });
  const asking = {
    pool,
    since,
    statementTimeoutMs,
    loadTimeoutMs,
    timezone: timezone ?? null,
    rowsPerFetch: erp.rowsPerFetch,
  };
  const streams = compiled.map((stream) => ({
    ...stream,
    questions: new SqlQuestions({ ...asking, stream }),
  }));
  return { source, streams };
}
