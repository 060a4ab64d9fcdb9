/** How it is wired. Real: all of it, down to the socket. Doubles: process, broker, clock, and a shop over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { differences, refresh, stock } from '../../schemas/topics.ts';
import type { Difference, Refresh, Stock } from '../../schemas/types.ts';
import { AnsweringShop, rowsOf } from '../magento/testing/answering-shop.ts';
import { anyCredentials } from '../magento/testing/canned-shop.ts';
import { flowsSection } from '../platform/config/sections/platform.ts';
import { magentoSection } from '../platform/config/sections/magento.ts';
import { reconcileSection } from '../platform/config/sections/reconcile.ts';
import { stockSection } from '../platform/config/sections/stock.ts';
import { SetControls } from '../platform/flow/testing/set-controls.ts';
import type { Lease, PartitionReader, SubscribeOptions } from '../platform/kafka/types.ts';
import { configurationOf, processDouble } from '../platform/lifecycle/testing/process.ts';
import { Leadership } from './leadership.ts';
import { reconcile } from './reconciler.ts';

let shop: AnsweringShop;
let double: ReturnType<typeof processDouble>;
let reader: PartitionReader | null;
let isHeld: boolean;
beforeEach(async () => {
  shop = new AnsweringShop();
  await shop.listen();
  double = processDouble('reconciler');
  reader = null;
  isHeld = true;
});
afterEach(async () => {
  await double.end();
  await shop.close();
});

/** As the group gives the partition to this replica. */
function given(partition: number): void {
  const { process, subscriptions } = double;
  process.bus.subscribe = (options: SubscribeOptions) => {
    subscriptions.push(options);
    reader = options.open({ partition, isCurrent: () => isHeld } as Lease);
    const idle = { ready: () => true, unhealthyReason: () => null, leases: () => [] };
    return Promise.resolve({ ...idle, lag: () => Promise.resolve([]), stop: () => Promise.resolve() });
  };
}

function start(repair: object = {}): Promise<void> {
  const { process, bus } = double;
  const end = () => bus.broker.end(stock.topic);
  const lag = () => Promise.resolve([{ topic: stock.topic, partition: 0, committed: end(), end: end() }]);
  const flows = { orders: 'off', catalog: 'off', shipments: 'off', stock: 'on' };
  const configuration = configurationOf({
    instance: 'us',
    flows: flowsSection.parse(flows),
    magento: magentoSection.parse({ url: shop.url, credentials: anyCredentials }),
    stock: stockSection.parse({ sources: { W1: 'main' } }),
    catalog: { baseCurrency: 'EUR' },
    reconcile: reconcileSection.parse({ repair, everyMs: 100_000, lookAgainMs: 5_000 }),
  } as never) as never;
  return reconcile(configuration, process, { admin: { lag }, leadership: new Leadership() });
}

function sendStock(quantity: string): void {
  const value = { source: 'W1', sku: 'A', quantity, sellable: true, deleted: false, twin: null };
  const rest = { backorders: null, buffer: null, occurredAt: null, sourceKey: '{}' };
  double.bus.broker.append<Stock>(stock, 'W1/A', { ...value, ...rest, version: { epoch: 1, number: 1 } });
}

const shows = (quantity: number) =>
  shop.answers.set(
    'GET inventory/source-items',
    rowsOf({ sku: 'A', source_code: 'main', quantity, status: 1 }),
  );
const told = () =>
  [...double.bus.newest<Difference>(differences).values()].map((one) => one && `${one.found} ${one.repair}`);

/** Lets time pass until it is so: an answer of the shop takes some of the real one. */
async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo() && looks < 20_000; looks += 1) {
    await double.bus.clock.pass(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('the reconciler', () => {
  it('tells what differs, asks for it by rule, says whether that has helped, and lets all go at its end', async () => {
    given(0);
    sendStock('5');
    shows(3);
    await start({ stock: 'on' });
    expect(double.subscriptions).toMatchObject([
      { group: 'cartage.us.reconciler', contracts: [differences] },
    ]);
    await until(() => told().includes('3.0000 asked'));
    expect(double.bus.broker.values<Refresh>(refresh)).toMatchObject([
      { topic: 'erp.stock', key: 'W1/A', reason: 'differs', requestedBy: 'reconciler' },
    ]);
    await until(() => told().includes('3.0000 failed'));
    shows(5);
    await until(() => told().includes(null));
    expect([told(), double.bus.broker.values(refresh).length]).toEqual([[null], 1]);
    await double.end();
    await double.bus.clock.pass(1_000_000);
    expect(double.bus.clock.waits).toBe(0);
  });

  it('begins within seconds of being given the right to, not after an interval', async () => {
    given(0);
    sendStock('5');
    shows(3);
    await start();
    await double.bus.clock.pass(10_000);
    // No more time of theirs passes: only the answer of the shop is waited for.
    while (shop.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(shop.calls).toEqual(['GET inventory/source-items']);
  });

  it('notes whoever has asked for what differs', async () => {
    given(0);
    sendStock('5');
    shows(3);
    await start();
    await until(() => told().includes('3.0000 none'));
    const asked = { topic: stock.topic, key: 'W1/A', reason: 'operator', requestedBy: 'cli', seen: null };
    const more = { entityId: null, always: true, notBefore: null, requestedAt: double.bus.clock.now() };
    double.bus.broker.append<Refresh>(refresh, 'W1/A', { ...asked, ...more });
    await until(() => told().includes('3.0000 asked'));
    expect(told()).toEqual(['3.0000 asked']);
  });

  it('compares by the schedule that an operator sets, and at once when it is set', async () => {
    const controls = new SetControls();
    Object.assign(double.process.context, { controls });
    given(0);
    sendStock('5');
    shows(5);
    await start();
    await until(() => shop.calls.length === 1);
    controls.set({ schedule: '24h' });
    await until(() => shop.calls.length === 2);
    // Of the configuration there were sixty in the meantime.
    await double.bus.clock.pass(6_000_000);
    controls.set({ reason: 'of something else' });
    await double.bus.clock.pass(100_000);
    const before = shop.calls.length;
    controls.set({ schedule: null });
    await until(() => shop.calls.length >= 3);
    expect(before).toBe(2);
  });

  it('compares nothing while another replica does', async () => {
    given(1);
    sendStock('5');
    await start();
    await double.bus.clock.pass(1_000_000);
    expect(shop.calls).toEqual([]);
  });

  it('tells nothing more when it has lost the right, and hands it on when what was under way has ended', async () => {
    given(0);
    sendStock('5');
    shows(3);
    await start();
    await until(() => shop.calls.length > 0);
    isHeld = false;
    await reader!.close(true);
    await double.bus.clock.pass(1_000_000);
    expect(told()).toEqual([]);
  });
});
