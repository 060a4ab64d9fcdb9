import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { answer, cannedShop } from '../testing/canned-shop.ts';
import { allReadable, searchAll } from './list.ts';
import { anyOf, inChunks, searchQuery } from './search.ts';
import { integer } from '../shapes.ts';
import { idSearch, sweepSearch } from '../sweep.ts';
import { epochMsOf, magentoTime } from './time.ts';

const page = (ids: number[], total: number) =>
  answer(200, JSON.stringify({ items: ids.map((id) => ({ id })), total_count: total }));
const call = { path: ['orders'], search: { pageSize: 2 }, item: z.object({ id: integer }), id: 'id' };

describe('a search', () => {
  it('is written as Magento reads it', () => {
    expect(
      searchQuery({
        groups: [[{ field: 'a', value: '1' }], [{ field: 'b', value: 'x,y', condition: 'in' }]],
        sort: [{ field: 'entity_id', direction: 'ASC' }],
        pageSize: 50,
        fields: 'total_count',
      }),
    ).toEqual([
      ['searchCriteria[filter_groups][0][filters][0][field]', 'a'],
      ['searchCriteria[filter_groups][0][filters][0][value]', '1'],
      ['searchCriteria[filter_groups][0][filters][0][condition_type]', 'eq'],
      ['searchCriteria[filter_groups][1][filters][0][field]', 'b'],
      ['searchCriteria[filter_groups][1][filters][0][value]', 'x,y'],
      ['searchCriteria[filter_groups][1][filters][0][condition_type]', 'in'],
      ['searchCriteria[sortOrders][0][field]', 'entity_id'],
      ['searchCriteria[sortOrders][0][direction]', 'ASC'],
      ['searchCriteria[pageSize]', '50'],
      ['searchCriteria[currentPage]', '1'],
      ['fields', 'total_count'],
    ]);
  });

  it('never asks with a page size that Magento reads in its own way', () => {
    expect(() => searchQuery({ pageSize: 0 })).toThrow(RangeError);
    expect(() => searchQuery({ pageSize: -1 })).toThrow(RangeError);
  });

  it('gives values with a comma a filter of their own', () => {
    expect(anyOf('sku', ['a', 'b,c', 'd'])).toEqual([
      { field: 'sku', value: 'a,d', condition: 'in' },
      { field: 'sku', value: 'b,c' },
    ]);
    expect(anyOf('sku', ['b,c'])).toEqual([{ field: 'sku', value: 'b,c' }]);
  });

  it('splits values by number and by length of the URL, each value once', () => {
    const many = Array.from({ length: 250 }, (_, index) => `SKU-${index}`);
    expect(inChunks([...many, 'SKU-0']).map((chunk) => chunk.length)).toEqual([100, 100, 50]);
    const long = Array.from({ length: 60 }, (_, index) => `${'Ä'.repeat(60)}${index}`);
    const urls = inChunks(long).map((chunk) =>
      searchQuery({ groups: [anyOf('sku', chunk)], pageSize: 100 })
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .join('&'),
    );
    expect(urls.length).toBeGreaterThan(4);
    for (const url of urls) expect(url.length).toBeLessThan(6_000);
    expect(inChunks([])).toEqual([]);
  });
});

describe('a list', () => {
  it('reads pages until the total is reached', async () => {
    const shop = cannedShop(page([1, 2], 5), page([3, 4], 5), page([5], 5));
    expect((await searchAll(shop.rest, call)).items).toEqual([1, 2, 3, 4, 5].map((id) => ({ id })));
    expect(shop.query(2)['searchCriteria[currentPage]']).toBe('3');
  });

  it('stops at an empty page, whatever the total says, and reads items:null', async () => {
    const shop = cannedShop(page([1, 2], 9), answer(200, '{"items":null,"total_count":9}'));
    expect((await searchAll(shop.rest, call)).items).toHaveLength(2);
  });

  it('reads row by row: one that cannot be read stands apart, and counts for the total', async () => {
    const item = z.object({ id: integer, name: z.string() });
    const odd = answer(200, '{"items":[{"id":1,"name":null},{"id":2,"name":"a"}],"total_count":2}');
    const found = await searchAll(cannedShop(odd).rest, { ...call, item });
    expect(found.items).toEqual([{ id: 2, name: 'a' }]);
    expect(found.unreadable).toEqual([{ id: '1', why: expect.stringMatching(/^at name: /) }]);
    expect(() => allReadable(found, 'the thing')).toThrow(/the thing 1 .*magento\.row_unreadable/);
    expect(allReadable({ items: found.items, unreadable: [] }, 'the thing')).toBe(found.items);
  });

  it('is of an unexpected shape when a row has nothing to name it by', async () => {
    const nameless = answer(200, '{"items":[{"name":"a"}],"total_count":1}');
    await expect(searchAll(cannedShop(nameless).rest, call)).rejects.toMatchObject({
      fault: { code: 'magento.unexpected_shape', why: expect.stringContaining('items.0.id') },
    });
  });

  it('takes the page size that the shop allows', async () => {
    const limit = '{"message":"Maximum SearchCriteria pageSize is %max","parameters":{"max":1}}';
    const shop = cannedShop(answer(400, limit), page([1], 2), page([2], 2));
    expect((await searchAll(shop.rest, call)).items).toHaveLength(2);
    expect([1, 2].map((index) => shop.query(index)['searchCriteria[pageSize]'])).toEqual(['1', '1']);
  });
});

describe('a sweep', () => {
  interface Row {
    updated_at: string;
    entity_id: number;
  }
  const holds = (row: Row, filter: { field: string; value: string; condition?: string }) => {
    const value = row[filter.field as keyof Row];
    const order =
      typeof value === 'number' ? value - Number(filter.value) : value.localeCompare(filter.value);
    return (
      { eq: order === 0, gt: order > 0, gteq: order >= 0, lteq: order <= 0 }[filter.condition ?? 'eq'] ??
      false
    );
  };

  it('continues exactly behind (updated_at, entity_id), which Magento cannot say in one filter', () => {
    const rows = ['2026-01-01 00:00:00', '2026-01-01 00:00:01', '2026-01-01 00:00:02'].flatMap((updated_at) =>
      [1, 2, 3].map((entity_id) => ({ updated_at, entity_id })),
    );
    for (const [index, last] of rows.entries()) {
      const { groups } = sweepSearch(
        {
          updatedFrom: last.updated_at,
          afterEntityId: last.entity_id,
          updatedTo: '2026-01-01 00:00:02',
          pageSize: 9,
        },
        [],
        'total_count',
      );
      const left = rows.filter((row) => groups!.every((group) => group.some((filter) => holds(row, filter))));
      expect(left).toEqual(rows.slice(index + 1));
    }
  });

  it('is narrowed by ids, and leaves out what is passed over', () => {
    const limits = { pageSize: 1, upToEntityId: 9, withoutEntityIds: [4, 7] };
    const { groups } = idSearch({ ...limits, afterEntityId: 3 }, []);
    expect(groups!.flat().map(({ field, condition, value }) => `${field} ${condition} ${value}`)).toEqual([
      'entity_id gt 3',
      'entity_id lteq 9',
      'entity_id nin 4,7',
    ]);
  });

  it('refuses a time that Magento would read as "everything"', () => {
    for (const updatedFrom of [
      '1795421177',
      '2026-01-01T00:00:00Z',
      '2026-01-01 00:00:00+02:00',
      'garbage',
    ]) {
      const page = { updatedFrom, updatedTo: '2026-01-01 00:00:02', pageSize: 9 };
      expect(() => sweepSearch(page, [], '')).toThrow(RangeError);
    }
  });

  it('turns times there and back, in UTC', () => {
    expect(magentoTime(epochMsOf('2026-11-23 08:07:07'))).toBe('2026-11-23 08:07:07');
    expect(epochMsOf('1970-01-02 00:00:00')).toBe(86_400_000);
  });
});
