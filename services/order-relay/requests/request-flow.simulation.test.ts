/**
 * Real: the flow of requests with its readers and leases, what is known of published orders. Doubles: broker, clock,
 * shop. By chance: owners that die, sleep, or lose their partition while they publish, and publishes that land long
 * after their owner's session. CARTAGE_SEEDS: how many; CARTAGE_SEED: the one to look at.
 */
import { expect, it } from '@jest/globals';
import { refresh } from '../../../schemas/topics.ts';
import { Random } from '../../platform/flow/testing/random.ts';
import { SlowShop, relayWorld } from '../testing/relay-world.ts';

const one = process.env.CARTAGE_SEED;
const last = Number(one ?? process.env.CARTAGE_SEEDS ?? 24);
const numbers = ['1', '2', '3', '4'];

/** Orders change for half a minute under upsets; then it is quiet. @returns what the topic says of them that is not so. */
async function run(seed: number): Promise<{ stale: string[]; wentBack: number }> {
  const shop = new SlowShop();
  const relay = await relayWorld(shop, { seed, latePublishes: 0.15 });
  const { world, clock } = relay;
  const random = new Random(seed);
  let [wentBack, changes] = [0, 0];
  const change = (number: string) => {
    const updatedAt = relay.shopNow();
    shop.put(number, { status: `state ${(changes += 1)}`, updated_at: updatedAt });
    relay.ask(number);
  };
  /** Second by second, so that the update times of an order differ; what went back is looked at again as in the relay. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await clock.pass(1_000);
      for (const key of new Set(relay.wentBack.splice(0))) {
        wentBack += 1;
        relay.ask(key.split('/').at(-1)!, { reason: 'went back' });
      }
    }
  };
  await relay.begin();
  for (const number of numbers) change(number);
  for (let step = 0; step < 12; step += 1) {
    await pass(random.between(1, 4));
    for (const number of numbers) if (random.chance(0.5)) change(number);
    const topicId = world.broker.topicId(refresh.topic);
    if (random.chance(0.4)) await world.upset();
    // The requests on it are gone: what they were about the sweep finds.
    if (world.broker.topicId(refresh.topic) !== topicId) for (const number of numbers) relay.ask(number);
  }
  world.assignAll(world.living()[0] ?? (await world.begin()));
  await pass(150);
  const stale = numbers.filter(
    (number) => relay.published(number).at(-1)?.status !== shop.orders.get(number)!.status,
  );
  return { stale, wentBack };
}

it('what the topic says last of an order is what the shop has, whoever published it and however late', async () => {
  const startedAt = Date.now();
  let wentBack = 0;
  for (let seed = one === undefined ? 1 : last; seed <= last; seed += 1) {
    const { stale, wentBack: times } = await run(seed);
    wentBack += times;
    expect({ seed, stale }).toEqual({ seed, stale: [] });
  }
  process.stdout.write(
    `relay: seeds to ${last} in ${Date.now() - startedAt} ms, went back ${wentBack} times\n`,
  );
  // Else nothing has landed behind a newer state, and the test says nothing.
  expect(wentBack > 0 || one !== undefined).toBe(true);
});
