import { connectionSource } from '../erp/connection.ts';
import { createSqlOrders } from '../erp/orders/sql-orders.ts';
import { renewing } from '../erp/pool.ts';
import type { Configuration } from '../platform/config/read.ts';
import type { Config } from '../platform/config/schema.ts';
import type { Recipe } from '../platform/config/sections/recipe.ts';
import { runDocuments } from '../platform/flow/documents/run-documents.ts';
import type { Mode } from '../platform/groups.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { sinkCalls } from '../platform/telemetry/sink-calls.ts';
import { openRecipe } from './open-recipe.ts';
import { orderFlow } from './order-flow.ts';
import type { OrderFlowOptions } from './order-flow.ts';
import { Defect } from '../platform/errors.ts';
import { tellShop } from './tell-shop.ts';

type OrdersConfiguration = Configuration<'orders' | 'customers' | 'erp'>;

/** The ERP as the configuration says to reach it. */
interface Connected extends Pick<OrderFlowOptions, 'erp' | 'hasChange' | 'connections' | 'settleMs'> {
  close(): Promise<void>;
}

export async function exportOrders(
  configuration: OrdersConfiguration,
  process: Process,
  mode: Mode,
): Promise<Subscription> {
  const { orders, customers, instance } = configuration.config;
  const connected = await connectOrders(configuration, process);
  process.onStop(() => connected.close());
  return runDocuments(
    process.context,
    orderFlow({
      ...connected,
      orders,
      guests: customers.guests,
      instance,
      mode,
      ...(orders.writeBack === 'comment' && { tellShop: tellShop(process.bus) }),
    }),
  );
}

export async function connectOrders(
  configuration: OrdersConfiguration,
  process: Process,
): Promise<Connected> {
  const { orders, recipe } = configuration.config.erp;
  if (recipe !== undefined) return byRecipe(recipe, configuration, process);
  if (orders !== undefined) return bySql(orders, configuration, process);
  throw new Defect(
    'Neither erp.orders nor erp.recipe is configured: add the statements or the recipe that look an order up and create it, or switch flows.orders off',
  );
}

async function byRecipe(
  recipe: Recipe,
  configuration: OrdersConfiguration,
  process: Process,
): Promise<Connected> {
  const { orders, close } = await openRecipe(recipe, configuration, process);
  const { connections, settleMs } = recipe;
  return { erp: orders, hasChange: recipe.orders.change.length > 0, connections, settleMs, close };
}

type OrderStatements = NonNullable<Config['erp']['orders']>;

function bySql(
  { lookup, create, change, settleMs }: OrderStatements,
  configuration: OrdersConfiguration,
  { log, metrics }: Process,
): Connected {
  const { maxConnections, statementTimeoutMs } = configuration.config.erp.connection;
  const erp = createSqlOrders({
    connection: { ...renewing(connectionSource(configuration, log, 'writer')), max: maxConnections },
    statements: { lookup, create, change },
    deadlineMs: statementTimeoutMs,
    onCall: sinkCalls(metrics, 'erp'),
  });
  return {
    erp,
    hasChange: change.length > 0,
    connections: maxConnections,
    settleMs,
    close: () => erp.close(),
  };
}
