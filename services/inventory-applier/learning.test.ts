import { describe, expect, it } from '@jest/globals';
import type { KnownProduct } from '../magento/products.ts';
import { KnownSkus } from './known-skus.ts';
import { Urgency } from './urgency.ts';

describe('known SKUs', () => {
  it('are asked for once in a while; what is absent is asked for each time', async () => {
    let now = 0;
    const asked: string[] = [];
    const existing = async (skus: readonly string[]) => {
      await Promise.resolve();
      asked.push(skus.join());
      return new Map(skus.filter((sku) => sku !== 'X').map((sku) => [sku, {} as KnownProduct]));
    };
    const known = new KnownSkus({ existing }, 1_000, () => now);
    expect(await known.among(['A', 'X'])).toEqual(new Set(['A']));
    expect(await known.among(['A', 'X'])).toEqual(new Set(['A']));
    expect(await known.among(['A'])).toEqual(new Set(['A']));
    now = 1_000;
    await known.among(['A']);
    expect(asked).toEqual(['A,X', 'X', 'A']);
  });
});

describe('urgency', () => {
  it('is what sells a SKU out or restocks it; unknown, only what is sold out', () => {
    const urgency = new Urgency();
    expect([urgency.isUrgent('k', true), urgency.isUrgent('k', false)]).toEqual([false, true]);
    urgency.note('k', true);
    expect([urgency.isUrgent('k', true), urgency.isUrgent('k', false)]).toEqual([false, true]);
    urgency.note('k', false);
    expect([urgency.isUrgent('k', true), urgency.isUrgent('k', false)]).toEqual([true, false]);
  });
});
