/** What the configuration says is read from the ERP: one source of changes, and per stream how it is asked. */
import { isMysqlAddress } from '../mysql/address.ts';
import { openDebezium } from './debezium/open-debezium.ts';
import { openHttp } from './http/open-http.ts';
import { openMysqlPolling } from './mysql/open-mysql.ts';
import { openPostgresLog, openPostgresPolling } from './postgres/open-postgres.ts';
import type { ErpConfiguration, ReadErp, SourceTools } from './read-erp.ts';

/** Connects to nothing yet. @throws Rejected when a statement uses a parameter that does not exist there. */
export function openErp(configuration: ErpConfiguration, tools: SourceTools): ReadErp {
  const { source, connection } = configuration.config.erp;
  if (source.kind === 'postgres-log') return openPostgresLog(configuration, tools);
  if (source.kind === 'http') return openHttp(configuration, tools, source);
  if (source.kind === 'debezium') return openDebezium(configuration, tools, source);
  const open = isMysqlAddress(connection.url) ? openMysqlPolling : openPostgresPolling;
  return open(configuration, tools, source);
}
