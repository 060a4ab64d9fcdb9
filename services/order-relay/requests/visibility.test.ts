/** Real: the flow of requests, what is known of published orders, leases. Doubles: the shop, broker, clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SlowShop, relayWorld } from '../testing/relay-world.ts';

type Relay = Awaited<ReturnType<typeof relayWorld>>;

let shop: SlowShop;
let relay: Relay;

beforeEach(async () => {
  shop = new SlowShop();
  relay = await relayWorld(shop);
  await relay.begin();
});

/** The order changes now; returns the update time. */
function change(state: string): string {
  const updatedAt = relay.shopNow();
  shop.put('1', { state, updated_at: updatedAt });
  return updatedAt;
}

/** The shop shows again what it showed before, as a read replica that is behind does. */
function fallBehind(): () => void {
  const shown = shop.orders.get('1')!;
  return () => void shop.orders.set('1', shown);
}

const states = () => relay.published('1').map(({ state }) => state);
const statuses = () => relay.outcomes('1').map(({ status }) => status);
const breakerOpened = () => relay.world.lines.some(({ message }) => message.startsWith('the other side'));

describe('an order that is not visible yet', () => {
  it('is looked for until it is committed, while others go on', async () => {
    relay.ask('1');
    shop.put('2');
    relay.ask('2');
    await relay.clock.pass(5_000);
    expect([statuses(), relay.published('2').length]).toEqual([[], 1]);
    change('new');
    await relay.clock.pass(5_000);
    expect([states(), statuses()]).toEqual([['new'], ['applied']]);
  });

  it('was rolled back when it does not come: nothing changed, nothing is parked, nothing stops', async () => {
    for (let number = 100; number < 200; number += 1) relay.ask(String(number));
    await relay.clock.pass(20_000);
    const outcomes = Array.from({ length: 100 }, (_none, index) =>
      relay.outcomes(String(100 + index)),
    ).flat();
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 'unchanged'));
    expect([relay.parked(), breakerOpened()]).toEqual([[], false]);
    change('new');
    relay.ask('1');
    await relay.clock.pass(1_000);
    expect(states()).toEqual(['new']);
  });

  it('is looked for by the next process when this one ends meanwhile', async () => {
    relay.ask('1');
    await relay.clock.pass(2_000);
    relay.world.crash(relay.world.members[0]!);
    await relay.begin();
    change('new');
    await relay.clock.pass(20_000);
    expect(states()).toContain('new');
  });
});

describe('an order that reads older than asked for', () => {
  it('is looked at again until the shop shows what was told of', async () => {
    change('new');
    const catchUp = (state: string) => shop.put('1', { state, updated_at: told });
    await relay.clock.pass(5_000);
    const told = relay.shopNow();
    relay.ask('1', { seen: told });
    await relay.clock.pass(60_000);
    expect([states(), breakerOpened()]).toEqual([[], false]);
    catchUp('processing');
    await relay.clock.pass(10_000);
    expect(states()).toEqual(['processing']);
  });

  it('is published as it is when what was told of never comes', async () => {
    change('new');
    await relay.clock.pass(5_000);
    relay.ask('1', { seen: relay.shopNow() });
    await relay.clock.pass(900_000);
    expect([states(), relay.parked()]).toEqual([['new'], []]);
  });

  it('is published at once when the time told is not the shop’s: it lies ahead of its clock', async () => {
    change('new');
    relay.ask('1', { seen: '2026-11-23 11:00:00' });
    await relay.clock.pass(1_000);
    expect(states()).toEqual(['new']);
  });
});

describe('an order that reads older than published', () => {
  for (const always of [false, true])
    it(`is never published again, whoever asks (forced: ${always})`, async () => {
      change('new');
      relay.ask('1');
      const lag = fallBehind();
      await relay.clock.pass(5_000);
      change('canceled');
      relay.ask('1');
      await relay.clock.pass(5_000);
      const canceled = shop.orders.get('1')!;
      lag();
      relay.ask('1', { always });
      await relay.clock.pass(60_000);
      expect(states()).toEqual(['new', 'canceled']);
      shop.orders.set('1', canceled);
      await relay.clock.pass(60_000);
      expect([new Set(states()), relay.wentBack]).toEqual([new Set(['new', 'canceled']), []]);
      expect(states().at(-1)).toBe('canceled');
    });

  it('is published when the clock of the shop was set back, with a version that does not fall', async () => {
    shop.put('1', { state: 'new', updated_at: '2026-11-23 10:00:00' });
    relay.ask('1');
    await relay.clock.pass(5_000);
    change('canceled');
    relay.ask('1', { seen: relay.shopNow() });
    await relay.clock.pass(5_000);
    expect(states()).toEqual(['new', 'canceled']);
    const [first, second] = relay.published('1').map(({ version }) => version.number);
    expect([second, relay.wentBack]).toEqual([first, []]);
  });
});

describe('whoever asks at once', () => {
  it('100 webhooks, the sweep and a replay get one published order', async () => {
    const seen = change('new');
    for (let count = 0; count < 100; count += 1) {
      relay.ask('1', count % 2 === 0 ? {} : { seen });
      if (count === 50) relay.ask('1', { always: true, reason: 'operator' });
      if (count === 60) relay.ask('1', { seen, reason: 'sweep' });
    }
    await relay.clock.pass(30_000);
    expect(states()).toEqual(['new']);
  });

  it('a process that was stopped while it read the order publishes nothing when it wakes up', async () => {
    shop.msPerOrder = 1_000;
    change('new');
    relay.ask('1');
    await relay.clock.pass(500);
    const [sleeper] = relay.world.members;
    sleeper!.sleep(30_000);
    change('canceled');
    await relay.clock.pass(16_000);
    await relay.begin();
    await relay.clock.pass(60_000);
    expect(new Set(states())).toEqual(new Set(['canceled']));
    expect(relay.wentBack).toEqual([]);
  });
});
