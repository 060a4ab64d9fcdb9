/**
 * Attacks on promises 1 to 3 that need whole processes: one that sleeps longer than its session, a slot that is dropped
 * under the ingester, a topic that is recreated, keys that are renamed, offsets that are set back. What is real and what is not: see stack.ts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { parked, stock } from '../../schemas/topics.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { statesNow } from '../infrastructure/topic-now.ts';
import { firstLoadDone } from './first-load.ts';
import { allProcesses, openStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { until } from './wait.ts';

let stack: Stack;
/** Processes that the stack does not know any more, because another one took their name. */
const sleeping = new Set<number>();

beforeAll(async () => {
  stack = await openStack();
  await stack.startAll();
  await firstLoadDone(stack);
});

afterEach(() => {
  stack?.shop.setFaults([]);
  for (const pid of sleeping) process.kill(-pid, 'SIGKILL');
  sleeping.clear();
});

afterAll(async () => stack?.close());

async function post(path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${stack.erpUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const count = (sku: string, quantity: number) =>
  post('/inventory-adjustments', { sku, warehouse: 'WH1', quantity });
const stockOf = async (sku: string) => (await stack.sandboxes.product(sku))?.sourceItems.default;
const hasStock = (sku: string, quantity: number) =>
  until(`${quantity} of ${sku}`, async () => (await stockOf(sku)) === quantity);
const newest = () => stack.shop.journal.since().at(-1)?.n ?? 0;

async function newProduct(sku: string, quantity: number): Promise<void> {
  await post('/products', { sku, name: `Test ${sku}`, price: '5.00', weight: '0.1' });
  await stack.sandboxes.receive(sku, 'WH1', quantity);
  await until(`${sku} for sale`, async () => {
    const product = await stack.sandboxes.product(sku);
    return product?.status === 1 && product.sourceItems.default === quantity;
  });
}

/** Quantities written at WH1 since entry `n` of the shop's journal. */
const written = (sku: string, n: number) =>
  stack.shop.journal
    .since(n)
    .filter(
      ({ resource, key, status }) =>
        resource === 'source_item' && status === 200 && key.includes(sku) && key.includes('default'),
    )
    .map(({ detail }) => Number(detail['quantity']));

async function withAdmin(work: (admin: Admin) => Promise<void>): Promise<void> {
  const kafka = plainKafka(stack.kafka.bootstrap);
  const admin = kafka.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

describe('nothing stale', () => {
  it('is written by a stock applier that slept longer than its session with an old number in hand', async () => {
    const since = newest();
    // Of this one alone: the applier also refreshes others, which would use the fault up.
    const match = { method: 'POST', path: 'source-items$', body: 'MUG-STONE' };
    // The old number is written, and the applier does not know: it wants to write it again, and cannot.
    stack.shop.setFaults([
      { match, kind: 'cut_after', times: 1 },
      { match, kind: 'maintenance' },
    ]);
    await count('MUG-STONE', 41);
    await until('the old number', () => written('MUG-STONE', since).length === 1);
    const asleep = stack.pids().get('inventory-applier')!;
    process.kill(asleep, 'SIGSTOP');
    sleeping.add(asleep);
    stack.shop.setFaults([]);
    await stack.start('inventory-applier');
    await count('MUG-STONE', 17);
    await hasStock('MUG-STONE', 17);
    process.kill(asleep, 'SIGCONT');
    // Both have come to terms about the partitions when new numbers are written again for every one of them.
    const skus = (await stack.sandboxes.products())
      .map(({ sku }) => sku)
      .filter((sku) => sku !== 'MUG-STONE');
    for (const sku of skus) await count(sku, 61);
    for (const sku of skus) await hasStock(sku, 61);
    const quantities = written('MUG-STONE', since);
    expect(quantities.slice(quantities.indexOf(17)).every((quantity) => quantity === 17)).toBe(true);
    expect(await stockOf('MUG-STONE')).toBe(17);
  });

  it('and nothing twice comes of offsets that are set back to the beginning', async () => {
    await count('MUG-STONE', 65);
    await hasStock('MUG-STONE', 65);
    await count('MUG-STONE', 66);
    await hasStock('MUG-STONE', 66);
    const placed = await stack.sandboxes.placeOrder([{ sku: 'MUG-STONE', qty: 2 }]);
    const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
    const { deliveries } = await stack.sandboxes.confirm(sale.id);
    await stack.sandboxes.ship(deliveries[0]!.id, 'UPS', '1ZBACK');
    const shipments = async () => (await stack.sandboxes.order(placed.entity_id))!.shipments.length;
    await until('the shipment', async () => (await shipments()) === 1);
    await hasStock('MUG-STONE', 64);
    for (const name of allProcesses) expect([name, await stack.stop(name)]).toEqual([name, 0]);
    await setBack('shipment-applier', 'erp.fulfilments');
    await setBack('order-exporter', 'magento.orders');
    await setBack('inventory-applier', 'erp.stock');
    const since = newest();
    const told = stack.witness.outcomes.length;
    await stack.startAll();
    const again = (topic: string) =>
      stack.witness.outcomes
        .slice(told)
        .some(({ topic: of, key }) => of === topic && key.endsWith(placed.increment_id));
    await until('the order again', () => again('magento.orders'));
    await until('the shipment again', () => again('erp.fulfilments'));
    await until('the stock again', () => written('MUG-STONE', since).length > 0);
    await count('MUG-STONE', 63);
    await hasStock('MUG-STONE', 63);
    // Of the numbers it had before, the newest alone.
    expect(new Set(written('MUG-STONE', since))).toEqual(new Set([64, 63]));
    expect(await shipments()).toBe(1);
    const { rows } = await stack.erp.query('select from sales_order where shop_reference = $1', [
      `sandbox/default/${placed.increment_id}`,
    ]);
    expect(rows).toHaveLength(1);
  });

  const setBack = (process: string, topic: string) =>
    withAdmin(async (admin) => {
      const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => ({
        partition,
        offset: low,
      }));
      await admin.setOffsets({ groupId: `cartage.sandbox.${process}`, topic, partitions });
    });
});

describe('nothing lost', () => {
  it('when the slot is dropped under the ingester: all is loaded anew, under a higher epoch', async () => {
    await count('KNIFE-PARE', 31);
    await hasStock('KNIFE-PARE', 31);
    const epoch = async () => (await statesNow(stack.bus, stock)).get('WH1/KNIFE-PARE')!.version.epoch;
    const before = await epoch();
    await until('the slot dropped', dropSlot);
    await count('KNIFE-PARE', 32);
    await hasStock('KNIFE-PARE', 32);
    await count('KNIFE-PARE', 33);
    await hasStock('KNIFE-PARE', 33);
    expect(await epoch()).toBeGreaterThan(before);
  });

  /** It cannot be dropped while it is read, and its reader comes back at once. */
  async function dropSlot(): Promise<boolean> {
    const slots = 'from pg_replication_slots where database = current_database()';
    await stack.erp.query(`select pg_terminate_backend(active_pid) ${slots} and active_pid is not null`);
    try {
      await stack.erp.query(`select pg_drop_replication_slot(slot_name) ${slots}`);
    } catch {
      return false;
    }
    return true;
  }

  it('when a topic is deleted and made again under the ingester: what it lacks is published again', async () => {
    const keys = [...stack.witness.stock.keys()];
    await withAdmin(async (admin) => {
      await admin.deleteTopics({ topics: [stock.topic] });
      await until('the topic is gone', async () => !(await admin.listTopics()).includes(stock.topic));
    });
    stack.witness.stock.clear();
    await stack.applyTopics();
    await until('all stock once more', () => keys.every((key) => stack.witness.stock.has(key)));
    await count('KNIFE-PARE', 34);
    await hasStock('KNIFE-PARE', 34);
  });

  it('when two SKUs are swapped, and one is given away', async () => {
    await newProduct('SWAP-1', 11);
    await newProduct('SWAP-2', 22);
    await newProduct('GIVEN-AWAY', 4);
    await stack.erp.query(`begin;
      update product set sku = 'SWAP-X' where sku = 'SWAP-1';
      update product set sku = 'SWAP-1' where sku = 'SWAP-2';
      update product set sku = 'SWAP-2' where sku = 'SWAP-X';
      update product set sku = 'TAKEN-ON' where sku = 'GIVEN-AWAY';
      commit`);
    await hasStock('SWAP-1', 22);
    await hasStock('SWAP-2', 11);
    await hasStock('TAKEN-ON', 4);
    await hasStock('GIVEN-AWAY', 0);
    const states = async () => {
      const products = new Map((await stack.sandboxes.products()).map(({ sku, status }) => [sku, status]));
      return ['SWAP-1', 'SWAP-2', 'TAKEN-ON', 'GIVEN-AWAY'].map((sku) => products.get(sku)).join();
    };
    await until('all for sale but the SKU that is gone', async () => (await states()) === '1,1,1,2');
  });

  it('and nothing parked when the last units leave for three customers at once', async () => {
    await newProduct('LAST-THREE', 3);
    const orders = [];
    for (let customer = 0; customer < 3; customer += 1) {
      const placed = await stack.sandboxes.placeOrder([{ sku: 'LAST-THREE', qty: 1 }]);
      const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
      const { deliveries } = await stack.sandboxes.confirm(sale.id);
      orders.push({ ...placed, delivery: deliveries[0]!.id });
    }
    // Between making room at the source and shipping from it, the ERP's zero is written there.
    stack.shop.setFaults([
      { match: { method: 'POST', path: '/order/\\d+/ship' }, kind: 'slow', delayMs: 1_500 },
    ]);
    await Promise.all(orders.map(({ delivery }) => stack.sandboxes.ship(delivery, 'UPS', `1Z${delivery}`)));
    const shipments = async ({ entity_id }: { entity_id: number }) =>
      (await stack.sandboxes.order(entity_id))!.shipments.length;
    for (const order of orders) await until('the shipment', async () => (await shipments(order)) >= 1);
    await hasStock('LAST-THREE', 0);
    expect(await Promise.all(orders.map(shipments))).toEqual([1, 1, 1]);
    const held = [...(await statesNow(stack.bus, parked)).keys()];
    expect(held.filter((key) => key.includes('shipment-applier'))).toEqual([]);
  });
});
