import { expect, it } from '@jest/globals';
import { retryAfterMs } from './retry-after.ts';

const date = 'Mon, 23 Nov 2026 08:00:10 GMT';

it.each([
  ['120', 120_000],
  [' 7 ', 7_000],
  ['0', 0],
  // A date is read against the clock of whoever wrote it.
  ['Mon, 23 Nov 2026 08:00:40 GMT', 30_000],
  ['Mon, 23 Nov 2026 08:00:10 GMT', 0],
  ['Mon, 23 Nov 2026 07:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After: %s is %s ms', (value, expected) => {
  expect(retryAfterMs({ 'retry-after': value, date })).toBe(expected);
});

it('is not known without the header, nor of a date without the date of the answer', () => {
  expect(retryAfterMs({ date })).toBeUndefined();
  expect(retryAfterMs({ 'retry-after': date })).toBeUndefined();
});
