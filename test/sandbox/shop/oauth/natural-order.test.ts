import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compareNatural } from './natural-order.ts';

/** What PHP's strnatcmp says, from its documentation and source. */
describe('natural order', () => {
  it.each([
    ['groups%5B2%5D', 'groups%5B10%5D', -1],
    ['a', 'b', -1],
    ['img12', 'img10', 1],
    ['a1', 'a1', 0],
    ['', 'a', -1],
    ['a', '', 1],
    ['1.010', '1.001', 1],
    ['0001', '1', 0],
    ['a 2', 'a 10', -1],
    ['Z', 'a', -1],
    ['a10', 'a', 1],
  ])('orders %s and %s', (left, right, expected) => {
    expect(Math.sign(compareNatural(left, right))).toBe(expected);
  });

  it('agrees with numbers, and turns its sign when the sides are swapped', () => {
    const text = fc.stringMatching(/^[a-c0-9%]{0,6}$/);
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareNatural(left, right)) + Math.sign(compareNatural(right, left))).toBe(0);
      }),
      { seed: 11 },
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (left, right) => {
        expect(Math.sign(compareNatural(`n${left}`, `n${right}`))).toBe(Math.sign(left - right));
      }),
      { seed: 12 },
    );
  });
});
