/** How the applier is wired. Real: all of it, down to the socket. Doubles: process, broker, clock, and a shop over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cursors, refresh, stock } from '../../schemas/topics.ts';
import type { Refresh, Stock } from '../../schemas/types.ts';
import { AnsweringShop, rowsOf } from '../magento/testing/answering-shop.ts';
import { anyCredentials } from '../magento/testing/canned-shop.ts';
import { magentoSection } from '../platform/config/sections/magento.ts';
import { stockSection } from '../platform/config/sections/stock.ts';
import type { Subscription } from '../platform/kafka/types.ts';
import { configurationOf, processDouble } from '../platform/lifecycle/testing/process.ts';
import { applyStock } from './applier.ts';

let shop: AnsweringShop;
let double: ReturnType<typeof processDouble>;
beforeEach(async () => {
  shop = new AnsweringShop();
  await shop.listen();
  double = processDouble('inventory-applier');
});
afterEach(async () => {
  await double.end();
  await shop.close();
});

const configured = () =>
  configurationOf({
    instance: 'us',
    magento: magentoSection.parse({ url: shop.url, credentials: anyCredentials }),
    stock: stockSection.parse({
      sources: { W1: 'main' },
      feed: { maxAgeMs: 600_000, whenOld: 'zero' },
      compareEveryMs: 1_000_000_000,
    }),
  });

/** The group has given us partition 0, of which all is finished. */
function holdsPartition(): void {
  const { process, bus, subscriptions } = double;
  const held = { ready: () => true, unhealthyReason: () => null, stop: () => Promise.resolve() };
  process.bus.subscribe = (options) => {
    subscriptions.push(options);
    const end = () => bus.broker.end(stock.topic);
    return Promise.resolve({
      ...held,
      leases: () => [{ partition: 0, isCurrent: () => true }],
      lag: () => Promise.resolve([{ topic: stock.topic, partition: 0, committed: end(), end: end() }]),
    } as unknown as Subscription);
  };
}

/** Lets time pass until it is so: an answer of the shop takes some of the real one. */
async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo() && looks < 20_000; looks += 1) {
    await double.bus.clock.pass(5_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const requests = () =>
  double.bus.broker.values<Refresh>(refresh).map(({ key, reason }) => `${key} ${reason}`);
const writes = () => shop.calls.filter((call) => call === 'POST inventory/source-items');

describe('the applier of stock', () => {
  it('reads stock in the group of the process, and lets all of it go at its end', async () => {
    const subscription = await applyStock(configured(), double.process, 'on');
    expect(double.subscriptions).toMatchObject([
      { group: 'cartage.us.inventory-applier', contracts: [stock] },
    ]);
    await double.bus.clock.pass(200_000);
    await subscription.stop();
    await double.end();
    await double.bus.clock.pass(200_000);
    expect(double.bus.clock.waits).toBe(0);
  });

  it('compares the shop with what was written, has asked again what differs, and writes it itself when the feed is too old', async () => {
    holdsPartition();
    const { broker, clock } = double.bus;
    const version = { epoch: 1, number: 1 };
    const value = { source: 'W1', sku: 'A', quantity: '5.0000', sellable: true, deleted: false, twin: null };
    const rest = { backorders: null, buffer: null, occurredAt: null, version, sourceKey: '{}' };
    broker.append<Stock>(stock, 'W1/A', { ...value, ...rest });
    const cursor = { process: 'erp-ingester', source: 'us', position: '0/1', slot: null, streams: [] };
    const told = {
      systemId: '1',
      tables: null,
      seenTo: null,
      epoch: 1,
      firstLoad: null,
      updatedAt: clock.now(),
    };
    broker.append(cursors, 'erp-ingester/us', { ...cursor, ...told });
    shop.answers.set(
      'GET inventory/source-items',
      rowsOf({ sku: 'A', source_code: 'main', quantity: 3, status: 1 }),
    );
    shop.answers.set('POST inventory/source-items', []);
    await applyStock(configured(), double.process, 'on');
    await until(() => requests().length > 0);
    expect([requests(), writes()]).toEqual([['W1/A differs in the shop'], []]);
    // The next round does not wait for its time.
    await until(() => writes().length > 0);
    expect([writes().length, requests().length]).toEqual([1, 1]);
  });

  it('compares nothing when it is dry: it has written nothing', async () => {
    await applyStock(configured(), double.process, 'dry');
    expect(double.subscriptions).toMatchObject([{ group: 'cartage.us.inventory-applier.dry' }]);
    await double.bus.clock.pass(1_000_000);
    expect((await double.process.metrics.stockCompared.get()).values).toEqual([]);
    expect(double.stops).toHaveLength(1);
  });
});
