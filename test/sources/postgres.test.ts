/** Real: PostgreSQL, and the loop of the ingester. The broker is in memory. */
import { kinds, postgresErp } from './postgres-erp.ts';
import { describeSource } from './source-suite.ts';

describeSource('the log of PostgreSQL', [], () => postgresErp(kinds.log));
describeSource('polling PostgreSQL', [], () => postgresErp(kinds.polling));
describeSource('an outbox table in PostgreSQL', [], () => postgresErp(kinds.outbox));
