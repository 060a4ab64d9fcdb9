import { expect, it } from '@jest/globals';
import { RateLimit } from './rate-limit.ts';

it('a source may so many in each second, counted from its first one; others have their own', () => {
  let now = 0;
  const rate = new RateLimit(2, () => now);
  const taken = (source: string, times: number) => Array.from({ length: times }, () => rate.take(source));
  expect(taken('a', 3)).toEqual([true, true, false]);
  now = 600;
  expect(taken('b', 3)).toEqual([true, true, false]);
  now = 999;
  expect(rate.take('a')).toBe(false);
  now = 1_000;
  expect(taken('a', 3)).toEqual([true, true, false]);
  expect(rate.take('b')).toBe(false);
  now = 1_600;
  expect(rate.take('b')).toBe(true);
});
