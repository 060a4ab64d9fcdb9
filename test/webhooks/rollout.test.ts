/**
 * Real: two relays of one group as processes of their own, broker, registry. Doubles: the sandbox shop, and a balancer
 * that follows /readyz and tries nothing twice. Asserted: while each relay is stopped and started again, as a roll-out
 * does it, every delivery is taken.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '../../deploy/local/ports.ts';
import { placeOrder } from '../magento/shop.ts';
import { eventually, ownInstance } from '../orders/support.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { Balancer } from './balancer.ts';
import type { Backend } from './balancer.ts';
import { startRelay } from './relay-process.ts';
import type { RelayProcess } from './relay-process.ts';
import { Sender } from './sender.ts';

let shop: RunningShop;
let balancer: Balancer;
let instance: string;
const relays = new Map<Backend, RelayProcess>();

beforeAll(async () => {
  instance = ownInstance();
  shop = await startShop();
  for (let count = 0; count < 2; count += 1) {
    const backend = { webhookPort: await freePort(), httpPort: await freePort() };
    relays.set(backend, await startRelay({ instance, shop, ...backend }));
  }
  balancer = new Balancer([...relays.keys()]);
});
afterAll(async () => {
  await balancer?.close();
  await Promise.all([...relays.values()].map((relay) => relay.close()));
  await shop?.close();
});

it('no delivery is refused or reset while one relay after the other is replaced', async () => {
  const orders = [await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }])];
  const url = `${await balancer.listen()}/webhooks/orders`;
  const isReady = (backend: Backend) =>
    eventually('a relay behind the balancer', () => balancer.isReady(backend));
  for (const backend of relays.keys()) await isReady(backend);
  const sender = new Sender({ url, workers: 8, pauseMs: 10, orders });
  for (const [backend, relay] of relays) {
    const taken = sender.delivered.length;
    // The code also says that its drain time was enough.
    expect(await relay.running.stop()).toEqual({ code: 0, signal: null });
    expect(sender.delivered.length).toBeGreaterThan(taken);
    relays.set(backend, await startRelay({ instance, shop, ...backend }));
    await isReady(backend);
    await eventually('the new relay to take its share', async () => {
      const { '202 accepted': accepted = 0 } = await relays.get(backend)!.answers();
      return accepted > 10;
    });
  }
  await sender.stop();
  process.stdout.write(
    `roll-out: ${sender.delivered.length} deliveries, P99 ${sender.latencyMs(0.99)} ms, longest ${sender.latencyMs(1)} ms\n`,
  );
  expect(sender.refused()).toEqual({});
});
