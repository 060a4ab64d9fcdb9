import { describe, expect, it } from '@jest/globals';
import { keyForm, spelled } from './key-forms.ts';
import { keyOfRow, keyOfSource, sourceKeyOf } from './keys.ts';

describe('a key', () => {
  it.each([
    ['int', '007', '7'],
    ['bigint', '-0', '0'],
    ['int4', '+12', '12'],
    ['numeric(12,2)', '1.50', '1.5'],
    ['numeric', '100.00', '100'],
    ['decimal', '-0.0', '0'],
    ['numeric', '1e5', '1e5'],
    ['citext', 'AbC', 'abc'],
    ['uuid', 'A0EEBC99-9C0B', 'a0eebc99-9c0b'],
    ['char(9)', 'A   ', 'A'],
    ['character', ' A ', ' A'],
    ['text', '007 ', '007 '],
    ['int', 'seven', 'seven'],
  ])('of %s is the same however it is spelled: %s is %s', (type, given, one) => {
    expect(spelled(keyForm(type), given)).toBe(one);
  });

  it('of several columns is told by their names on the topic, and comes back as it was', () => {
    const stream = { keyColumns: ['place', 'item'], keyForms: ['exact', 'integer'] as const };
    const key = keyOfRow(stream, { item: 7, place: 'A', quantity: 3 })!;
    expect(sourceKeyOf(stream, key)).toBe('{"place":"A","item":"7"}');
    expect(keyOfSource('{"place":"A","item":"7"}')).toBe(key);
    expect(keyOfRow(stream, { item: 7, place: null })).toBeNull();
  });
});
