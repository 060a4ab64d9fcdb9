/** Real: everything. Asserted: what each kind of field takes, and that a fault names its path and no value. */
import { describe, expect, it } from '@jest/globals';
import { BodyPart } from './body-part.ts';

const at = (value: unknown) => new BodyPart({ data: { field: value } }).part('data');

describe('a field of a body', () => {
  it.each([1, '1', '000000000000042', Number.MAX_SAFE_INTEGER])('%p is an id', (value) => {
    expect(at(value).id('field')).toBe(Number(value));
  });

  it.each([0, -1, 1.5, 2 ** 53, '', '1.0', '-1', '1e3', '0', '0'.repeat(16), true, [1], { id: 1 }])(
    '%p is none, and what is wrong is said by its path',
    (value) => {
      const part = at(value);
      expect(part.id('field')).toBeUndefined();
      expect(part.faults).toEqual(['data.field: must be a whole number above 0']);
    },
  );

  it.each([
    ['', false],
    ['x', true],
    ['x'.repeat(255), true],
    ['x'.repeat(256), false],
    [7, false],
  ])('of %#: a text of 1 to 255 characters is a name', (value, isGood) => {
    const part = at(value);
    expect(part.name('field')).toBe(isGood ? value : undefined);
    expect(part.faults).toHaveLength(isGood ? 0 : 1);
  });

  it('that must be a certain word is wrong when it is another, no text, or not there', () => {
    for (const value of ['b', 'ab\n', 7, null, undefined, ['a']]) {
      const part = at(value);
      expect(part.word('field', /^a$/, 'must be a')).toBe('');
      expect(part.faults).toEqual(['data.field: must be a']);
    }
    expect(at('a').word('field', /^a$/, 'must be a')).toBe('a');
  });

  it('that is null, or not there, is no fault', () => {
    for (const value of [null, undefined]) {
      const part = at(value);
      const read = [part.id('field'), part.name('field'), part.text('field', /./, '')];
      expect(read).toEqual([value, value, value]);
      expect(part.faults).toEqual([]);
    }
  });

  it.each([[null], ['text'], [7], [[{ field: 1 }]]])('of %p is not there', (value) => {
    expect(new BodyPart({ data: value }).part('data').has('field')).toBe(false);
  });
});
