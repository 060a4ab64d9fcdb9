import { describe, expect, it } from '@jest/globals';
import { AgeHistogram } from './age-histogram.ts';

describe('the histogram of ages', () => {
  it.each([1, 40, 900, 61_000, 3_600_000, 86_400_000])('knows %d ms to 4 %% (or 1 ms)', (ageMs) => {
    const ages = new AgeHistogram();
    ages.add(ageMs);
    expect(Math.abs(ages.percentile(0.95)! - ageMs)).toBeLessThanOrEqual(Math.max(1, 0.04 * ageMs));
  });

  it('takes the P95 where 95 of 100 records lie at or below', () => {
    const ages = new AgeHistogram();
    for (let index = 0; index < 95; index += 1) ages.add(1_000);
    for (let index = 0; index < 5; index += 1) ages.add(100_000);
    expect(ages.percentile(0.95)! / 1_000).toBeCloseTo(1, 1);
    ages.add(100_000);
    expect(ages.percentile(0.95)! / 100_000).toBeCloseTo(1, 1);
  });

  it('says nothing of nothing, and survives a clock that went back', () => {
    const ages = new AgeHistogram();
    expect(ages.percentile(0.5)).toBeNull();
    ages.add(-5_000);
    ages.add(Number.MAX_SAFE_INTEGER);
    expect(ages.percentile(0.5)).toBe(0);
  });
});
