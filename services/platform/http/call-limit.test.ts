import { expect, it } from '@jest/globals';
import { AdaptiveLimit } from './call-limit.ts';
import type { EndedCall } from './call-limit.ts';

function limitOfEight() {
  const limit = new AdaptiveLimit({ max: 8, slowMs: 1_000, onChange: () => undefined });
  return (call: Partial<EndedCall>) => {
    limit.ended({ status: 200, written: true, beganAt: 0, endedAt: 10, ...call });
    return limit.current;
  };
}

it('calls that were under way together halve it once; those that began after it was halved halve it again', () => {
  const after = limitOfEight();
  expect(after({ status: 503 })).toBe(4);
  expect(after({ status: 503, endedAt: 11 })).toBe(4);
  expect(after({ status: 0, endedAt: 12 })).toBe(4);
  expect(after({ status: 429, beganAt: 11, endedAt: 20 })).toBe(2);
  expect(after({ status: 429, beganAt: 21, endedAt: 30 })).toBe(1);
  expect(after({ status: 429, beganAt: 31, endedAt: 40 })).toBe(1);
});

it('a call that never reached the other side, and one that is refused, say nothing of what it bears', () => {
  const after = limitOfEight();
  expect(after({ status: 0, written: false })).toBe(8);
  expect(after({ status: 404 })).toBe(8);
  expect(after({ status: 500 })).toBe(8);
  expect(after({ endedAt: 1_000 })).toBe(8);
  expect(after({ endedAt: 1_001 })).toBe(4);
});

it.each([408, 425, 429, 502, 503, 504])('a call that is answered %i says that it is too much', (status) => {
  expect(limitOfEight()({ status })).toBe(4);
});

it('one more is made after five seconds in which nothing was too much, up to as many as ever', () => {
  const shown: number[] = [];
  const limit = new AdaptiveLimit({ max: 8, slowMs: 1_000, onChange: (current) => shown.push(current) });
  const after = (endedAt: number, status = 200) => {
    limit.ended({ status, written: true, beganAt: endedAt - 10, endedAt });
    return limit.current;
  };
  after(100_000, 503);
  expect([after(104_999), after(105_000), after(109_999), after(110_000)]).toEqual([4, 5, 5, 6]);
  // What is too much begins the five seconds anew, also where it does not halve.
  limit.ended({ status: 503, written: true, beganAt: 99_000, endedAt: 112_000 });
  expect([after(115_000), after(117_000), after(122_000), after(127_000), after(132_000)]).toEqual([
    6, 7, 8, 8, 8,
  ]);
  expect(shown).toEqual([8, 4, 5, 6, 7, 8]);
});
