import { describe, expect, it } from '@jest/globals';
import { canRead, compatibilityProblems } from './compatibility.ts';

type Fields = Record<string, unknown>[];

const record = (fields: Fields, name = 'Parcel') =>
  JSON.stringify({ type: 'record', name, namespace: 'cartage', fields });
const first = record([
  { name: 'id', type: 'string' },
  { name: 'weight', type: 'int' },
]);
const problems = (fields: Fields, published = [first]) => compatibilityProblems(record(fields), published);
const id = { name: 'id', type: 'string' };
const weight = { name: 'weight', type: 'int' };
const decimal = (precision: number, scale: number) => ({
  name: 'price',
  type: { type: 'bytes', logicalType: 'decimal', precision, scale },
});

describe('compatibilityProblems', () => {
  it('accepts the same contract, other words, another order, and a field with a default', () => {
    expect(
      problems([
        { ...weight, doc: 'Grams.' },
        id,
        { name: 'carrier', type: ['null', 'string'], default: null },
      ]),
    ).toEqual([]);
  });

  it('names a removed field and who needs it', () => {
    expect(problems([id])).toEqual(['field `weight` was removed; readers of version 1 need it']);
  });

  it('lets a field with a default go', () => {
    const optional = record([id, { name: 'note', type: 'string', default: '' }]);
    expect(problems([id], [optional])).toEqual([]);
  });

  it('names a field that was added without a default', () => {
    expect(problems([id, weight, { name: 'carrier', type: 'string' }])).toEqual([
      'field `carrier` was added without a default: readers of this version cannot read records of version 1',
    ]);
  });

  it('names every version that is concerned, once', () => {
    const second = record([id, weight, { name: 'note', type: 'string', default: '' }]);
    expect(problems([id], [first, second, second])).toEqual([
      'field `weight` was removed; readers of versions 1, 2 and 3 need it',
    ]);
  });

  it('lets a reader take a wider number, but not the readers that are there already', () => {
    expect(problems([id, { name: 'weight', type: 'long' }])).toEqual([
      'field `weight` changed from int to long: readers of version 1 cannot read records of this version',
    ]);
  });

  it('names a change of type in both directions', () => {
    expect(problems([id, { name: 'weight', type: 'string' }])).toEqual([
      'field `weight` changed from int to string: readers of version 1 cannot read records of this version',
      'field `weight` changed from int to string: readers of this version cannot read records of version 1',
    ]);
  });

  it('names what a union took in and what it gave up', () => {
    expect(problems([id, { name: 'weight', type: ['null', 'int'], default: null }])).toEqual([
      'field `weight` may now be null; readers of version 1 expect int',
    ]);
    const nullable = record([id, { name: 'weight', type: ['null', 'int'], default: null }]);
    expect(problems([id, weight], [nullable])).toEqual([
      'field `weight` may no longer be null, which records of version 1 may hold',
    ]);
    expect(problems([id, { name: 'weight', type: ['null', 'int', 'string'] }], [nullable])).toEqual([
      'field `weight` may now be string; readers of version 1 expect int or null',
    ]);
  });

  it('names new and lost symbols of an enumeration', () => {
    const kinds = (symbols: string[]) => [{ name: 'kind', type: { type: 'enum', name: 'Kind', symbols } }];
    expect(problems(kinds(['A', 'B']), [record(kinds(['A']))])).toEqual([
      'field `kind` has new symbols (B) that readers of version 1 do not know',
    ]);
    expect(problems(kinds(['A']), [record(kinds(['A', 'B']))])).toEqual([
      'field `kind` lost symbols (B) that records of version 1 may hold',
    ]);
  });

  it('names a renamed record', () => {
    expect(compatibilityProblems(record([id, weight], 'Package'), [first])).toEqual([
      "the record changed its type's name from Parcel to Package: readers of version 1 cannot read records of this version",
      "the record changed its type's name from Parcel to Package: readers of this version cannot read records of version 1",
    ]);
  });

  it('names a decimal of another scale or precision, and a time of another unit', () => {
    expect(problems([decimal(12, 4)], [record([decimal(12, 2)])])).toEqual([
      'field `price` changed its meaning from decimal(12,2) to decimal(12,4): a reader of either version would take a value of the other for its own (seen against version 1)',
    ]);
    expect(problems([decimal(14, 2)], [record([decimal(12, 2)])])).toHaveLength(1);
    const time = (unit: string) => [{ name: 'at', type: { type: 'long', logicalType: `timestamp-${unit}` } }];
    expect(problems(time('micros'), [record(time('millis'))])).toHaveLength(1);
  });

  it('looks into lists, maps and records, and names the place', () => {
    const nested = (fields: Fields) => [
      { name: 'lines', type: { type: 'array', items: { type: 'record', name: 'Line', fields } } },
      { name: 'tags', type: { type: 'map', values: 'string' } },
    ];
    expect(problems(nested([]), [record(nested([{ name: 'sku', type: 'string' }]))])).toEqual([
      'field `lines[].sku` was removed; readers of version 1 need it',
    ]);
  });

  it('says a flaw of a record once, though it is used twice', () => {
    const twice = (fields: Fields) => [
      { name: 'from', type: { type: 'record', name: 'Place', fields } },
      { name: 'to', type: 'Place' },
    ];
    expect(problems(twice([]), [record(twice([{ name: 'city', type: 'string' }]))])).toEqual([
      'field `from.city` was removed; readers of version 1 need it',
    ]);
  });

  it('ends on a record that holds itself', () => {
    const tree = (fields: Fields) =>
      record([{ name: 'next', type: ['null', 'Parcel'], default: null }, ...fields]);
    expect(compatibilityProblems(tree([id]), [tree([])])).toHaveLength(1);
    expect(compatibilityProblems(tree([]), [tree([])])).toEqual([]);
  });

  it('follows the alias of a field, and refuses one that means two', () => {
    const renamed = record([id, { name: 'grams', type: 'int', aliases: ['weight'] }]);
    expect(canRead(renamed, first)).toBe(true);
    expect(canRead(first, renamed)).toBe(false);
    const both = record([id, { name: 'grams', type: 'int', aliases: ['id', 'weight'] }]);
    expect(canRead(both, first)).toBe(false);
  });
});
