import { describe, expect, it } from '@jest/globals';
import { parseQuery } from '../rest/query.ts';
import { matches } from './condition.ts';
import { parseCriteria } from './criteria.ts';
import { search } from './search.ts';
import type { Searchable } from './search.ts';

interface Row {
  id: number;
  name: string | null;
}
const rows: Row[] = [1, 2, 3, 4, 5].map((id) => ({ id, name: id === 3 ? null : `n${id}` }));
const resource: Searchable<Row> = {
  knows: (field) => field === 'id' || field === 'name',
  unknownField: (field) => new Error(`unknown ${field}`),
  column: (row, field) => (field === 'id' ? row.id : row.name),
};
const ids = (query: string): number[] =>
  search(rows, parseCriteria(parseQuery(query)), resource).rows.map(({ id }) => id);
const filter = (group: number, index: number, field: string, value: string, condition = 'eq'): string => {
  const path = `searchCriteria[filter_groups][${group}][filters][${index}]`;
  return `${path}[field]=${field}&${path}[value]=${value}&${path}[condition_type]=${condition}`;
};

describe('search', () => {
  it('joins filters of a group by or, groups by and', () => {
    expect(ids(`${filter(0, 0, 'id', '1')}&${filter(0, 1, 'id', '4')}`)).toEqual([1, 4]);
    expect(ids(`${filter(0, 0, 'id', '2', 'gteq')}&${filter(1, 0, 'id', '4', 'lt')}`)).toEqual([2, 3]);
  });

  it('pages with the habits of Magento: 0 is all, negative is one, page 0 is page 1, past the end is empty', () => {
    const page = (size: string, current: string): number[] =>
      ids(`searchCriteria[pageSize]=${size}&searchCriteria[currentPage]=${current}`);
    expect(page('2', '2')).toEqual([3, 4]);
    expect(page('2', '0')).toEqual([1, 2]);
    expect(page('0', '7')).toEqual([1, 2, 3, 4, 5]);
    expect(page('-5', '1')).toEqual([1]);
    expect(page('2', '99')).toEqual([]);
  });

  it('sorts nulls first and refuses unknown fields even without rows', () => {
    const sort = 'searchCriteria[sortOrders][0][field]=name&searchCriteria[sortOrders][0][direction]=asc';
    expect(ids(sort)[0]).toBe(3);
    const criteria = parseCriteria(parseQuery(filter(0, 0, 'nope', '1')));
    expect(() => search([], criteria, resource)).toThrow('unknown nope');
  });
});

describe('conditions', () => {
  const at = '2026-11-23 08:08:38';
  const time = (condition_type: string, value: string): boolean =>
    matches(at, { field: 'updated_at', condition_type, value });
  it.each([
    ['gt', '2026-11-23T08:08:38Z', false],
    ['gteq', '2026-11-23T08:08:38Z', true],
    ['gt', '2026-11-23 08:08:37.500000', true],
    ['gteq', '2026-11-23 08:08:38.500000', false],
    ['gteq', '2026-11-23T10:08:38+02:00', false],
    ['lteq', '2026-11-23', false],
    ['gt', 'garbage', true],
    ['gt', '1795417718', true],
  ])('reads a time in a filter as the database does: %s %s', (condition, value, expected) => {
    expect(time(condition, value)).toBe(expected);
  });

  it('treats an unknown condition as eq, overlooks letter case, compares numbers as numbers', () => {
    expect(matches('SKU-1', { field: 'sku', condition_type: 'foo', value: 'sku-1' })).toBe(true);
    expect(matches(10, { field: 'n', condition_type: 'gt', value: '9' })).toBe(true);
    expect(matches('10', { field: 'n', condition_type: 'gt', value: '9' })).toBe(false);
    expect(matches('a_b', { field: 'sku', condition_type: 'like', value: 'A%' })).toBe(true);
    expect(matches(null, { field: 'n', condition_type: 'eq', value: null })).toBe(false);
  });
});
