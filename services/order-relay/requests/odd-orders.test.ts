/** Real: the flow of requests. Doubles: a shop that is slow, or fails over one order; broker, clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SlowShop, relayWorld } from '../testing/relay-world.ts';

const numbers = Array.from({ length: 60 }, (_none, index) => String(index + 1));
let shop: SlowShop;

beforeEach(() => {
  shop = new SlowShop();
  for (const number of numbers) shop.put(number);
});

async function served(forMs: number) {
  const relay = await relayWorld(shop);
  for (const number of numbers) relay.ask(number);
  await relay.begin();
  await relay.clock.pass(forMs);
  return relay;
}

describe('orders that are read together', () => {
  it('become fewer when the shop is too slow for them, and stay few', async () => {
    // Seven of them in time.
    shop.msPerOrder = 700;
    const relay = await served(120_000);
    expect(new Set(relay.published().map(({ incrementId }) => incrementId))).toEqual(new Set(numbers));
    expect(relay.parked()).toEqual([]);
    shop.reads.length = 0;
    for (const number of numbers) relay.ask(number, { always: true });
    await relay.clock.pass(60_000);
    expect(relay.published()).toHaveLength(120);
    expect(shop.reads.filter(({ length }) => length > 7)).toEqual([]);
    const opened = relay.world.lines.filter(({ message }) => message.startsWith('the other side fails'));
    expect(opened).toEqual([]);
  });

  it('lose the one that the shop fails over even alone: it is parked, the others go', async () => {
    shop.poison.add('17');
    const relay = await served(120_000);
    expect(relay.parked()).toMatchObject([{ key: 'us/default/17', code: 'record.always_fails' }]);
    expect(relay.published()).toHaveLength(59);
  });

  it('lose the one that cannot be read, at once', async () => {
    shop.unreadable.add('17');
    const relay = await served(5_000);
    expect(relay.parked()).toMatchObject([
      { key: 'us/default/17', code: 'magento.row_unreadable', attempts: 1 },
    ]);
    expect(relay.published()).toHaveLength(59);
  });

  it('all wait while the shop is down, however long: a probe that fails as well says that it is not the order', async () => {
    shop.isDown = true;
    const relay = await served(600_000);
    expect([relay.parked(), relay.published()]).toEqual([[], []]);
    shop.isDown = false;
    await relay.clock.pass(60_000);
    expect(relay.published()).toHaveLength(60);
  });
});
