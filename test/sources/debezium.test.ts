/** Real: PostgreSQL, MariaDB where one is installed, Kafka for the topics of the connector, and the loop of the ingester. Debezium itself is played. */
import { afterAll, beforeAll } from '@jest/globals';
import { mariadb, startMariadb } from '../infrastructure/mariadb.ts';
import type { TestMariadb } from '../infrastructure/mariadb.ts';
import { debeziumOnMariadb, debeziumOnPostgres } from './debezium-erp.ts';
import { describeSource } from './source-suite.ts';

let server: TestMariadb | undefined;

beforeAll(async () => {
  if (mariadb.command !== null) server = await startMariadb();
});
describeSource('Debezium on PostgreSQL', [], debeziumOnPostgres);
describeSource('Debezium on MariaDB', [mariadb], () => debeziumOnMariadb(server!.url));
afterAll(async () => server?.remove());
