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
  expect(after({ endedAt: 1_001 })).toBe(4);
});
