/** How the applier is wired. Real: all of it, down to the socket. Doubles: process, broker, clock, and a shop over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fulfilments, outcomes, parked } from '../../schemas/topics.ts';
import { AnsweringShop, broken } from '../magento/testing/answering-shop.ts';
import { anyCredentials } from '../magento/testing/canned-shop.ts';
import { fulfilmentsSection } from '../platform/config/sections/fulfilments.ts';
import { magentoSection } from '../platform/config/sections/magento.ts';
import { stockSection } from '../platform/config/sections/stock.ts';
import { LeaseDouble } from '../platform/flow/testing/lease.ts';
import { configurationOf, processDouble } from '../platform/lifecycle/testing/process.ts';
import { applyFulfilments } from './applier.ts';
import { documentOf } from './testing/document.ts';

let shop: AnsweringShop;
let double: ReturnType<typeof processDouble>;
beforeEach(async () => {
  shop = new AnsweringShop();
  await shop.listen();
  double = processDouble('shipment-applier');
});
afterEach(async () => {
  await double.end();
  await shop.close();
});

const configured = () =>
  configurationOf({
    instance: 'main',
    flows: { stock: 'on' } as never,
    magento: magentoSection.parse({ url: shop.url, credentials: anyCredentials }),
    fulfilments: fulfilmentsSection.parse({ since: '2026-01-01T00:00:00Z', carriers: {} }),
    stock: stockSection.parse({ sources: { W1: 'main' } }),
  });

/** Lets time pass until it is so: an answer of the shop takes some of the real one. */
async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo() && looks < 20_000; looks += 1) {
    await double.clock.pass(1_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const askedFor = (call: string) => shop.calls.filter((one) => one === call).length;

/** One document, of which the shop always says that it is at a loss itself. */
async function sendOne() {
  shop.answers.set('GET orders', broken);
  const subscription = await applyFulfilments(configured(), double.process, 'on');
  const reader = double.subscriptions[0]!.open(new LeaseDouble());
  reader.receive([double.bus.broker.append(fulfilments, 'main/default/42', documentOf()) as never]);
  return { subscription, reader };
}

describe('the applier of fulfilments', () => {
  it('reads them in the group of the process, and lets all of it go at its end', async () => {
    const subscription = await applyFulfilments(configured(), double.process, 'on');
    expect(double.subscriptions).toMatchObject([
      { group: 'cartage.us.shipment-applier', contracts: [fulfilments] },
    ]);
    // An increase is seen of what was there before.
    const { values } = await double.process.metrics.shippedUnconfirmed.get();
    expect(values).toMatchObject([{ value: 0, labels: { flow: 'shipments' } }]);
    await subscription.stop();
    await double.end();
    await double.clock.pass(200_000);
    expect(double.clock.waits).toBe(0);
  });

  it('parks a document at which the shop always fails while it answers to others', async () => {
    const { subscription } = await sendOne();
    await until(() => double.bus.broker.values(outcomes).length > 0);
    expect(double.bus.broker.values(parked)).toMatchObject([{ documentId: 'WH/7', status: 'rejected' }]);
    // For the id of its store view, and as the probe before and after the last try.
    expect(askedFor('GET store/storeViews')).toBe(3);
    await subscription.stop();
  });

  it('waits with it while the shop fails at everything', async () => {
    let isWell = true;
    const views = shop.answers.get('GET store/storeViews')!;
    shop.answers.set('GET store/storeViews', () => (isWell ? views : broken));
    const { subscription } = await sendOne();
    await until(() => askedFor('GET orders') > 0);
    isWell = false;
    await until(() => askedFor('GET store/storeViews') > 3);
    expect(double.bus.broker.values(parked)).toEqual([]);
    isWell = true;
    await until(() => double.bus.broker.values(parked).length > 0);
    expect(double.bus.broker.values(parked)).toMatchObject([{ status: 'rejected' }]);
    await subscription.stop();
  });
});
