import { connectionSource } from '../../erp/connection.ts';
import { createSqlCustomers } from '../../erp/customers/sql-customers.ts';
import { renewing } from '../../erp/pool.ts';
import type { Configuration } from '../../platform/config/read.ts';
import type { Config } from '../../platform/config/schema.ts';
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import { Defect } from '../../platform/errors.ts';
import { runStates } from '../../platform/flow/states/run-states.ts';
import { groupOfPart } from '../../platform/groups.ts';
import type { Mode } from '../../platform/groups.ts';
import type { Subscription } from '../../platform/kafka/types.ts';
import type { Process } from '../../platform/lifecycle/process.ts';
import { sinkCalls } from '../../platform/telemetry/sink-calls.ts';
import { openRecipe } from '../../erp/recipe/open-recipe.ts';
import { customerFlow } from './customer-flow.ts';
import type { CustomerFlowOptions } from './customer-flow.ts';

type CustomersConfiguration = Configuration<'customers' | 'erp'>;

/** The ERP as the configuration says to reach it. */
interface Connected extends Pick<CustomerFlowOptions, 'erp' | 'connections' | 'settleMs'> {
  close(): Promise<void>;
}

/** Customers, beside the orders: in a group of their own, so that neither waits for what stops the other. */
export async function exportCustomers(
  configuration: CustomersConfiguration,
  process: Process,
  mode: Mode,
): Promise<Subscription> {
  const { customers, instance } = configuration.config;
  const { context } = process;
  const connected = await connectCustomers(configuration, process);
  process.onStop(() => connected.close());
  return runStates(
    { ...context, group: groupOfPart(context.group, 'customers') },
    customerFlow({ ...connected, customers, instance, mode }),
  );
}

export async function connectCustomers(
  configuration: CustomersConfiguration,
  process: Process,
): Promise<Connected> {
  const { customers, recipe } = configuration.config.erp;
  if (recipe?.customers !== undefined) return byRecipe(recipe, configuration, process);
  if (customers !== undefined) return bySql(customers, configuration, process);
  throw new Defect(
    'Neither erp.customers nor erp.recipe.customers is configured: add the statements, or the part of the recipe, that look a partner up, write and erase it, or switch flows.customers off',
  );
}

async function byRecipe(
  recipe: Recipe,
  configuration: CustomersConfiguration,
  process: Process,
): Promise<Connected> {
  const { customers, close } = await openRecipe(recipe, configuration, process);
  return { erp: customers!, connections: recipe.connections, settleMs: recipe.settleMs, close };
}

type CustomerStatements = NonNullable<Config['erp']['customers']>;

function bySql(
  { lookup, upsert, erase, settleMs }: CustomerStatements,
  configuration: CustomersConfiguration,
  { log, metrics }: Process,
): Connected {
  const { maxConnections, statementTimeoutMs } = configuration.config.erp.connection;
  const erp = createSqlCustomers({
    connection: { ...renewing(connectionSource(configuration, log, 'writer')), max: maxConnections },
    statements: { lookup, upsert, erase },
    deadlineMs: statementTimeoutMs,
    onCall: sinkCalls(metrics, 'erp'),
  });
  return { erp, connections: maxConnections, settleMs, close: () => erp.close() };
}
