/**
 * Real: the exporter as its own process, broker, registry, the recipe for ERPNext that ships, in a file beside the
 * configuration. Doubles: the relay (the test publishes the orders), and the ERP, a stand-in with ERPNext's habits. Asserted:
 * what the ERP holds, outcomes.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { orders } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import { substitute } from '../../services/platform/config/secrets.ts';
import { restVariables } from '../erp-orders/rest-recipe.ts';
import { anOrder } from '../sandbox/erp/testing/order.ts';
import { RestErp } from '../sandbox/http-erp/rest-erp.ts';
import {
  eventually,
  openWitness,
  ordersConfig,
  ownInstance,
  platformConfig,
  startProcess,
} from './support.ts';
import type { RunningProcess, Witness } from './support.ts';

const erp = new RestErp('token key:secret', ['MUG-STONE']);
let instance: string;
let witness: Witness;
let exporter: RunningProcess;

beforeAll(async () => {
  instance = ownInstance();
  await erp.standIn.start();
  witness = await openWitness(instance);
  exporter = await startExporter();
});
afterAll(async () => {
  await exporter?.stop();
  await witness?.close();
  await erp.standIn.stop();
});

async function startExporter(): Promise<RunningProcess> {
  const text = readFileSync(join(projectFolder, 'deploy/config/recipes/erpnext.yaml'), 'utf8');
  const recipe = substitute(parse(text), {
    environment: { ...restVariables, ERPNEXT_URL: erp.standIn.url },
    problems: [],
  }) as object;
  const started = await startProcess('order-exporter', {
    ...platformConfig(instance, 4_000),
    flows: { customers: 'off' },
    orders: ordersConfig(),
    customers: { websites: {}, groups: {} },
    erp: { recipe: { ...recipe, deadlineMs: 3_000, settleMs: 3_000 } },
  });
  await started.logged('The group has given out its partitions');
  return started;
}

function order(change: Partial<Order> = {}): Order {
  const lines = [{ sku: 'MUG-STONE', quantity: 2, priceMinor: 1450 }];
  return {
    ...anOrder({ incrementId: String(randomInt(1e8, 1e9)), state: 'new', lines }),
    instance,
    ...change,
  };
}

const publish = (value: Order) => witness.bus.publish(orders, { value });
const keyOf = ({ incrementId }: Order) => `${instance}/default/${incrementId}`;
const outcomesOf = (one: Order) => witness.outcomes.filter(({ key }) => key === keyOf(one));
const held = (one: Order) =>
  erp.all('Sales Order').filter((document) => document.custom_shop_key === keyOf(one));

describe('an order by recipe', () => {
  it("is accepted with the ERP's number, once, and follows the shop's cancellation", async () => {
    const placed = order();
    await publish(placed);
    await publish(placed);
    await publish({ ...placed, state: 'canceled' });
    await eventually('all outcomes', () => outcomesOf(placed).length >= 3);
    expect(held(placed)).toMatchObject([{ docstatus: 2 }]);
    const number = held(placed)[0]!.name;
    expect(outcomesOf(placed)).toMatchObject([
      { status: 'applied', targetId: number },
      { status: 'unchanged', targetId: number },
      { status: 'applied', targetId: number },
    ]);
  });

  it('that the ERP refuses is parked, and the next one goes on', async () => {
    const unknown = order();
    unknown.lines[0]!.sku = 'NO-SUCH-SKU';
    const good = order();
    for (const one of [unknown, good]) await publish(one);
    await eventually('both', () => [unknown, good].every((one) => outcomesOf(one).length === 1));
    expect(outcomesOf(unknown)).toMatchObject([{ status: 'rejected', code: 'order.erp_missing' }]);
    expect(held(good)).toMatchObject([{ docstatus: 1 }]);
  });

  it('is one, though the exporter is killed while the ERP makes it, and again while it submits it', async () => {
    const placed = order();
    for (const method of ['POST', 'PUT']) {
      let isKilled = false;
      erp.standIn.misbehave(({ method: asked, path }) => {
        if (asked !== method || !path.includes('/Sales Order')) return false;
        isKilled = true;
        void exporter.kill();
        return true;
      }, 'unsaid');
      await publish(placed);
      await eventually(`the ${method}`, () => isKilled);
      exporter = await startExporter();
    }
    await eventually('an outcome', () => outcomesOf(placed).length >= 1);
    expect(held(placed)).toMatchObject([{ docstatus: 1 }]);
  });
});
