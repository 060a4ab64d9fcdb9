import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { orderKey } from '../../../../schemas/keys.ts';
import { orders as contract } from '../../../../schemas/topics.ts';
import type { Order } from '../../../../schemas/types.ts';
import { buyerOf } from '../../../erp/orders/buyer.ts';
import type { OrderInput } from '../../../erp/orders/erp-orders.ts';
import type { PlannedStep } from '../../../erp/planned-step.ts';
import { connectRecipe } from '../../../erp/recipe/connect.ts';
import { sampleOrder } from '../../../erp/recipe/samples.ts';
import { systemClock } from '../../../platform/clock.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import type { Config } from '../../../platform/config/schema.ts';
import type { Recipe } from '../../../platform/config/sections/recipe.ts';
import { Rejected, keepForeignText } from '../../../platform/errors.ts';
import { readToEnd } from '../../../platform/kafka/read-to-end.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printLine } from '../../print.ts';
import { recipeAt } from './recipe-at.ts';

/** What would be called for an order: one of nobody, or one of the shop by its key. Asks the ERP, writes nothing. */
export function calls(
  options: GlobalOptions & { order?: string; key?: string },
  path: string | undefined,
): Promise<number> {
  keepForeignText(true);
  const recipe = recipeAt(path, options);
  const { key, order } = options;
  return key === undefined ? callsOfNobody(recipe, order, options) : callsOfOrder(recipe, key, options);
}

/** Of an order of nobody, with what a file puts in place of its members; its `codes` become `$codes`. */
function callsOfNobody(recipe: Recipe, file: string | undefined, options: GlobalOptions): Promise<number> {
  const { codes = {}, ...members } =
    file === undefined ? {} : (parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
  const order = merged(sampleOrder(2), members) as Order;
  return show(recipe, { key: orderKey(order), order, codes, buyer: buyerOf(order, 'email') }, options);
}

/** Of an order of the shop, as it is on its topic. */
async function callsOfOrder(recipe: Recipe, key: string, options: GlobalOptions): Promise<number> {
  const configuration = readConfiguration(['orders', 'customers'], options.config);
  const { orders, customers } = configuration.config;
  let newest: Order | null = null;
  await withBus(configuration, (bus) =>
    readToEnd(bus, contract, (record) => {
      if (record.key === key) newest = record.value;
    }),
  );
  if (newest === null) throw unknown(key);
  const buyer = buyerOf(newest, customers.guests);
  return show(recipe, { key, order: newest, codes: codesOf(newest, orders), buyer }, options);
}

async function show(recipe: Recipe, input: OrderInput, { json }: GlobalOptions): Promise<number> {
  const steps: PlannedStep[] = [];
  const connected = connectRecipe({ recipe, clock: systemClock });
  try {
    await connected.orders.plan(input, (step) => {
      steps.push(step);
      if (!json) print(step);
    });
  } finally {
    await connected.close();
  }
  if (json) printJson(steps);
  return 0;
}

const words = { asks: 'asks', writes: 'would call', gives: 'gives' };

function print({ name, is, text }: PlannedStep): void {
  printLine(`${name} ${words[is]}`);
  for (const line of text.split('\n')) printLine(`    ${line}`);
  printLine();
}

/** Members of `given` in place of those of `tree`; each of a list in place of those of the first there. */
function merged(tree: unknown, given: unknown): unknown {
  if (Array.isArray(given)) return given.map((one) => merged(Array.isArray(tree) ? tree[0] : undefined, one));
  if (given === null || typeof given !== 'object' || tree === null || typeof tree !== 'object') return given;
  const known = tree as Record<string, unknown>;
  const members = Object.entries(given).map(([name, value]) => [name, merged(known[name], value)]);
  return { ...known, ...(Object.fromEntries(members) as object) };
}

/** As the exporter maps them, but nothing is held: what is not mapped is left out. */
function codesOf(order: Order, { stores, payments, shipping, taxes, statuses }: Config['orders']): unknown {
  return {
    store: stores[order.store] ?? {},
    payment: payments[order.paymentMethod]?.codes ?? {},
    shipping: order.isVirtual ? null : (shipping[order.shippingMethod ?? ''] ?? {}),
    taxes: Object.fromEntries(order.taxes.map(({ code }) => [code, taxes?.[code] ?? {}])),
    status: statuses?.[order.status] ?? {},
  };
}

function unknown(key: string): Rejected {
  return new Rejected({
    code: 'order.unknown',
    what: `${contract.topic} holds no order ${key}`,
    fix: `Write ${contract.keyParts} as on the topic; or leave --key out, for an order of nobody`,
  });
}
