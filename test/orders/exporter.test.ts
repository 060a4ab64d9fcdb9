/**
 * Real: the exporter as its own process, broker, registry, PostgreSQL with the sandbox ERP's schema and the statements
 * of its configuration, behind a proxy. Double: the relay; the test publishes the orders. Asserted: rows in the ERP, outcomes.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orders } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import { startTcpProxy } from '../infrastructure/tcp-proxy.ts';
import type { TcpProxy } from '../infrastructure/tcp-proxy.ts';
import { readOrders } from '../sandbox/erp/testing/configuration.ts';
import { startTestErp } from '../sandbox/erp/testing/erp.ts';
import type { TestErp } from '../sandbox/erp/testing/erp.ts';
import { anOrder } from '../sandbox/erp/testing/order.ts';
import {
  eventually,
  openWitness,
  ordersConfig,
  ownInstance,
  platformConfig,
  startProcess,
} from './support.ts';
import type { RunningProcess, Witness } from './support.ts';

/** How long the ERP is away, beyond what makes the exporter pause. */
const awayS = Number(process.env.CARTAGE_OUTAGE_S ?? 0);

let instance: string;
let erp: TestErp;
let proxy: TcpProxy;
let erpUrl: string;
let witness: Witness;
let exporter: RunningProcess;

beforeAll(async () => {
  instance = ownInstance();
  erp = await startTestErp();
  proxy = await startTcpProxy();
  proxy.forwardTo(erp.owner.port);
  erpUrl = `postgres://cartage@${erp.owner.host}:${proxy.port}/${erp.owner.database ?? ''}`;
  witness = await openWitness(instance);
  exporter = await startExporter();
});
afterAll(async () => {
  await exporter?.stop();
  await witness?.close();
  await proxy?.close();
  await erp?.close();
});

async function startExporter(): Promise<RunningProcess> {
  const started = await startProcess('order-exporter', {
    ...platformConfig(instance),
    orders: ordersConfig(),
    erp: {
      connection: { url: erpUrl, statementTimeoutMs: 4_000 },
      orders: { ...(await readOrders()), settleMs: 4_500 },
    },
  });
  await started.logged('The group has given out its partitions');
  return started;
}

/** An order of this instance with a number of its own. */
function order(change: Partial<Order> = {}): Order {
  const incrementId = String(randomInt(1e8, 1e9));
  const made = anOrder({
    incrementId,
    state: 'new',
    lines: [{ sku: 'MUG-STONE', quantity: 2, priceMinor: 1450 }],
  });
  return { ...made, instance, ...change };
}

const publish = (value: Order) => witness.bus.publish(orders, { value });

const keyOf = ({ incrementId }: Order) => `${instance}/default/${incrementId}`;

const outcomesOf = (one: Order) => witness.outcomes.filter(({ key }) => key === keyOf(one));

async function salesOrdersOf({ incrementId }: Order): Promise<Record<string, unknown>[]> {
  const { rows } = await erp.owner.query<Record<string, unknown>>(
    'select name, state, on_hold, total_amount::text from sales_order where shop_reference = $1',
    [`${instance}/default/${incrementId}`],
  );
  return rows;
}

describe('an order', () => {
  it('is one sales order, though its record is delivered twice', async () => {
    const placed = order();
    await publish(placed);
    await publish(placed);
    await eventually('both outcomes', () => outcomesOf(placed).length >= 2);
    expect(outcomesOf(placed).map(({ status }) => status)).toEqual(['applied', 'unchanged']);
    const rows = await salesOrdersOf(placed);
    expect(rows).toEqual([
      {
        name: expect.stringMatching(/^SO\//),
        state: expect.any(String),
        on_hold: false,
        total_amount: '36.3900',
      },
    ]);
    expect(outcomesOf(placed)[0]?.targetId).toBe(rows[0]?.name);
  });

  it('follows its later states in their order', async () => {
    const placed = order();
    for (const state of ['new', 'holded', 'new', 'canceled']) await publish({ ...placed, state });
    await eventually('all outcomes', () => outcomesOf(placed).length >= 4);
    expect(outcomesOf(placed).map(({ status }) => status)).toEqual([
      'applied',
      'applied',
      'applied',
      'applied',
    ]);
    expect(await salesOrdersOf(placed)).toEqual([
      expect.objectContaining({ state: 'canceled', on_hold: false }),
    ]);
  });

  it('that was edited in the shop is canceled, and the one in its place is an order of its own, each once', async () => {
    const placed = order();
    const edited = order({
      incrementId: `${placed.incrementId}-1`,
      originalIncrementId: placed.incrementId,
      parentIncrementId: placed.incrementId,
    });
    const canceled = { ...placed, state: 'canceled', childIncrementId: edited.incrementId };
    // As the shop does it: the new one is there before the old one is canceled. Each record comes twice.
    for (const record of [placed, edited, canceled, canceled, edited]) await publish(record);
    await eventually('all outcomes', () => outcomesOf(placed).length >= 3 && outcomesOf(edited).length >= 2);
    expect(outcomesOf(placed).map(({ status }) => status)).toEqual(['applied', 'applied', 'unchanged']);
    expect(outcomesOf(edited).map(({ status }) => status)).toEqual(['applied', 'unchanged']);
    expect(await salesOrdersOf(placed)).toEqual([expect.objectContaining({ state: 'canceled' })]);
    expect(await salesOrdersOf(edited)).toEqual([expect.not.objectContaining({ state: 'canceled' })]);
    const { rows } = await erp.owner.query<{ in_order: boolean }>(
      `select (select changed_at from sales_order where shop_reference = $1)
           <= (select changed_at from sales_order where shop_reference = $2) as in_order`,
      [keyOf(placed), keyOf(edited)],
    );
    expect(rows).toEqual([{ in_order: true }]);
  });

  it('that cannot be said exactly or is not mapped is parked, and the next one goes on', async () => {
    const differing = order({ problems: [{ code: 'order.totals_differ', detail: 'grand total: 1 and 2' }] });
    const unmapped = order({ shippingMethod: 'dhl_express' });
    const unknown = order({ paymentMethod: 'paypal_express' });
    const notInErp = order();
    notInErp.lines[0]!.sku = 'NO-SUCH-SKU';
    const good = order();
    for (const one of [differing, unmapped, unknown, notInErp, good]) await publish(one);
    await eventually('the good one', () => outcomesOf(good).length === 1);
    await eventually('the others', () =>
      [differing, unmapped, unknown, notInErp].every((one) => outcomesOf(one).length === 1),
    );
    expect(
      [differing, unmapped, unknown].map((one) => [outcomesOf(one)[0]?.status, outcomesOf(one)[0]?.code]),
    ).toEqual([
      ['rejected', 'order.totals_differ'],
      ['held', 'order.shipping_unmapped'],
      ['held', 'order.payment_unmapped'],
    ]);
    expect(outcomesOf(notInErp)[0]?.status).toBe('rejected');
    for (const one of [differing, unmapped, unknown, notInErp]) expect(await salesOrdersOf(one)).toEqual([]);
    expect(await salesOrdersOf(good)).toHaveLength(1);
  });

  it(
    'waits for an ERP that is away, and for one that is too late, and is one sales order afterwards',
    async () => {
      const many = Array.from({ length: 6 }, () => order());
      proxy.refuseConnections(true);
      proxy.cutConnections();
      await Promise.all(many.map(publish));
      await exporter.logged('the other side fails: nothing is sent for a while');
      await sleep(awayS * 1_000);
      proxy.refuseConnections(false);
      await eventually('all of them', () => many.every((one) => outcomesOf(one).length >= 1));
      const late = order();
      // Somebody in the ERP holds on to its orders for longer than a statement may take.
      await erp.owner.query('begin; lock table sales_order in exclusive mode');
      await publish(late);
      await eventually('its first try to end', () =>
        exporter.lines.some(({ msg, key }) => msg === 'try failed, waiting' && key === keyOf(late)),
      );
      await erp.owner.query('rollback');
      await eventually('the late one', () => outcomesOf(late).length >= 1);
      for (const one of [...many, late]) {
        expect(await salesOrdersOf(one)).toMatchObject([{ total_amount: '36.3900' }]);
        expect(outcomesOf(one).map(({ status }) => status)).toEqual(['applied']);
      }
      expect([...many, late].filter((one) => witness.parked.has(keyOf(one)))).toEqual([]);
    },
    300_000 + awayS * 1_000,
  );

  it('is one sales order, though the exporter is killed while it works', async () => {
    const many = Array.from({ length: 20 }, () => order());
    await Promise.all(many.map(publish));
    await eventually('some of them', async () => (await countOf(many)) >= 3);
    await exporter.kill();
    exporter = await startExporter();
    await eventually('all of them', () => many.every((one) => outcomesOf(one).length >= 1));
    for (const one of many)
      expect([outcomesOf(one)[0]?.code, await salesOrdersOf(one)]).toEqual([null, [expect.anything()]]);
  });
});

async function countOf(many: readonly Order[]): Promise<number> {
  const { rows } = await erp.owner.query<{ count: string }>(
    'select count(*) from sales_order where shop_reference = any($1)',
    [many.map(({ incrementId }) => `${instance}/default/${incrementId}`)],
  );
  return Number(rows[0]?.count);
}
