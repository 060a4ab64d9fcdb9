import { Defect } from '../../platform/errors.ts';
import type { Configuration } from '../../platform/config/read.ts';
import type { Config } from '../../platform/config/schema.ts';
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import type { Process } from '../../platform/lifecycle/process.ts';
import { sinkCalls } from '../../platform/telemetry/sink-calls.ts';
import { connectionSource } from '../connection.ts';
import { renewing } from '../pool.ts';
import { openRecipe } from '../recipe/open-recipe.ts';
import type { ErpCustomers } from './erp-customers.ts';
import { createSqlCustomers } from './sql-customers.ts';

type ErpConfiguration = Configuration<'erp'>;
type Opening = Pick<Process, 'context' | 'metrics' | 'log'>;

/** The ERP as the configuration says to reach it. */
export interface ConnectedCustomers {
  erp: ErpCustomers;
  /** To the ERP. */
  connections: number;
  /** How long the ERP may go on with a request after we gave up. */
  settleMs: number;
  close(): Promise<void>;
}

/** By SQL or by recipe. @throws Defect when neither is configured. */
export async function connectCustomers(
  configuration: ErpConfiguration,
  process: Opening,
): Promise<ConnectedCustomers> {
  const { customers, recipe } = configuration.config.erp;
  if (recipe?.customers !== undefined) return byRecipe(recipe, configuration, process);
  if (customers !== undefined) return bySql(customers, configuration, process);
  throw new Defect(
    'Neither erp.customers nor erp.recipe.customers is configured: add the statements, or the part of the recipe, that look a partner up, write and erase it, or switch flows.customers off',
  );
}

async function byRecipe(
  recipe: Recipe,
  configuration: ErpConfiguration,
  process: Opening,
): Promise<ConnectedCustomers> {
  const { customers, close } = await openRecipe(recipe, configuration, process);
  return { erp: customers!, connections: recipe.connections, settleMs: recipe.settleMs, close };
}

type CustomerStatements = NonNullable<Config['erp']['customers']>;

function bySql(
  { lookup, upsert, erase, settleMs }: CustomerStatements,
  configuration: ErpConfiguration,
  { log, metrics }: Opening,
): ConnectedCustomers {
  const { maxConnections, statementTimeoutMs } = configuration.config.erp.connection;
  const erp = createSqlCustomers({
    connection: { ...renewing(connectionSource(configuration, log, 'writer')), max: maxConnections },
    statements: { lookup, upsert, erase },
    deadlineMs: statementTimeoutMs,
    onCall: sinkCalls(metrics, 'erp'),
  });
  return { erp, connections: maxConnections, settleMs, close: () => erp.close() };
}
