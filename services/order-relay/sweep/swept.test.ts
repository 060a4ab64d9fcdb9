import { describe, expect, it } from '@jest/globals';
import { sweptDocuments, sweptOrders } from './swept.ts';

const window = { updatedFrom: '2026-01-01 00:00:00', updatedTo: '2026-01-02 00:00:00', pageSize: 9 };
const updated_at = '2026-01-01 10:00:00';
const row = { entity_id: 1, increment_id: '000000001', store_id: 1, updated_at };
const unreadable = [{ id: '9', why: 'at updated_at' }];
const listOf = (items: object[]) => ({ items, unreadable, totalCount: items.length + 1 });

describe('rows that are swept', () => {
  it('of orders are asked for by number; without store view or number by id', async () => {
    const rows = [row, { ...row, store_id: null }, { ...row, store_id: 7 }, { ...row, increment_id: null }];
    const list = sweptOrders({
      magento: { orders: { page: async () => listOf(rows) } } as never,
      stores: { codeOf: async (id) => (id === 1 ? 'default' : null) },
      published: { has: (key: string) => key === 'us/default/000000001' } as never,
      instance: 'us',
      since: 0,
    });
    const page = await list.page(window);
    expect(page.items.map(({ asked, known }) => [asked.key, known])).toEqual([
      ['us/default/000000001', true],
      ['us/1', false],
      ['us/1', false],
      ['us/1', false],
    ]);
    expect([page.unreadable, page.totalCount, list.askedOf(9)?.key]).toEqual([unreadable, 5, 'us/9']);
  });

  it('of documents make us look at their orders; one that cannot be read tells of none', async () => {
    const page = async (kind: string) => listOf([{ entity_id: 5, order_id: 3, updated_at, kind }]);
    const list = sweptDocuments('creditmemos', { magento: { documents: { page } } as never, instance: 'us' });
    const found = await list.page(window);
    expect(found.items).toMatchObject([{ entityId: 5, asked: { key: 'us/3', entityId: 3 }, seen: null }]);
    expect(list.askedOf(9)).toBeNull();
  });
});
