/** An ERP in PostgreSQL: its log, or its tables polled; questions by SQL either way. */
import type { PollingSourceConfig } from '../../../platform/config/sections/erp-source.ts';
import { settlesWithin } from '../../../platform/waiting.ts';
import { sinkCalls } from '../../../platform/telemetry/sink-calls.ts';
import { Replica } from '../../changed-keys/replica.ts';
import { connectionSource } from '../../connection.ts';
import { fullTableName, openPool, renewing } from '../../pool.ts';
import type { ErpConnection, ErpPool } from '../../pool.ts';
import type { Lsn } from '../../replication/lsn.ts';
import { compileStreams, watchedTables } from '../../streams.ts';
import type { CompiledStream } from '../../streams.ts';
import { sinceOf } from '../read-erp.ts';
import type { ErpConfiguration, ReadErp, SourceTools } from '../read-erp.ts';
import { PollingSource } from '../polling/polling-source.ts';
import { pollingOptions } from '../polling/polling-options.ts';
import { SqlPollReader } from '../polling/sql-poll-reader.ts';
import { PostgresLog } from './postgres-log.ts';
import { PostgresPoll } from './postgres-poll.ts';
import { SeenLog } from './turn.ts';
import { watchSlot } from './slot-watch.ts';
import { SqlQuestions } from './sql-questions.ts';

/** What is asked about the slot is asked again by then: an answer that never comes must not end the asking. */
const slotQuestionMs = 5_000;
/** How long the end waits for a query that runs; the end of the process cuts it. */
const poolEndMs = 1_000;

export function openPostgresLog(configuration: ErpConfiguration, tools: SourceTools): ReadErp {
  const { erp } = configuration.config;
  const { connection, open, replica } = pools(configuration, tools);
  const pool = open({ max: erp.connection.maxConnections });
  const compiled = compileStreams(erp.streams, sinceOf(configuration));
  const seen = new SeenLog();
  const endWatch = watchSlot({ connection: renewing(connection), slot: erp.slot, ...tools });
  const source = new PostgresLog({
    slot: erp.slot,
    publication: erp.publication,
    failover: erp.failover,
    seen,
    connection,
    pool,
    slotPool: open({ max: 1, query_timeout: slotQuestionMs }),
    watched: watchedTables(compiled),
    clock: tools.clock,
    messages: tools.log,
    onClose: () => {
      endWatch();
      void replica?.pool.end();
    },
  });
  return { source, streams: asked(compiled, pool, configuration, replica, (to) => seen.note(to)) };
}

export function openPostgresPolling(
  configuration: ErpConfiguration,
  tools: SourceTools,
  config: PollingSourceConfig,
): ReadErp {
  const { connection } = configuration.config.erp;
  const { pool, compiled, streams, end } = askedOfPostgres(configuration, tools);
  const options = pollingOptions(config, compiled, fullTableName);
  const database = new PostgresPoll(pool, connection.statementTimeoutMs);
  const reader = new SqlPollReader({ database, tables: options.tables });
  const source = new PollingSource({
    ...options,
    ...tools,
    reader,
    onClose: async () => void (await settlesWithin(end(), poolEndMs)),
  });
  return { source, streams, polls: { reader, tables: options.polled } };
}

/** Whatever tells the changes. */
export function askedOfPostgres(configuration: ErpConfiguration, tools: SourceTools) {
  const { connection, streams } = configuration.config.erp;
  const { open, replica } = pools(configuration, tools);
  const pool = open({ max: connection.maxConnections });
  const compiled = compileStreams(streams, sinceOf(configuration));
  const end = () => Promise.all([pool.end(), replica?.pool.end()]);
  return { pool, compiled, streams: asked(compiled, pool, configuration, replica), end };
}

function pools(configuration: ErpConfiguration, { log, metrics }: SourceTools) {
  const connection = connectionSource(configuration, log);
  const open = (limits: ErpConnection) =>
    openPool({ ...renewing(connection), ...limits }, sinkCalls(metrics, 'erp'));
  const { replicaUrl, maxConnections: max } = configuration.config.erp.connection;
  const standby = () => renewing(connectionSource(configuration, log, 'replica'));
  const replica =
    replicaUrl === undefined
      ? null
      : new Replica(openPool({ ...standby(), max }, sinkCalls(metrics, 'erp')), log);
  return { connection, open, replica };
}

function asked(
  compiled: readonly CompiledStream[],
  pool: ErpPool,
  configuration: ErpConfiguration,
  replica: Replica | null,
  onSeen?: (to: Lsn) => void,
) {
  const { connection, rowsPerFetch } = configuration.config.erp;
  const asking = {
    pool,
    replica,
    since: sinceOf(configuration),
    statementTimeoutMs: connection.statementTimeoutMs,
    loadTimeoutMs: connection.loadTimeoutMs,
    timezone: connection.timezone ?? null,
    rowsPerFetch,
    refusesPolicies: connection.rowSecurity === 'refuse',
    ...(onSeen && { onSeen }),
  };
  return compiled.map((stream) => ({ ...stream, questions: new SqlQuestions({ ...asking, stream }) }));
}
