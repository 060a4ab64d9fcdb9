/** What the configuration says is read from the ERP: one source of changes, and per stream how it is asked. */
import { isMysqlAddress } from '../mysql/address.ts';
import { openHttp } from './http/open-http.ts';
import { openMysqlPolling } from './mysql/open-mysql.ts';
import { openPostgresLog, openPostgresPolling } from './postgres/open-postgres.ts';
import type { ErpConfiguration, ReadErp, SourceTools } from './read-erp.ts';

/** Connects to nothing yet. @throws Rejected when a statement uses a parameter that does not exist there. */
export function openErp(
  configuration: Configuration<'erp' | 'fulfilments'>,
  { log, metrics, clock }: { log: Log; metrics: Metrics; clock: Clock },
): ReadErp {
  const { erp, fulfilments } = configuration.config;
  const { maxConnections, statementTimeoutMs, loadTimeoutMs } = erp.connection;
  const connection = connectionSource(configuration, log);
  const open = (max: number, timeoutMs?: number) =>
    openPool({ ...renewing(connection), max, query_timeout: timeoutMs }, sinkCalls(metrics, 'erp'));
  const pool = open(maxConnections);
  const since = new Date(fulfilments.since).toISOString();
  const compiled = compileStreams(erp.streams, since);
  const source = new PostgresLog({
    slot: erp.slot,
    publication: erp.publication,
    connection,
    pool,
    slotPool: open(1, slotQuestionMs),
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
    rowsPerFetch: erp.rowsPerFetch,
  };
  const streams = compiled.map((stream) => ({
    ...stream,
    questions: new SqlQuestions({ ...asking, stream }),
  }));
  return { source, streams };
}
