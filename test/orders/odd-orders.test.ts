/**
 * Real: the relay as its own process, broker, registry. Double: the sandbox shop, with orders that are odd, slow, changed
 * in the admin, or asked for by everybody at once. Asserted: what lies on the topics.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '../../deploy/local/ports.ts';
import { cursors, orders, refresh } from '../../schemas/topics.ts';
import { placeOrder } from '../magento/shop.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { cancel } from '../sandbox/shop/sales/order-state.ts';
import { now } from '../sandbox/shop/shop.ts';
import type { OrderRow } from '../sandbox/shop/state/sales-rows.ts';
import {
  deliver,
  eventually,
  openWitness,
  ordersConfig,
  ownInstance,
  platformConfig,
  startProcess,
  webhookConfig,
} from './support.ts';
import type { RunningProcess, Witness } from './support.ts';

const instance = ownInstance();
const folder = mkdtempSync(join(tmpdir(), 'cartage-odd-orders-'));
const secretFile = join(folder, 'secret');
let shop: RunningShop;
let witness: Witness;
let webhookPort: number;
const relays: RunningProcess[] = [];

beforeAll(async () => {
  webhookPort = await freePort();
  shop = await startShop();
  process.env['ODD_ORDERS_SECRET_FILE'] = secretFile;
  writeFileSync(secretFile, shop.credentials.consumerSecret);
  witness = await openWitness(instance);
});
afterAll(async () => {
  shop?.setFaults([]);
  for (const relay of relays) await relay.stop();
  await witness?.close();
  await shop?.close();
  rmSync(folder, { recursive: true });
});

async function startRelay(port = webhookPort): Promise<RunningProcess> {
  const credentials = { ...shop.credentials, consumerSecret: '${ODD_ORDERS_SECRET}' };
  const relay = await startProcess('order-relay', {
    ...platformConfig(instance, 4_000),
    magento: { url: shop.url, credentials, deadlineMs: 3_000 },
    webhook: webhookConfig(port),
    orders: ordersConfig({ sweep: { overlapMs: 30_000 } }),
  });
  relays.push(relay);
  await relay.logged('taking webhooks');
  return relay;
}

async function place(): Promise<OrderRow> {
  const { entity_id } = await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }]);
  return shop.shop.db.orders.get(entity_id)!;
}

/** Changes a row behind Magento's back: nothing moves its update time. */
function edit(order: OrderRow, change: (order: OrderRow) => void): void {
  change(order);
  shop.shop.db.orders.save(order);
  shop.shop.db.commit();
}

const keyOf = ({ increment_id }: OrderRow) => `${instance}/default/${increment_id}`;
const recordsOf = (order: OrderRow) => witness.orders.filter(({ key }) => key === keyOf(order));
const published = (order: OrderRow) =>
  eventually(`order ${order.increment_id}`, () => recordsOf(order)[0]?.value);

it('odd orders are parked alone under their ids, and the first load goes on without a time', async () => {
  const placed = [await place(), await place(), await place(), await place(), await place()];
  const [first, homeless, third, broken, last] = placed as [OrderRow, OrderRow, OrderRow, OrderRow, OrderRow];
  edit(homeless, (order) => (order.store_id = null));
  edit(broken, (order) => (order.payment_method = ''));
  await startRelay();
  for (const order of [first, third, last]) expect((await published(order)).occurredAt).toBeNull();
  const held = await eventually('the order without store view', () =>
    witness.parked.get(`${instance}/${homeless.entity_id}`),
  );
  expect(held).toMatchObject({ status: 'held', code: 'order.without_store_view' });
  const rejected = await eventually('the order without payment', () =>
    witness.parked.get(`${instance}/${broken.entity_id}`),
  );
  expect(rejected).toMatchObject({ status: 'rejected', code: 'record.always_fails' });
  expect(witness.parked.size).toBe(2);
  const news = await place();
  expect((await published(news)).occurredAt).toBe(recordsOf(news)[0]!.value!.updatedAt);
});

it('pages and batches shrink down to one when the shop is too slow for more, and nothing is parked', async () => {
  const before = witness.parked.size;
  shop.setFaults([
    {
      match: { path: '/V1/orders\\?.*updated_at.*pageSize%5D=([2-9]|\\d\\d)' },
      kind: 'slow',
      delayMs: 10_000,
    },
    { match: { path: 'field%5D=increment_id.*%2C' }, kind: 'slow', delayMs: 10_000 },
  ]);
  const placed = [];
  for (let count = 0; count < 6; count += 1) placed.push(await place());
  for (const order of placed) await published(order);
  expect(witness.parked.size).toBe(before);
  shop.setFaults([]);
});

it('a credit memo that did not move its order makes it published again', async () => {
  const order = await place();
  await published(order);
  edit(order, ({ items: [item] }) => (item!.qty_canceled = 1));
  const at = now(shop.shop);
  const nothing = {
    subtotal: 0,
    subtotal_incl_tax: 0,
    tax_amount: 0,
    discount_amount: 0,
    shipping_amount: 0,
  };
  shop.shop.db.creditMemos.save({
    entity_id: 1,
    increment_id: '000000001',
    order_id: order.entity_id,
    store_id: 1,
    state: 2,
    created_at: at,
    updated_at: at,
    ...nothing,
    adjustment_positive: 1,
    adjustment_negative: null,
    grand_total: 1,
    items: [],
    comments: [],
  });
  const again = await eventually('the order again', () => recordsOf(order)[1]?.value);
  expect(again).toMatchObject({ occurredAt: null, lines: [{ quantityCanceled: '1.0000' }] });
});

it('100 webhooks and the sweep at once publish an order once, and a replay beside them once more at most', async () => {
  const order = await place();
  const key = keyOf(order);
  const replay = { topic: orders.topic, key, reason: 'operator', requestedBy: 'test', seen: null };
  const [, ...statuses] = await Promise.all([
    witness.bus.publish(refresh, {
      value: { ...replay, requestedAt: Date.now(), entityId: null, always: true, notBefore: null },
    }),
    ...Array.from({ length: 100 }, (_none, index) =>
      deliver(webhookPort, { increment_id: order.increment_id, store_id: 1 }, `together_${index}`),
    ),
  ]);
  expect(new Set(statuses)).toEqual(new Set([202]));
  const answered = () => witness.outcomes.filter((outcome) => outcome.key === key).length;
  await eventually('all requests to be answered', () => answered() >= 101);
  const swept = () => witness.cursors.get(`${instance}/orders`) ?? '';
  await eventually('the sweep to have passed it', () => swept() >= order.updated_at);
  const later = await place();
  await published(later);
  // A replay that comes after the rest writes the order once more, as it stands: that is what it asks for.
  const records = recordsOf(order).map(({ value }) => value!);
  expect(records.filter(({ occurredAt }) => occurredAt !== null).length).toBeLessThanOrEqual(1);
  expect(records.length).toBeLessThanOrEqual(2);
  expect(new Set(records.map(({ digest }) => digest)).size).toBe(1);
});

it('a secret that is rotated in the shop pauses the flow, with an alarm; it resumes by itself, with nothing parked', async () => {
  const [relay] = relays;
  const before = witness.parked.size;
  const rotated = 'rotatedconsumersecret00000000001';
  shop.shop.integrations[0]!.consumerSecret = rotated;
  const order = await place();
  expect(await deliver(webhookPort, { increment_id: order.increment_id, store_id: 1 }, 'rotated')).toBe(202);
  await eventually('the flow to pause', () =>
    relay!.lines.find(
      ({ msg, code }) =>
        String(msg).startsWith('the other side fails') && code === 'magento.signature_invalid',
    ),
  );
  const { url } = await relay!.logged('started');
  // What the alert CartageFlowWaits looks at; another number while a probe is under way.
  await eventually('the metric to say so', async () => {
    const metrics = await (await fetch(new URL('/metrics', url as string))).text();
    return /^cartage_breaker_state\{.*flow="orders".*\} 1$/m.test(metrics);
  });
  expect(recordsOf(order)).toEqual([]);
  writeFileSync(secretFile, rotated);
  await published(order);
  expect([witness.parked.size, relay!.lines.filter(({ msg }) => msg === 'started').length]).toEqual([
    before,
    1,
  ]);
});

it('the night finds what was edited in the admin', async () => {
  const order = await place();
  await published(order);
  expect(await relays.pop()!.stop()).toBe(0);
  edit(order, ({ billing_address: address }) => (address.city = 'Springfield'));
  const lastNight = new Date(Date.now() - 48 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  await witness.bus.publish(cursors, {
    value: {
      process: 'order-relay',
      source: `${instance}/orders by id`,
      position: `${lastNight}/0`,
      slot: null,
      systemId: null,
      epoch: 1,
      tables: null,
      seenTo: null,
      firstLoad: 'done',
      streams: [],
      updatedAt: Date.now(),
    },
  });
  await startRelay();
  const again = await eventually('the order again', () => recordsOf(order)[1]?.value);
  expect([again.billingAddress?.city, again.occurredAt]).toEqual(['Springfield', null]);
  const edited = witness.requests.filter((request) => request.startsWith('nightly '));
  expect(edited).toContain(`nightly ${keyOf(order)}`);
});

it('a replica that was stopped with an old state in hand publishes nothing when it wakes up', async () => {
  const [sleeper] = relays;
  shop.setFaults([{ match: { path: 'field%5D=increment_id' }, kind: 'late', delayMs: 1_000 }]);
  const order = await place();
  await eventually('the order to be read', () => shop.faultsTaken() > 0);
  sleeper!.signal('SIGSTOP');
  shop.setFaults([]);
  edit(order, () => cancel(shop.shop, order));
  await startRelay(await freePort());
  const canceled = () => recordsOf(order).find(({ value }) => value?.state === 'canceled');
  await eventually('the canceled order', canceled);
  sleeper!.signal('SIGCONT');
  // Both have come to terms about the partitions when orders of all of them are published again.
  const later = [];
  for (let count = 0; count < 6; count += 1) later.push(await place());
  for (const one of later) await published(one);
  expect(recordsOf(order).map(({ value }) => value?.state)).toEqual(['canceled']);
});
