import { describe, expect, it } from '@jest/globals';
import { digestOfMembers } from './value-digest.ts';

const none: ReadonlySet<string> = new Set();
const digest = (value: object, beside: string | null = null) => digestOfMembers(value, none, beside);

describe('the digest of a value', () => {
  it('is the same for the same value, whatever the order of its members, and of what is left out', () => {
    const value = { sku: 'A', prices: [{ amount: '1.00', from: 7 }], websites: null };
    const turned = { websites: null, prices: [{ from: 7, amount: '1.00' }], sku: 'A', gone: undefined };
    expect(digest(turned)).toBe(digest(value));
    expect(digestOfMembers({ ...value, version: 5 }, new Set(['version']), null)).toBe(digest(value));
  });

  it.each([
    ['types', { a: '1' }, { a: 1 }],
    ['true and one', { a: true }, { a: 1 }],
    ['null and nothing', { a: null }, {}],
    ['values that change places', { a: 'x', b: 'y' }, { a: 'y', b: 'x' }],
    ['where a text ends', { a: ['ab', 'c'] }, { a: ['a', 'bc'] }],
    ['the order of a list', { a: ['x', 'y'] }, { a: ['y', 'x'] }],
    ['how deep something stands', { a: [['x'], []] }, { a: [['x', []]] }],
    ['empty things', { a: [] }, { a: {} }],
    ['a member of a member', { a: { b: 'x' }, c: {} }, { a: {}, c: { b: 'x' } }],
  ])('tells %s apart', (_what, one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });

  it('tells what stands beside the value apart', () => {
    expect(digest({ a: 'x' }, 'now')).not.toBe(digest({ a: 'x' }, 'later'));
    expect(digest({ a: 'x' }, 'now')).not.toBe(digest({ a: 'x' }));
  });

  it('is another one for each of many values that hardly differ', () => {
    const digests = new Set<number>();
    const [upper, lower] = [new Set<number>(), new Set<number>()];
    for (let number = 0; number < 50_000; number += 1) {
      const found = digest({
        source: 'W1',
        sku: `SKU-${number % 250}`,
        quantity: `${Math.floor(number / 250)}.0000`,
      });
      if (Number.isSafeInteger(found)) digests.add(found);
      upper.add(Math.floor(found / 2 ** 27));
      lower.add(found % 2 ** 26);
    }
    expect(digests.size).toBe(50_000);
    // Either half alone, of 26 bits, has as few alike as chance gives: 18 or 19 pairs.
    expect(Math.min(upper.size, lower.size)).toBeGreaterThan(50_000 - 60);
  });
});
