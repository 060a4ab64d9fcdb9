/** Real: a MariaDB of this file, where one is installed, and the loop of the ingester. The broker is in memory. */
import { afterAll, beforeAll } from '@jest/globals';
import { mariadb, startMariadb } from '../infrastructure/mariadb.ts';
import type { TestMariadb } from '../infrastructure/mariadb.ts';
import { mariadbErp } from './mariadb-erp.ts';
import { describeSource } from './source-suite.ts';

let server: TestMariadb | undefined;

beforeAll(async () => {
  if (mariadb.command !== null) server = await startMariadb();
});
describeSource('polling MariaDB', [mariadb], () => mariadbErp(server!.url));
afterAll(async () => server?.remove());
