import { setTimeout as sleep } from 'node:timers/promises';
import { fulfilments, orders, prices, stock } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import type { Outcome } from '../../schemas/types.ts';
import type { Stack } from '../journeys/stack.ts';
import { until } from '../journeys/wait.ts';
import type { JournalEntry } from '../sandbox/shop/index.ts';
import { paced } from './paced.ts';
import type { Pace } from './paced.ts';

/** One event, from its beginning at the source to its effect on the other side. */
export interface Measured {
  tookMs: number;
  /** Until its record was on its topic. */
  toTopicMs: number;
}

/** One kind of event: how it is made, and how its times are read. */
export interface Kind {
  name: string;
  contract: Contract<never>;
  measure(stack: Stack, pace: Pace): Promise<Measured[]>;
}

/** Nothing new for so long: what has not arrived by now was collapsed with another event. */
const quietMs = 10_000;

export const kinds: readonly Kind[] = [
  { name: 'order: shop → ERP row', contract: untyped(orders), measure: measureOrders },
  {
    name: 'stock: ERP commit → shop',
    contract: untyped(stock),
    measure: async (stack, pace) => {
      const skus = await sellable(stack);
      const receive = (index: number) => stack.sandboxes.receive(skus[index % skus.length]!, 'WH1', 1);
      return measureChanges(stack, pace, receive, {
        topic: stock.topic,
        isWrite: (entry, { targetId }) => entry.resource === 'source_item' && entry.key === targetId,
      });
    },
  },
  {
    name: 'price: ERP commit → shop',
    contract: untyped(prices),
    measure: async (stack, pace) => {
      const skus = await sellable(stack);
      const change = (index: number) =>
        stack.sandboxes.setPrice(skus[index % skus.length]!, (20 + index / 100).toFixed(2));
      return measureChanges(stack, pace, change, {
        topic: prices.topic,
        isWrite: (entry, { targetId }) => entry.resource === 'base_price' && entry.key === targetId,
      });
    },
  },
  {
    name: 'parcel: ERP commit → shop',
    contract: untyped(fulfilments),
    measure: async (stack, pace) => {
      const deliveries = await readyDeliveries(stack, pace.warmUpEvents + pace.events);
      const ship = (index: number) => stack.sandboxes.ship(deliveries[index]!, 'UPS', `1Z${index}`);
      return measureChanges(stack, pace, ship, {
        topic: fulfilments.topic,
        isWrite: ({ resource, detail }, { key }) =>
          resource === 'shipment' && detail['increment_id'] === key.split('/').at(-1),
      });
    },
  },
];

async function measureOrders(stack: Stack, pace: Pace): Promise<Measured[]> {
  const skus = await sellable(stack);
  for (const sku of skus) await stack.sandboxes.receive(sku, 'WH1', 500);
  await until('stock for all orders', async () =>
    (await stack.sandboxes.products()).every(({ sku, salable }) => !skus.includes(sku) || salable >= 500),
  );
  const { from } = await paced(pace, (index) =>
    stack.sandboxes.placeOrder([{ sku: skus[index % skus.length]!, qty: 1 }]),
  );
  const placedAt = new Map(
    stack.shop.journal
      .since()
      .filter(({ resource, at }) => resource === 'order' && Date.parse(at) >= from)
      .map(({ detail, at }) => [`sandbox/default/${detail['increment_id'] as string}`, Date.parse(at)]),
  );
  const exported = () =>
    stack.witness.outcomes.filter(
      ({ topic, key, status }) => topic === orders.topic && status === 'applied' && placedAt.has(key),
    );
  await settled(() => exported().length, pace.events);
  return exported().map(({ key, finishedAt, publishedAt }) => ({
    tookMs: finishedAt - placedAt.get(key)!,
    toTopicMs: publishedAt - placedAt.get(key)!,
  }));
}

interface Change {
  topic: string;
  isWrite: (entry: JournalEntry, outcome: Outcome) => boolean;
}

/** What begins with a commit in the ERP ends with a write in the shop, which its journal has. */
async function measureChanges(
  stack: Stack,
  pace: Pace,
  change: (index: number) => Promise<unknown>,
  { topic, isWrite }: Change,
): Promise<Measured[]> {
  const { from } = await paced(pace, change);
  const applied = () =>
    stack.witness.outcomes.filter(
      (outcome) =>
        outcome.topic === topic && outcome.status === 'applied' && (outcome.occurredAt ?? 0) >= from,
    );
  await settled(() => applied().length, pace.events);
  const journal = stack.shop.journal.since().filter(({ status }) => status === 200);
  return applied().flatMap((outcome) => {
    const { startedAt, finishedAt, occurredAt, publishedAt } = outcome;
    const write = journal.find((entry) => {
      const at = Date.parse(entry.at);
      return at >= startedAt && at <= finishedAt && isWrite(entry, outcome);
    });
    if (!write) return [];
    return [{ tookMs: Date.parse(write.at) - occurredAt!, toTopicMs: publishedAt - occurredAt! }];
  });
}

/** Until so many have come, or nothing more comes. */
async function settled(count: () => number, wanted: number): Promise<void> {
  let seen = count();
  let since = performance.now();
  while (seen < wanted && performance.now() - since < quietMs) {
    await sleep(100);
    const now = count();
    if (now !== seen) since = performance.now();
    seen = now;
  }
}

async function sellable({ sandboxes }: Stack): Promise<string[]> {
  const products = await sandboxes.products();
  return products.map(({ sku }) => sku).filter((sku) => sku !== 'LAST-ONE');
}

/** Deliveries that only wait to be shipped, of the orders that are in the ERP by now. */
async function readyDeliveries(stack: Stack, wanted: number): Promise<number[]> {
  const { rows } = await stack.erp.query<{ id: number }>(
    "select id from sales_order where state = 'draft' order by id limit $1",
    [wanted],
  );
  const ready: number[] = [];
  for (const { id } of rows) {
    const { deliveries } = await stack.sandboxes.confirm(id);
    ready.push(...deliveries.filter(({ state }) => state === 'ready').map((delivery) => delivery.id));
  }
  // All those confirmations at once are work of their own, which is not to be measured with the parcels.
  await settled(() => stack.witness.outcomes.length, Infinity);
  if (ready.length < wanted) throw new Error(`${ready.length} deliveries are ready, ${wanted} are needed`);
  return ready;
}

function untyped<Value>(contract: Contract<Value>): Contract<never> {
  return contract as unknown as Contract<never>;
}
