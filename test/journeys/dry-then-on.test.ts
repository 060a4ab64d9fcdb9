/**
 * Off, then dry, then on, with every flow: the way to go live that the guide describes. Asserted: dry changes nothing
 * in shop and ERP and says what it would do, flow by flow in the report; what it has judged is handled in full after the
 * switch, without anybody asking for it. What is real and what is not: see stack.ts.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parked } from '../../schemas/topics.ts';
import type { PlanPart } from '../../services/cli/commands/catalog/plan.ts';
import type { DryLine } from '../../services/cli/commands/dry-report.ts';
import { flowsSection } from '../../services/platform/config/sections/platform.ts';
import { processes } from '../../services/platform/processes.ts';
import { statesNow } from '../infrastructure/topic-now.ts';
import { saveCustomer } from '../sandbox/shop/customers/save-customer.ts';
import { typed } from './shell.ts';
import { allProcesses, openStack } from './stack.ts';
import type { ProcessName, Stack } from './stack.ts';
import { until } from './wait.ts';

let stack: Stack;

/** All flows in one mode; those processes read it that start again. */
async function restartIn(mode: 'off' | 'dry' | 'on', names: readonly ProcessName[] = allProcesses) {
  await Promise.all(names.map((name) => stack.stop(name)));
  const flows = Object.keys(flowsSection.unwrap().shape);
  stack.configure({ flows: Object.fromEntries(flows.map((flow) => [flow, mode])) });
  await Promise.all(names.map((name) => stack.start(name)));
}

/** What a process, or a part of one, has said in dry of the records of a topic, by their keys. */
function saidInDry(process: string, topic: string, status: string): Map<string, string | null> {
  const group = `cartage.sandbox.${process}.dry`;
  const said = stack.witness.outcomes.filter(
    (one) => one.group === group && one.topic === topic && one.status === status,
  );
  return new Map(said.map(({ key, cause }) => [key, cause]));
}

const inDry = (process: string, topic: string, status: string, count: number) =>
  until(`${count} times ${status} of ${topic} in dry`, () => saidInDry(process, topic, status).size >= count);

/** Every flow that has a switch, as the report names it. */
const switched = processes.flatMap(({ name, flows }) =>
  flows
    .filter((flow) => flow.switch !== null)
    .map(({ part, topic }) => ({ process: part === undefined ? name : `${name}.${part}`, topic })),
);

const haveJudged = (flows: typeof switched) =>
  until('a judgement of each flow', () =>
    flows.every(({ process, topic }) =>
      stack.witness.outcomes.some(
        (one) => one.group === `cartage.sandbox.${process}.dry` && one.topic === topic,
      ),
    ),
  );

async function dryReport(): Promise<DryLine[]> {
  const { code, out, err } = await typed('cartage dry-report --json', stack.environment);
  expect([code, err]).toEqual([0, expect.any(String)]);
  return JSON.parse(out) as DryLine[];
}

const partnersOf = async (customer: string) =>
  (await stack.erp.query('select name from partner where shop_key = $1', [customer])).rows;

beforeAll(async () => {
  stack = await openStack();
  await restartIn('off');
});

afterAll(async () => stack?.close());

it('dry changes nothing and says what it would do; on then handles all that dry has judged', async () => {
  const products = await stack.sandboxes.erpProducts();
  await restartIn('dry');
  await inDry('catalog-applier', 'erp.products', 'dry', products.length);
  // Without its product no stock could be written: held in dry, too, and parked nowhere.
  await inDry('inventory-applier', 'erp.stock', 'held', products.length);
  // Prices too, which nobody judges in dry any more afterwards.
  await haveJudged(switched.filter(({ process }) => process === 'catalog-applier'));
  expect(await stack.sandboxes.products()).toEqual([]);
  expect(await statesNow(stack.bus, parked)).toEqual(new Map());

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
  const { shop } = stack.shop;
  const { id } = saveCustomer(shop, { email: 'ada@example.com', firstname: 'Ada', lastname: 'King' }, null);
  shop.db.commit();
  const customer = `sandbox/base/${id}`;
  await inDry('order-exporter.customers', 'magento.customers', 'dry', 1);
  expect([...saidInDry('order-exporter.customers', 'magento.customers', 'dry')]).toEqual([
    [customer, expect.stringMatching(/^would create a partner, as /)],
  ]);
  expect(await partnersOf(customer)).toEqual([]);

  await restartIn('on', ['order-relay', 'order-exporter']);
  await until('the partner', async () => (await partnersOf(customer)).length === 1);
  const sale = await until('the sales order', () => stack.sandboxes.salesOrder(placed.increment_id));
  const { deliveries } = await stack.sandboxes.confirm(sale.id);
  await stack.sandboxes.ship(deliveries[0]!.id, 'DHL', 'TRACK-DRY');
  await inDry('shipment-applier', 'erp.fulfilments', 'dry', 1);
  expect((await stack.sandboxes.order(placed.entity_id))!.shipments).toEqual([]);
  await haveJudged(switched);
  const report = await dryReport();
  expect(
    switched.filter(
      ({ process, topic }) => !report.some((line) => line.process === process && line.topic === topic),
    ),
  ).toEqual([]);
  const wouldMake = report.filter(
    ({ process, topic, status }) => `${process} ${topic} ${status}` === 'catalog-applier erp.products dry',
  );
  expect(wouldMake.reduce((sum, { count }) => sum + count, 0)).toBe(products.length);
  expect(wouldMake.every(({ count, examples }) => examples.length === Math.min(10, count))).toBe(true);
  // Of the catalogue by what would become of it: prices come with the products that would be made.
  const { out } = await typed('cartage catalog plan --json', stack.environment);
  const { parts } = JSON.parse(out) as { parts: PlanPart[] };
  expect(parts.map(({ what, count }) => [what, count])).toEqual([['create', products.length]]);

  await restartIn('on', ['shipment-applier']);
  await until('the shipment', async () => {
    const { shipments } = (await stack.sandboxes.order(placed.entity_id))!;
    return shipments.length === 1 && shipments[0]!.trackingNumbers.join() === 'TRACK-DRY';
  });
});
