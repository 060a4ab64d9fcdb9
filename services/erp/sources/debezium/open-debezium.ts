/** An ERP whose changes Debezium tells: its topics, and questions by SQL of the database that they come from. */
import type { DebeziumSourceConfig } from '../../../platform/config/sections/erp-source.ts';
import { Rejected } from '../../../platform/errors.ts';
import { settlesWithin } from '../../../platform/waiting.ts';
import { isMysqlAddress, mysqlOptions } from '../../mysql/address.ts';
import { fullTableName } from '../../pool.ts';
import { watchedTables } from '../../streams.ts';
import { MysqlPoll } from '../mysql/mysql-poll.ts';
import { askedOfMysql } from '../mysql/open-mysql.ts';
import { askedOfPostgres } from '../postgres/open-postgres.ts';
import type { ErpConfiguration, ReadErp, SourceTools } from '../read-erp.ts';
import { watchedBy } from '../polling/polling-options.ts';
import { DebeziumSource } from './debezium-source.ts';
import { WatchedMysql } from './watched-mysql.ts';
import { WatchedPostgres } from './watched-postgres.ts';

/** How long the end waits for a query that runs; the end of the process cuts it. */
const poolEndMs = 1_000;

export function openDebezium(
  configuration: ErpConfiguration,
  tools: SourceTools,
  config: DebeziumSourceConfig,
): ReadErp {
  const { connection } = configuration.config.erp;
  return isMysqlAddress(connection.url)
    ? ofMysql(configuration, tools, config)
    : ofPostgres(configuration, tools, config);
}

function ofPostgres(
  configuration: ErpConfiguration,
  tools: SourceTools,
  { topics, proof }: DebeziumSourceConfig,
): ReadErp {
  if (proof !== 'none') throw proofOfPostgres();
  const { pool, compiled, streams } = askedOfPostgres(configuration, tools);
  const database = new WatchedPostgres(pool, watchedTables(compiled));
  const source = new DebeziumSource({
    ...tools,
    database,
    topics: new Map(Object.entries(topics).map(([table, topic]) => [fullTableName(table), topic])),
    againAfterMs: null,
    onClose: async () => void (await settlesWithin(pool.end(), poolEndMs)),
  });
  return { source, streams, watched: database };
}

function ofMysql(
  configuration: ErpConfiguration,
  tools: SourceTools,
  { topics, againAfterMs, proof }: DebeziumSourceConfig,
): ReadErp {
  const { pool, streams } = askedOfMysql(configuration, tools);
  const { database: name } = mysqlOptions(configuration.config.erp.connection);
  const database = new WatchedMysql(new MysqlPoll(pool, name), watchedBy(streams), proof);
  const source = new DebeziumSource({
    ...tools,
    database,
    topics: new Map(Object.entries(topics)),
    againAfterMs: proof === 'none' ? againAfterMs : null,
    proof,
    onClose: async () => pool.close(),
  });
  return { source, streams, watched: database };
}

function proofOfPostgres(): Rejected {
  return new Rejected({
    code: 'erp.proof',
    what: 'erp.source.proof is of MariaDB, and erp.connection.url leads to a PostgreSQL',
    fix: 'Leave it out: records of PostgreSQL name their transactions, which answers are shown to contain',
  });
}
