/**
 * Real: the flows of stock and of shipments with their readers, leases and waits, what the relay does with moved orders.
 * Models: shop, ERP with its ingester, broker, time. CARTAGE_SEEDS: how many seeds; CARTAGE_SEED: the one to look at.
 */
import { expect, it } from '@jest/globals';
import { play } from './play.ts';

const one = process.env.CARTAGE_SEED;
const last = Number(one ?? process.env.CARTAGE_SEEDS ?? 200);

it('no source ever shows more than the ERP has and has issued, and all show what it has when it is quiet', async () => {
  const startedAt = Date.now();
  const total = { shipped: 0, refused: 0 };
  const broken: { seed: number; faults: readonly string[] }[] = [];
  for (let seed = one === undefined ? 1 : last; seed <= last; seed += 1) {
    const { faults, counts } = await play(seed);
    total.shipped += counts.shipped;
    total.refused += counts.refused;
    if (faults.length > 0) broken.push({ seed, faults: faults.slice(0, 3) });
  }
  process.stdout.write(`stock: seeds to ${last} in ${Date.now() - startedAt} ms, ${JSON.stringify(total)}\n`);
  expect(broken.slice(0, 5)).toEqual([]);
  // Both ends of a goods issue are played.
  expect([total.shipped > 0, total.refused > 0 || one !== undefined]).toEqual([true, true]);
});
