import { systemClock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { connectionOf } from '../connection.ts';
import { connectRecipe } from '../recipe/connect.ts';
import type { FoundOrder } from './erp-orders.ts';
import { createSqlOrders } from './sql-orders.ts';

/** Asks the ERP once for an order by its key, as the order export does before it writes. @throws Unavailable, Rejected */
export async function lookUpOrder(erp: Config['erp'], key: string): Promise<FoundOrder | null> {
  const { orders, recipe, connection } = erp;
  if (recipe !== undefined) {
    const connected = connectRecipe({ recipe, clock: systemClock });
    return closing(connected, () => connected.orders.lookup(key));
  }
  if (orders === undefined) return null;
  const asked = createSqlOrders({
    connection: { ...connectionOf(connection, 'writer'), max: 1 },
    statements: orders,
    deadlineMs: connection.statementTimeoutMs,
  });
  return closing(asked, () => asked.lookup(key));
}

async function closing<Result>(
  asked: { close(): Promise<unknown> },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } finally {
    await asked.close();
  }
}
