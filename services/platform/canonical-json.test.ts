import { expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.ts';

it('is the same for equal values, whatever the order of their members', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(canonicalJson([2, 1])).toBe('[2,1]');
});
