import { connectionSource } from '../../erp/connection.ts';
import { createSqlCustomers } from '../../erp/customers/sql-customers.ts';
import { renewing } from '../../erp/pool.ts';
import { namedStatements } from '../../erp/sql/statements.ts';
import type { Configuration } from '../../platform/config/read.ts';
import { Defect } from '../../platform/errors.ts';
import { runStates } from '../../platform/flow/states/run-states.ts';
import { groupOfPart } from '../../platform/groups.ts';
import type { Mode } from '../../platform/groups.ts';
import type { Subscription } from '../../platform/kafka/types.ts';
import type { Process } from '../../platform/lifecycle/process.ts';
import { sinkCalls } from '../../platform/telemetry/sink-calls.ts';
import { customerFlow } from './customer-flow.ts';

/** Customers, beside the orders: in a group of their own, so that neither waits for what stops the other. */
export function exportCustomers(
  configuration: Configuration<'customers' | 'erp'>,
  { context, log, metrics, onStop }: Process,
  mode: Mode,
): Promise<Subscription> {
  const { erp: section, customers, instance } = configuration.config;
  const { maxConnections, statementTimeoutMs } = section.connection;
  const statements = section.customers;
  if (statements === undefined)
    throw new Defect(
      'erp.customers is not configured: add the statements that look a partner up, write and erase it, or switch flows.customers off',
    );
  const { lookup, upsert, erase, settleMs } = statements;
  const erp = createSqlCustomers({
    connection: { ...renewing(connectionSource(configuration, log, 'writer')), max: maxConnections },
    statements: { lookup, upsert: namedStatements(upsert, 'upsert'), erase: namedStatements(erase, 'erase') },
    deadlineMs: statementTimeoutMs,
    onCall: sinkCalls(metrics, 'erp'),
  });
  onStop(() => erp.close());
  return runStates(
    { ...context, group: groupOfPart(context.group, 'customers') },
    customerFlow({ erp, customers, connections: maxConnections, settleMs, instance, mode }),
  );
}
