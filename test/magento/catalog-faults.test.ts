/**
 * Real: the catalogue's flow and the client down to the socket. A double: the sandbox shop, which at one call of a load
 * does the work and answers nobody, or is left by a process that dies there. Asserted: the shop has the same catalogue
 * in the end, each thing once. CARTAGE_SEEDS above 1: every call with every fault, instead of every fifth with one of
 * them.
 */
import { describe, expect, it } from '@jest/globals';
import { startShop } from '../sandbox/shop/index.ts';
import { CatalogRun } from './catalog-run.ts';
import { clientOf } from './shop.ts';
import { contentsOf, loadWhole, wholeMapping } from './whole-catalogue.ts';

const faults = [
  { what: 'the answer is lost', kind: 'cut_after', isDeath: false },
  { what: 'the process dies before it', kind: 'cut_before', isDeath: true },
  { what: 'the process dies after it', kind: 'cut_after', isDeath: true },
] as const;
const step = Number(process.env.CARTAGE_SEEDS ?? 1) > 1 ? 1 : 5;

/** @param call the number of the write that meets the fault; 0: none */
async function loaded(call: number, { kind, isDeath }: (typeof faults)[number] = faults[0]) {
  let calls = 0;
  const shop = await startShop({ seed: 'default', random: () => ((calls += 1) === call ? 0 : 0.99) });
  const magento = clientOf(shop);
  try {
    calls = 0;
    shop.setFaults([{ kind, probability: 0.5, match: { body: '.' } }]);
    const isKilled = () => isDeath && shop.faultsTaken() > 0;
    const first = new CatalogRun(magento, wholeMapping, isKilled);
    await loadWhole(first).catch((error: unknown) => {
      if (!isKilled()) throw error;
    });
    const met = shop.faultsTaken();
    shop.setFaults([]);
    // All of it once more by a process that knows nothing of the first one, and once more by that.
    const next = isDeath || call === 0 ? new CatalogRun(magento, wholeMapping) : first;
    await loadWhole(next);
    const once = contentsOf(shop);
    await loadWhole(next);
    expect(contentsOf(shop)).toEqual(once);
    return { contents: once, calls, met, outcomes: new Set(next.outcomes.values()) };
  } finally {
    await magento.close();
    await shop.close();
  }
}

describe('a load of the whole catalogue', () => {
  it('leaves the same behind, at whichever call an answer is lost or the process dies', async () => {
    const well = await loaded(0);
    expect([well.met, well.outcomes]).toEqual([0, new Set(['unchanged'])]);
    let tried = 0;
    for (let call = 1; ; call += step) {
      const those = step === 1 ? faults : [faults[call % faults.length]!];
      const results = await Promise.all(those.map((fault) => loaded(call, fault)));
      for (const [index, { contents }] of results.entries())
        expect([call, those[index]!.what, contents]).toEqual([call, those[index]!.what, well.contents]);
      if (results.every(({ met }) => met === 0)) break;
      tried = call;
    }
    expect(tried).toBeGreaterThan(30);
  });
});
