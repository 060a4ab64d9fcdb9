import { describe, expect, it } from '@jest/globals';
import type { KnownProduct } from '../magento/products.ts';
import { BatchSize } from './batch-size.ts';
import { KnownSkus } from './known-skus.ts';
import { Urgency } from './urgency.ts';

describe('the batch size', () => {
  it('grows while full requests are quick, and halves when they are slow', () => {
    const size = new BatchSize({ initial: 20, max: 50, targetMs: 1_000 });
    const seen = [size.current];
    for (const durationMs of [100, 100, 100, 1_200, 700]) {
      size.answered(size.current, durationMs);
      seen.push(size.current);
    }
    expect(seen).toEqual([20, 30, 45, 50, 25, 25]);
    size.answered(3, 10);
    expect(size.current).toBe(25);
  });

  it('falls to one and no further, and grows again from there', () => {
    const size = new BatchSize({ initial: 3, max: 50, targetMs: 1_000 });
    for (let failures = 0; failures < 5; failures += 1) size.failed();
    expect(size.current).toBe(1);
    size.answered(1, 10);
    expect(size.current).toBe(2);
  });

  it('never passes what the shop said it takes', () => {
    const size = new BatchSize({ initial: 40, max: 200, targetMs: 1_000 });
    size.limitedTo(20);
    expect(size.current).toBe(20);
    size.answered(20, 10);
    size.limitedTo(30);
    size.answered(20, 10);
    expect(size.current).toBe(20);
  });
});

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
