/**
 * Off, then dry, then on, with every process: the way to go live that the guide describes. Asserted: dry changes nothing
 * in shop and ERP and says what it would do; what it has judged is handled in full after the switch, without anybody
 * asking for it. What is real and what is not: see stack.ts.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allProcesses, openStack } from './stack.ts';
import type { ProcessName, Stack } from './stack.ts';
import { until } from './wait.ts';

let stack: Stack;

/** All flows in one mode; those processes read it that start again. */
async function restartIn(mode: 'off' | 'dry' | 'on', names: readonly ProcessName[] = allProcesses) {
  await Promise.all(names.map((name) => stack.stop(name)));
  stack.configure({ flows: { orders: mode, stock: mode, catalog: mode, shipments: mode } });
  await Promise.all(names.map((name) => stack.start(name)));
}

/** What a process has said in dry of the records of a topic, by their keys. */
function saidInDry(process: ProcessName, topic: string, status: string): Map<string, string | null> {
  const group = `cartage.sandbox.${process}.dry`;
  const said = stack.witness.outcomes.filter(
    (one) => one.group === group && one.topic === topic && one.status === status,
  );
  return new Map(said.map(({ key, cause }) => [key, cause]));
}

const inDry = (process: ProcessName, topic: string, status: string, count: number) =>
  until(`${count} times ${status} of ${topic} in dry`, () => saidInDry(process, topic, status).size >= count);

beforeAll(async () => {
  stack = await openStack();
  await restartIn('off');
}, 180_000);

afterAll(async () => stack?.close(), 60_000);

it('dry changes nothing and says what it would do; on then handles all that dry has judged', async () => {
  const products = await stack.sandboxes.erpProducts();
  await restartIn('dry');
  await inDry('catalog-applier', 'erp.products', 'dry', products.length);
  // Without its product no stock could be written: held in dry, too, and parked nowhere.
  await inDry('inventory-applier', 'erp.stock', 'held', products.length);
  expect(await stack.sandboxes.products()).toEqual([]);
  expect([...stack.witness.parked.keys()]).toEqual([]);

  await restartIn('on');
  await until('every product for sale, with the stock of one of them', async () => {
    const shown = await stack.sandboxes.products();
    const forSale = shown.filter(({ status, price }) => status === 1 && Number(price) > 0);
    return forSale.length === products.length && (await stack.sandboxes.product('MUG-ENAMEL'))!.salable > 0;
  });

  await restartIn('dry', ['order-relay', 'order-exporter', 'shipment-applier']);
  const placed = await stack.sandboxes.placeOrder([{ sku: 'MUG-ENAMEL', qty: 1 }]);
  await inDry('order-exporter', 'magento.orders', 'dry', 1);
  const [said] = saidInDry('order-exporter', 'magento.orders', 'dry').values();
  expect(said).toMatch(/^would create the order in state new, as \{"store":.*"payment":/);
  expect(await stack.sandboxes.salesOrder(placed.increment_id)).toBeUndefined();

  await restartIn('on', ['order-relay', 'order-exporter']);
  const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
  const { deliveries } = await stack.sandboxes.confirm(sale.id);
  await stack.sandboxes.ship(deliveries[0]!.id, 'DHL', 'TRACK-DRY');
  await inDry('shipment-applier', 'erp.fulfilments', 'dry', 1);
  expect((await stack.sandboxes.order(placed.entity_id))!.shipments).toEqual([]);

  await restartIn('on', ['shipment-applier']);
  await until('the shipment', async () => {
    const { shipments } = (await stack.sandboxes.order(placed.entity_id))!;
    return shipments.length === 1 && shipments[0]!.trackingNumbers.join() === 'TRACK-DRY';
  });
}, 300_000);
