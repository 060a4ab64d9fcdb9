import { expect, it } from '@jest/globals';
import { suggestionFor } from './suggest.ts';

it.each([
  ['chekmo', ['checkmo', 'cash'], 'checkmo'],
  ['CHECKMO', ['checkmo'], 'checkmo'],
  // The nearest, and of two as near the first.
  ['stok', ['stack', 'stock'], 'stock'],
  ['aX', ['ab', 'ac'], 'ab'],
  // Two letters at most, of a long name a third.
  ['abcd', ['xycd'], 'xycd'],
  ['abcd', ['xyzd'], null],
  ['abcdefghi', ['xyzdefghi'], 'xyzdefghi'],
  ['abcdefghi', ['xyzwefghi'], null],
  ['ab', ['abcd', 'abcde'], 'abcd'],
  ['ab', ['abcde'], null],
  ['anything', [], null],
])('%s is meant for one of %j: %s', (name, known, suggestion) => {
  expect(suggestionFor(name, known)).toBe(suggestion);
});
