/**
 * kill -9 of each process between effect and commit, then again: one effect (promises 1 and 2). The moment is made
 * sure of, not hoped for: the shop does the work and cuts the answer off, or a proxy in front of the broker swallows
 * the acknowledgement that the process waits for, and then the process is killed. What is real: see stack.ts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isOrderDocument } from '../../schemas/keys.ts';
import { fulfilments } from '../../schemas/topics.ts';
import { Random } from '../../services/platform/flow/testing/random.ts';
import { recordsNow } from '../infrastructure/topic-now.ts';
import { clientOf } from '../magento/shop.ts';
import { headersOf } from '../webhooks/sender.ts';
import { firstLoadDone } from './first-load.ts';
import { orderDifferences } from './same-orders.ts';
import { openStack } from './stack.ts';
import type { ProcessName, Stack } from './stack.ts';
import { until } from './wait.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await openStack({ environment: { ORDERS_WRITE_BACK: 'comment' } });
  await stack.startAll();
  await firstLoadDone(stack);
});

afterEach(() => {
  stack.shop.setFaults([]);
  stack.proxy.onProduceAnswer(() => 'pass');
});

afterAll(async () => stack?.close());

/** Entries of the shop's journal about one thing that took effect, from now on. */
function writesOf(resource: string, key: (key: string) => boolean) {
  const since = stack.shop.journal.since().at(-1)?.n ?? 0;
  return () =>
    stack.shop.journal
      .since(since)
      .filter((entry) => entry.resource === resource && entry.status === 200 && key(entry.key));
}

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(`${stack.erpUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

describe('killed between effect and commit', () => {
  it('the shipment applier finds its shipment again and makes no second one', async () => {
    const placed = await stack.sandboxes.placeOrder([{ sku: 'KNIFE-CHEF', qty: 1 }]);
    const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
    stack.shop.setFaults([
      { match: { method: 'POST', path: '/order/\\d+/ship' }, kind: 'cut_after', times: 1 },
    ]);
    const shipped = writesOf('shipment', () => true);
    const { deliveries } = await stack.sandboxes.confirm(sale.id);
    await stack.sandboxes.ship(deliveries[0]!.id, 'UPS', '1ZCRASH');
    await until('the shipment', () => shipped().length === 1);
    await stack.kill('shipment-applier');
    await stack.start('shipment-applier');
    const outcome = await until('the outcome', () =>
      stack.witness.outcomes.find(
        ({ topic, key, documentId }) =>
          topic === 'erp.fulfilments' && key.endsWith(placed.increment_id) && !isOrderDocument(documentId),
      ),
    );
    expect(outcome).toMatchObject({
      status: 'unchanged',
      targetId: (await stack.sandboxes.order(placed.entity_id))!.shipments[0]!.incrementId,
    });
    expect((await stack.sandboxes.order(placed.entity_id))!.shipments).toHaveLength(1);
    // Asked for also by the successor: the stock is the ERP's again after Magento's own deduction.
    await until(
      "the ERP's stock",
      async () => (await stack.sandboxes.product('KNIFE-CHEF'))!.sourceItems.default === 24,
    );
  });

  it('the inventory applier writes the newest number, once more and no older one', async () => {
    stack.shop.setFaults([
      {
        match: { method: 'POST', path: 'source-items', body: 'KNIFE-PARE' },
        kind: 'cut_after',
        times: 1,
      },
    ]);
    const written = writesOf('source_item', (key) => key.includes('KNIFE-PARE') && key.includes('default'));
    await post('/inventory-adjustments', { sku: 'KNIFE-PARE', warehouse: 'WH1', quantity: 41 });
    await until('the first write', () => written().length >= 1);
    await stack.kill('inventory-applier');
    await post('/inventory-adjustments', { sku: 'KNIFE-PARE', warehouse: 'WH1', quantity: 17 });
    await stack.start('inventory-applier');
    await until(
      'the newest number',
      async () => (await stack.sandboxes.product('KNIFE-PARE'))!.sourceItems.default === 17,
    );
    await until(
      'the end of the doubt',
      () =>
        stack.witness.outcomes.filter(
          ({ topic, key, status }) =>
            topic === 'erp.stock' && key === 'WH1/KNIFE-PARE' && status === 'applied',
        ).length >= 2,
    );
    const quantities = written().map(({ detail }) => Number(detail['quantity']));
    expect(quantities[0]).toBe(41);
    // An older value never follows a newer one.
    expect(quantities.slice(quantities.indexOf(17)).every((quantity) => quantity === 17)).toBe(true);
  });

  it('the catalog applier creates a product once', async () => {
    stack.shop.setFaults([
      { match: { method: 'POST', path: '/products$', body: 'CRASH-BOWL' }, kind: 'cut_after', times: 1 },
    ]);
    const created = writesOf('product', (key) => key === 'CRASH-BOWL');
    await post('/products', { sku: 'CRASH-BOWL', name: 'Mixing bowl', price: '18.00', weight: '0.9' });
    await until('the product', () => created().length >= 1);
    await stack.kill('catalog-applier');
    await stack.start('catalog-applier');
    await until('the product for sale', async () => {
      const bowl = await stack.sandboxes.product('CRASH-BOWL');
      return bowl?.status === 1 && Number(bowl.price) === 18;
    });
    // Made whole, it may have been for sale before: what comes later for it has been through the new process.
    await stack.erp.query(`update product_template set name = 'Bowl' where name = 'Mixing bowl'`);
    await until('its new name', () => created().some(({ detail }) => detail['name'] === 'Bowl'));
    const same = (await stack.sandboxes.products()).filter(({ sku }) => sku === 'CRASH-BOWL');
    expect(same).toHaveLength(1);
  });

  it('the order exporter makes one sales order', async () => {
    expect(await stack.stop('order-exporter')).toBe(0);
    await stack.start('order-exporter', { throughProxy: true });
    // What it tells the shop is never acknowledged, so its offset is never finished.
    stack.proxy.onProduceAnswer(() => 'swallow');
    const placed = await stack.sandboxes.placeOrder([{ sku: 'TOWEL-SET3', qty: 2 }]);
    await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
    const key = `sandbox/default/${placed.increment_id}`;
    await until('the number told', async () =>
      (await recordsNow(stack.bus, fulfilments)).some((record) => record.key === key),
    );
    await stack.kill('order-exporter');
    stack.proxy.onProduceAnswer(() => 'pass');
    await stack.start('order-exporter');
    await until('the second look', () =>
      stack.witness.outcomes.some(
        (outcome) =>
          outcome.key === key && outcome.topic === 'magento.orders' && outcome.status === 'unchanged',
      ),
    );
    const { rows } = await stack.erp.query(
      'select count(*)::int as orders from sales_order where shop_reference = $1',
      [key],
    );
    expect(rows[0].orders).toBe(1);
    // Told by both lives of the exporter.
    await until(
      'both documents',
      () =>
        stack.witness.outcomes.filter(
          (outcome) =>
            outcome.key === key && outcome.topic === 'erp.fulfilments' && outcome.status !== 'held',
        ).length >= 2,
    );
    expect(stack.shop.shop.db.orders.get(placed.entity_id)!.status_histories).toHaveLength(1);
  });

  it('the ingester loses no change of the ERP, and tells no older one as newest', async () => {
    expect(await stack.stop('erp-ingester')).toBe(0);
    await stack.start('erp-ingester', { throughProxy: true });
    stack.proxy.onProduceAnswer(() => 'swallow');
    const swallowed = stack.proxy.produceAnswersLost;
    await post('/inventory-adjustments', { sku: 'SCALE-5KG', warehouse: 'WH1', quantity: 33 });
    await until('an acknowledgement lost', () => stack.proxy.produceAnswersLost > swallowed);
    await stack.kill('erp-ingester');
    await post('/inventory-adjustments', { sku: 'SCALE-5KG', warehouse: 'WH1', quantity: 29 });
    stack.proxy.onProduceAnswer(() => 'pass');
    await stack.start('erp-ingester');
    await until(
      'the newest number',
      async () => (await stack.sandboxes.product('SCALE-5KG'))!.sourceItems.default === 29,
    );
  });

  it('the relay publishes the order of a request it had not finished', async () => {
    expect(await stack.stop('order-relay')).toBe(0);
    await stack.start('order-relay', { throughProxy: true });
    stack.shop.setFaults([{ match: { method: 'GET', path: '/orders' }, kind: 'cut_before' }]);
    const placed = await stack.sandboxes.placeOrder([{ sku: 'MUG-ENAMEL', qty: 1 }]);
    const asked = () => stack.witness.requests.some(({ key }) => key.endsWith(placed.increment_id));
    await until('the request', asked);
    await stack.kill('order-relay');
    stack.shop.setFaults([]);
    await stack.start('order-relay');
    await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
    const { rows } = await stack.erp.query(
      'select count(*)::int as orders from sales_order where shop_reference = $1',
      [`sandbox/default/${placed.increment_id}`],
    );
    expect(rows[0].orders).toBe(1);
  });
});

describe('killed at random under load', () => {
  const seed = Number(process.env.CARTAGE_SEED ?? Date.now() % 1_000_000);
  const kills = 3;
  const skus = ['KNIFE-CHEF', 'TOWEL-SET3', 'MUG-ENAMEL', 'SCALE-5KG'];

  /** So many deliveries of one order at once, as a shop gone mad sends them. Those that find nobody are lost. */
  async function flood(incrementId: string, count: number): Promise<void> {
    const body = JSON.stringify({
      type: 'order.updated',
      data: { increment_id: incrementId, store_code: 'default' },
    });
    const key = Buffer.from(stack.webhookSecret.slice('whsec_'.length), 'base64');
    await Promise.allSettled(
      Array.from({ length: count }, (_, index) =>
        fetch(stack.webhookUrl, {
          method: 'POST',
          headers: headersOf(`flood_${incrementId}_${index}`, body, key),
          body,
        }),
      ),
    );
  }

  it('relay and exporter bring every order into the ERP once, to the cent', async () => {
    process.stdout.write(`crashes: CARTAGE_SEED=${seed}\n`);
    const random = new Random(seed);
    for (const sku of skus) await stack.sandboxes.receive(sku, 'WH1', 1_000);
    await until('stock for all orders', async () =>
      (await stack.sandboxes.products()).every(({ sku, salable }) => !skus.includes(sku) || salable >= 500),
    );
    const ending = new AbortController();
    const killing = (async () => {
      for (let killed = 0; killed < kills; killed += 1) {
        const name: ProcessName = random.pick(['order-relay', 'order-exporter']);
        await stack.kill(name);
        await stack.start(name);
      }
    })().finally(() => ending.abort());
    const magento = clientOf(stack.shop);
    let placed = 0;
    for (; !ending.signal.aborted || placed === 0; placed += 1) {
      const lines = skus.filter(() => random.chance(0.5)).map((sku) => ({ sku, qty: random.between(1, 4) }));
      const order = await stack.sandboxes.placeOrder(lines.length > 0 ? lines : [{ sku: skus[0]!, qty: 1 }]);
      // A load, not a wait: the kills must fall into the midst of it.
      await sleep(random.between(10, 120));
      if (placed === 0) await flood(order.increment_id, 100);
      if (random.chance(0.25)) {
        const path = ['orders', String(order.entity_id), 'cancel'];
        await magento.rest.call({
          method: 'POST',
          path,
          shape: z.boolean(),
          route: 'POST orders/:id/cancel',
        });
      }
    }
    await killing;
    await magento.close();
    await until('both sides to be the same', async () => (await orderDifferences(stack)).length === 0).catch(
      async (error: unknown) => {
        throw new Error(`of ${placed} orders: ${(await orderDifferences(stack)).join('; ')}`, {
          cause: error,
        });
      },
    );
    expect(placed).toBeGreaterThan(kills);
  });
});
