import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { orderKey } from '../../../schemas/keys.ts';
import { orders as contract } from '../../../schemas/topics.ts';
import type { Order } from '../../../schemas/types.ts';
import type { OrderInput, PlannedStep } from '../../erp/orders/erp-orders.ts';
import { connectRecipe } from '../../erp/recipe/connect.ts';
import { sampleOrder } from '../../erp/recipe/sample-order.ts';
import { systemClock } from '../../platform/clock.ts';
import { buyerOf } from '../../erp/orders/buyer.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import type { Configuration } from '../../platform/config/read.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Rejected, keepForeignText } from '../../platform/errors.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';
import type { GlobalOptions } from '../options.ts';
import { withBus } from '../open.ts';
import { printJson, printLine } from '../print.ts';

/**
 * What the recipe would call for an order: asks the ERP for real, writes nothing. Of an order of the shop, or of nobody's with
 * what a file puts in place of its members, so that neither shop nor broker is needed to write a recipe.
 */
export async function orderCalls(
  options: GlobalOptions & { order?: string },
  key: string | undefined,
): Promise<number> {
  keepForeignText(true);
  const configuration = readConfiguration(['orders', 'customers', 'erp'], options.config);
  const { erp, orders, customers } = configuration.config;
  if (erp.recipe === undefined) throw notConfigured();
  const order = key === undefined ? nobodys(options.order, orders) : await ofShop(key, configuration);
  const steps: PlannedStep[] = [];
  const connected = connectRecipe({ recipe: erp.recipe, clock: systemClock });
  try {
    await connected.orders.plan(inputOf(order, orders, customers), (step) => {
      steps.push(step);
      if (!options.json) print(step);
    });
  } finally {
    await connected.close();
  }
  if (options.json) printJson(steps);
  return 0;
}

async function ofShop(key: string, configuration: Configuration<never>): Promise<Order> {
  let newest: Order | null = null;
  await withBus(configuration, (bus) =>
    readToEnd(bus, contract, (record) => {
      if (record.key === key) newest = record.value;
    }),
  );
  if (newest !== null) return newest;
  throw new Rejected({
    code: 'order.unknown',
    what: `${contract.topic} holds no order ${key}`,
    fix: `Write ${contract.keyParts} as on the topic; or leave it out, for an order of nobody`,
  });
}

/** With codes that are mapped, as far as there are any. */
function nobodys(file: string | undefined, { stores, payments, shipping }: Config['orders']): Order {
  const [store, paymentMethod, shippingMethod] = [stores, payments, shipping].map(
    (map) => Object.keys(map)[0],
  );
  const sample = sampleOrder(2);
  const order = {
    ...sample,
    store: store ?? sample.store,
    paymentMethod: paymentMethod ?? sample.paymentMethod,
    shippingMethod: shippingMethod ?? sample.shippingMethod,
  };
  return file === undefined ? order : (merged(order, parse(readFileSync(file, 'utf8'))) as Order);
}

/** Members of `given` in place of those of `tree`; each of a list in place of members of the first there. */
function merged(tree: unknown, given: unknown): unknown {
  if (Array.isArray(given)) return given.map((one) => merged(Array.isArray(tree) ? tree[0] : undefined, one));
  if (given === null || typeof given !== 'object' || tree === null || typeof tree !== 'object') return given;
  const known = tree as Record<string, unknown>;
  const members = Object.entries(given).map(([name, value]) => [name, merged(known[name], value)]);
  return { ...known, ...(Object.fromEntries(members) as object) };
}

/** As the exporter maps them, but nothing is held: what is not mapped is left out. */
function inputOf(
  order: Order,
  { stores, payments, shipping, taxes, statuses }: Config['orders'],
  { guests }: Config['customers'],
): OrderInput {
  const codes = {
    store: stores[order.store] ?? {},
    payment: payments[order.paymentMethod]?.codes ?? {},
    shipping: order.isVirtual ? null : (shipping[order.shippingMethod ?? ''] ?? {}),
    taxes: Object.fromEntries(order.taxes.map(({ code }) => [code, taxes?.[code] ?? {}])),
    status: statuses?.[order.status] ?? {},
  };
  return { key: orderKey(order), order, codes, buyer: buyerOf(order, guests) };
}

const words = { asks: 'asks', writes: 'would call', gives: 'gives' };

function print({ name, is, text }: PlannedStep): void {
  printLine(`${name} ${words[is]}`);
  for (const line of text.split('\n')) printLine(`    ${line}`);
  printLine();
}

function notConfigured(): Rejected {
  return new Rejected({
    code: 'erp.recipe',
    what: 'erp.recipe is not configured: nothing is called over HTTP for an order',
    fix: 'Configure it, see deploy/RECIPES.md; SQL statements are tried by `cartage check`',
  });
}
