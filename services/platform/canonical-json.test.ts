import { expect, it } from '@jest/globals';
import { anything, assert, dictionary, jsonValue, property, record, string } from 'fast-check';
import { canonicalJson } from './canonical-json.ts';

it('is the same for equal values, whatever the order of their members', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(canonicalJson([2, 1])).toBe('[2,1]');
});

/** As the digests that stand on topics were made. */
function asEver(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : member,
  );
}

it('is the text that it always was', () => {
  const values = record({ known: jsonValue(), others: dictionary(string(), anything({ maxDepth: 2 })) });
  assert(
    property(values, (value) => expect(canonicalJson(value)).toBe(asEver(value))),
    { seed: 20261, numRuns: 500 },
  );
  for (const value of [
    { 10: 1, 9: 2, b: 3, a: undefined, __proto__: null },
    JSON.parse('{"b":1,"__proto__":{"y":1,"x":2}}') as unknown,
    { at: new Date(0), list: [undefined, { z: NaN, a: 'größer\u2028"\\' }] },
  ])
    expect(canonicalJson(value)).toBe(asEver(value));
});
