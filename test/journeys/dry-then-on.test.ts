/**
 * Off, then dry, then on, with every process: the way to go live that the guide describes. Asserted: dry changes nothing
 * in shop and ERP and says what it would do; what it has judged is handled in full after the switch, without anybody
 * asking for it. What is real and what is not: see stack.ts.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomes } from '../../schemas/topics.ts';
import type { Outcome } from '../../schemas/types.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { allProcesses, openStack } from './stack.ts';
import type { ProcessName, Stack } from './stack.ts';
import { until } from './wait.ts';

const sandboxFile = join(import.meta.dirname, '../../deploy/config/sandbox.yaml');
const configFile = join(runFolder(), 'dry-then-on.yaml');
const judged = new Map<string, Outcome>();
let stack: Stack;

/** All flows in one mode, in a file of this test's own; those processes read it that start again. */
async function restartIn(
  mode: 'off' | 'dry' | 'on',
  names: readonly ProcessName[] = allProcesses,
): Promise<void> {
  await Promise.all(names.map((name) => stack.stop(name)));
  const flows = `flows: { orders: ${mode}, stock: ${mode}, catalog: ${mode}, shipments: ${mode} }`;
  writeFileSync(configFile, readFileSync(sandboxFile, 'utf8').replace(/^flows: .*$/m, flows));
  await Promise.all(names.map((name) => stack.start(name)));
}

const saidInDry = (process: string, status: string) =>
  [...judged.values()].filter(
    (one) => one.group === `cartage.sandbox.${process}.dry` && one.status === status,
  );

beforeAll(async () => {
  stack = await openStack({ environment: { CARTAGE_CONFIG: configFile } });
  const reading = await stack.bus.readAll(outcomes, {
    onRecord: ({ value }) => void (value && judged.set(`${value.group}|${value.topic}|${value.key}`, value)),
  });
  await reading.caughtUp;
  await restartIn('off');
}, 180_000);

afterAll(async () => stack?.close(), 60_000);

it('dry changes nothing and says what it would do; on then handles all that dry has judged', async () => {
  const products = await stack.sandboxes.erpProducts();
  await restartIn('dry');
  const inDry = (process: string, status: string, count: number) =>
    until(
      `${count} × ${status} of ${process} in dry`,
      async () => saidInDry(process, status).length >= count,
    );
  await inDry('catalog-applier', 'dry', products.length);
  // Without its product no stock could be written: held in dry, too, and parked nowhere.
  await inDry('inventory-applier', 'held', products.length);
  expect(await stack.sandboxes.products()).toEqual([]);
  expect(stack.shop.journal.since().filter(({ method }) => method !== 'GET')).toEqual([]);
  expect([...stack.witness.parked.keys()]).toEqual([]);

  await restartIn('on');
  const sku = products[0]!.sku;
  await until('every product for sale with its stock', async () => {
    const shown = await stack.sandboxes.products();
    return (
      shown.length === products.length &&
      shown.every(({ status, price }) => status === 1 && Number(price) > 0)
    );
  });
  await until('stock of the first product', async () => {
    const inShop = (await stack.sandboxes.product(sku))!;
    return Object.values(inShop.sourceItems).some((quantity) => quantity > 0);
  });

  await restartIn('dry', ['order-relay', 'order-exporter', 'shipment-applier']);
  const placed = await stack.sandboxes.placeOrder([{ sku: 'MUG-ENAMEL', qty: 1 }]);
  await inDry('order-exporter', 'magento.orders', 'dry', 1);
  expect(saidInDry('order-exporter', 'magento.orders', 'dry')[0]!.cause).toMatch(
    /^would create the order in state new, as \{"store"/,
  );
  expect(await stack.sandboxes.salesOrder(placed.increment_id)).toBeUndefined();
  await restartIn('on', ['order-relay', 'order-exporter']);
  const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));

  const { deliveries } = await stack.sandboxes.confirm(sale.id);
  await stack.sandboxes.ship(deliveries[0]!.id, 'DHL', 'TRACK-DRY');
  await inDry('shipment-applier', 'erp.fulfilments', 'dry', 1);
  expect((await stack.sandboxes.order(placed.entity_id))!.shipments).toEqual([]);
  await restartIn('on');
  await until(
    'the shipment',
    async () => (await stack.sandboxes.order(placed.entity_id))!.shipments.length === 1,
  );
}, 300_000);
