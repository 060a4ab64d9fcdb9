import { Defect } from '../../platform/errors.ts';
import type { Configuration } from '../../platform/config/read.ts';
import type { Config } from '../../platform/config/schema.ts';
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import type { Process } from '../../platform/lifecycle/process.ts';
import { sinkCalls } from '../../platform/telemetry/sink-calls.ts';
import { connectionSource } from '../connection.ts';
import { renewing } from '../pool.ts';
import { openRecipe } from '../recipe/open-recipe.ts';
import type { ErpOrders } from './erp-orders.ts';
import { createSqlOrders } from './sql-orders.ts';

type ErpConfiguration = Configuration<'erp'>;
type Opening = Pick<Process, 'context' | 'metrics' | 'log'>;

/** The ERP as the configuration says to reach it. */
export interface ConnectedOrders {
  erp: ErpOrders;
  /** The configuration says what to do when an order changes after its export. */
  hasChange: boolean;
  /** To the ERP. */
  connections: number;
  /** How long the ERP may go on with a request after we gave up. */
  settleMs: number;
  close(): Promise<void>;
}

/** By SQL or by recipe. @throws Defect when neither is configured. */
export async function connectOrders(
  configuration: ErpConfiguration,
  process: Opening,
): Promise<ConnectedOrders> {
  const { orders, recipe } = configuration.config.erp;
  if (recipe !== undefined) return byRecipe(recipe, configuration, process);
  if (orders !== undefined) return bySql(orders, configuration, process);
  throw new Defect(
    'Neither erp.orders nor erp.recipe is configured: add the statements or the recipe that look an order up and create it, or switch flows.orders off',
  );
}

async function byRecipe(
  recipe: Recipe,
  configuration: ErpConfiguration,
  process: Opening,
): Promise<ConnectedOrders> {
  const { orders, close } = await openRecipe(recipe, configuration, process);
  const { connections, settleMs } = recipe;
  return { erp: orders, hasChange: recipe.orders.change.length > 0, connections, settleMs, close };
}

type OrderStatements = NonNullable<Config['erp']['orders']>;

function bySql(
  { lookup, create, change, compare, settleMs }: OrderStatements,
  configuration: ErpConfiguration,
  { log, metrics }: Opening,
): ConnectedOrders {
  const { maxConnections, statementTimeoutMs } = configuration.config.erp.connection;
  const erp = createSqlOrders({
    connection: { ...renewing(connectionSource(configuration, log, 'writer')), max: maxConnections },
    statements: { lookup, create, change, compare },
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
