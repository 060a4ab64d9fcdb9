/** An ERP in MySQL or MariaDB: its tables polled, and asked by SQL. */
import type { PollingSourceConfig } from '../../../platform/config/sections/erp-source.ts';
import { sinkCalls } from '../../../platform/telemetry/sink-calls.ts';
import { mysqlOptions, refuseUncheckable } from '../../mysql/address.ts';
import { MysqlPool } from '../../mysql/pool.ts';
import { sinceOf } from '../read-erp.ts';
import type { ErpConfiguration, ReadErp, SourceTools } from '../read-erp.ts';
import { pollingOptions } from '../polling/polling-options.ts';
import { PollingSource } from '../polling/polling-source.ts';
import { SqlPollReader } from '../polling/sql-poll-reader.ts';
import { MysqlPoll } from './mysql-poll.ts';
import { MysqlQuestions } from './mysql-questions.ts';
import { compileMysqlStreams } from './mysql-stream.ts';

export function openMysqlPolling(
  configuration: ErpConfiguration,
  tools: SourceTools,
  config: PollingSourceConfig,
): ReadErp {
  const { pool, streams } = askedOfMysql(configuration, tools);
  const { database } = mysqlOptions(configuration.config.erp.connection);
  const options = pollingOptions(config, streams);
  const reader = new SqlPollReader({ database: new MysqlPoll(pool, database), tables: options.tables });
  const source = new PollingSource({
    ...options,
    ...tools,
    reader,
    onClose: async () => pool.close(),
  });
  return { source, streams, polls: { reader, tables: options.polled } };
}

/** Whatever tells the changes. */
export function askedOfMysql(configuration: ErpConfiguration, { metrics }: Pick<SourceTools, 'metrics'>) {
  const { erp } = configuration.config;
  const since = sinceOf(configuration);
  refuseUncheckable(erp.connection);
  const pool = new MysqlPool({
    options: () => mysqlOptions(configuration.current().erp.connection),
    max: erp.connection.maxConnections,
    statementTimeoutMs: erp.connection.statementTimeoutMs,
    onCall: sinkCalls(metrics, 'erp'),
  });
  const streams = compileMysqlStreams(erp.streams, since).map((stream) => ({
    ...stream,
    questions: new MysqlQuestions({ pool, stream, since, rowsPerFetch: erp.rowsPerFetch }),
  }));
  return { pool, streams };
}
