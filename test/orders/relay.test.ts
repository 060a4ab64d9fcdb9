/**
 * Real: the relay as its own process, broker, registry. Doubles: the sandbox shop, which sends no webhooks of its own:
 * those of the test are the only ones. Asserted: what lies on the topics.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../deploy/local/ports.ts';
import { orders } from '../../schemas/topics.ts';
import { recordsNow } from '../infrastructure/topic-now.ts';
import { placeOrder } from '../magento/shop.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { STORE_VIEWS } from '../sandbox/shop/resources/store-data.ts';
import { ship } from '../sandbox/shop/sales/ship.ts';
import {
  deliver as deliverTo,
  eventually,
  openWitness,
  ordersConfig,
  webhookConfig,
  ownInstance,
  platformConfig,
  startProcess,
} from './support.ts';
import type { RunningProcess, Witness } from './support.ts';

let instance: string;
let shop: RunningShop;
let witness: Witness;
let relay: RunningProcess;
let webhookPort: number;

beforeAll(async () => {
  instance = ownInstance();
  webhookPort = await freePort();
  shop = await startShop();
  witness = await openWitness(instance);
  relay = await startRelay();
});
afterAll(async () => {
  await relay?.stop();
  await witness?.close();
  await shop?.close();
});

async function startRelay(flows: object = {}): Promise<RunningProcess> {
  const started = await startProcess('order-relay', {
    ...platformConfig(instance, 4_000),
    flows,
    magento: { url: shop.url, credentials: shop.credentials, deadlineMs: 3_000 },
    webhook: webhookConfig(webhookPort),
    orders: ordersConfig(),
  });
  await started.logged('taking webhooks');
  return started;
}

const deliver = (data: object, id: string) => deliverTo(webhookPort, data, id);

const recordsOf = (incrementId: string) =>
  witness.orders.filter(({ value }) => value?.incrementId === incrementId);
const keyOf = (incrementId: string) => `${instance}/default/${incrementId}`;

describe('an order placed in the shop', () => {
  it('is found by the sweep when its webhook was lost', async () => {
    const { increment_id } = await placeOrder(shop, [{ sku: 'SKU-001', qty: 2 }]);
    const record = await eventually('the order', () => recordsOf(increment_id)[0]);
    expect(record.key).toBe(keyOf(increment_id));
    expect(record.traceparent).toMatch(/^00-/);
    expect(record.value).toMatchObject({ state: 'new', paymentMethod: 'checkmo', problems: [] });
    expect(record.value?.totals.subtotalMinor).toBe(2_198);
    const later = await placeOrder(shop, [{ sku: 'SKU-002', qty: 1 }]);
    await eventually('the next order', () => recordsOf(later.increment_id)[0]);
    expect(recordsOf(increment_id)).toHaveLength(1);
  });

  it('makes one record, whether the webhook, the webhook again or the sweep tells of it', async () => {
    const order = await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }]);
    const data = { ...order, store_id: 1 };
    expect(await deliver(data, 'msg_1')).toBe(202);
    expect(await deliver(data, 'msg_1')).toBe(202);
    expect(await deliver({ entity_id: order.entity_id }, 'msg_2')).toBe(202);
    await eventually('the order', () => recordsOf(order.increment_id)[0]);
    const key = keyOf(order.increment_id);
    const { updated_at } = shop.shop.db.orders.get(order.entity_id)!;
    await eventually(
      'the sweep to have passed it',
      () => (witness.cursors.get(`${instance}/orders`) ?? '') >= updated_at,
    );
    // The delivery, and the one by id asked again under the order's key; the repeated id asked nothing.
    const asked = () => witness.requests.filter((request) => request.endsWith(` ${key}`));
    await eventually(
      'both requests',
      () => asked().filter((request) => request.startsWith('webhook')).length === 2,
    );
    await eventually('all requests to be answered', () => {
      return witness.outcomes.filter((outcome) => outcome.key === key).length >= asked().length;
    });
    expect(recordsOf(order.increment_id)).toHaveLength(1);
  });

  it('is published again when it is shipped a second time, which its own update time does not show', async () => {
    const order = await placeOrder(shop, [{ sku: 'SKU-001', qty: 3 }]);
    await eventually('the order', () => recordsOf(order.increment_id)[0]);
    for (const shipped of ['1.0000', '2.0000']) {
      const row = shop.shop.db.orders.get(order.entity_id)!;
      ship(shop.shop, row, {
        items: [{ order_item_id: row.items[0]!.item_id, qty: 1 }],
        notify: false,
        comment: null,
        tracks: [],
        sourceCode: 'default',
      });
      shop.shop.db.commit();
      await eventually(`${shipped} shipped`, () =>
        recordsOf(order.increment_id).find(({ value }) => value?.lines[0]?.quantityShipped === shipped),
      );
    }
  });

  it('asks for nothing when the shop does not have it, and the next one goes on', async () => {
    expect(await deliver({ increment_id: '999999999', store_id: 1 }, 'msg_3')).toBe(202);
    await eventually('its outcome', () =>
      witness.outcomes.find(({ key, status }) => key === keyOf('999999999') && status === 'unchanged'),
    );
    const { increment_id } = await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }]);
    await eventually('the next order', () => recordsOf(increment_id)[0]);
  });
});

it('the next process goes on where a killed one stopped, under the old code of a store view that was renamed', async () => {
  await relay.kill();
  Object.assign(STORE_VIEWS[0], { code: 'default_us' });
  const { increment_id } = await placeOrder(shop, [{ sku: 'SKU-002', qty: 1 }]);
  const ours = async () => {
    const all = await recordsNow(witness.bus, orders);
    return all.filter(({ value }) => value?.instance === instance);
  };
  const before = await ours();
  relay = await startRelay();
  const record = await eventually('the order placed meanwhile', () => recordsOf(increment_id)[0]);
  expect(record.key).toBe(keyOf(increment_id));
  const after = await ours();
  expect(after).toHaveLength(before.length + 1);
});

describe('modes', () => {
  it('dry: orders stand on the topic, and "on" judges all of it again; off: the webhook says so', async () => {
    expect(await relay.stop()).toBe(0);
    relay = await startRelay({ orders: 'off' });
    expect(await deliver({ entity_id: 1 }, 'msg_4')).toBe(503);
    await relay.stop();
    const { increment_id } = await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }]);
    relay = await startRelay({ orders: 'dry' });
    await eventually('the order', () => recordsOf(increment_id)[0]);
    const judged = (dry: boolean) =>
      witness.outcomes.find(
        ({ key, group }) => key === keyOf(increment_id) && group.endsWith('.dry') === dry,
      );
    await eventually('what dry says of it', () => judged(true));
    expect(judged(false)).toBeUndefined();
    await relay.stop();
    relay = await startRelay({ orders: 'on' });
    await eventually('what is said of it once on', () => judged(false));
  });
});
