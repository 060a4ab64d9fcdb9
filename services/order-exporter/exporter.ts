import { connectionSource } from '../erp/connection.ts';
import { createSqlOrders } from '../erp/orders/sql-orders.ts';
import type { SqlOrders } from '../erp/orders/sql-orders.ts';
import { renewing } from '../erp/pool.ts';
import type { ErpConnection } from '../erp/pool.ts';
import type { Configuration } from '../platform/config/read.ts';
import type { Config } from '../platform/config/schema.ts';
import { runDocuments } from '../platform/flow/documents/run-documents.ts';
import { startFlow } from '../platform/lifecycle/run-flow.ts';
import type { Life } from '../platform/lifecycle/life.ts';
import { sinkCalls } from '../platform/telemetry/sink-calls.ts';
import { orderFlow } from './order-flow.ts';
import { Defect } from '../platform/errors.ts';

/** Kafka to ERP: orders. */
export function startOrderExporter(
  configuration: Configuration<'orders' | 'erp'>,
  life: Life,
): Promise<void> {
  const { config } = configuration;
  return startFlow('order-exporter', 'orders', { configuration, life }, (process, mode) => {
    const statements = statementsOf(config.erp);
    const connection = renewing(connectionSource(configuration, process.log, 'writer'));
    const erp = connectOrders(config.erp, connection, statements, sinkCalls(process.metrics, 'erp'));
    process.onStop(() => erp.close());
    return runDocuments(
      process.context,
      orderFlow({
        erp,
        orders: config.orders,
        hasChange: statements.change.length > 0,
        settleMs: statements.settleMs,
        instance: config.instance,
        mode,
      }),
    );
  });
}

type OrderStatements = NonNullable<Config['erp']['orders']>;

function statementsOf(erp: Config['erp']): OrderStatements {
  if (erp.orders === undefined)
    throw new Defect(
      'erp.orders is not configured: add the statements that look an order up and create it, or switch flows.orders off',
    );
  return erp.orders;
}

function connectOrders(
  { connection: { maxConnections, statementTimeoutMs } }: Config['erp'],
  connection: ErpConnection,
  { lookup, create, change }: OrderStatements,
  onCall: ReturnType<typeof sinkCalls>,
): SqlOrders {
  return createSqlOrders({
    connection: { ...connection, max: maxConnections },
    statements: { lookup, create: named(create, 'create'), change: named(change, 'change') },
    deadlineMs: statementTimeoutMs,
    onCall,
  });
}

/** The rows of an unnamed statement cannot be used by later ones, but errors must still say which one it was. */
function named(statements: OrderStatements['create'], list: string): { name: string; sql: string }[] {
  return statements.map(({ name, sql }, index) => ({ name: name ?? `${list}_${index + 1}`, sql }));
}
