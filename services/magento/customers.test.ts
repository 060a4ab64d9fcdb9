import { describe, expect, it } from '@jest/globals';
import { createCustomers } from './customers.ts';
import { createDocuments } from './documents.ts';
import { isMarker, markerOf } from './marker.ts';
import { createOrderComments } from './order-comments.ts';
import { answer, cannedShop } from './testing/canned-shop.ts';

const customer = {
  id: 7,
  website_id: 1,
  updated_at: '2026-03-01 12:00:00',
  group_id: 1,
  created_at: '2026-01-01 12:00:00',
  email: 'jane@example.com',
  addresses: [{ id: 1, street: ['1 Main St'], region: [], default_billing: true }],
};
const rows = (...items: object[]) => answer(200, JSON.stringify({ items, total_count: items.length }));
const absent = answer(404, JSON.stringify({ message: 'No such entity.' }));
/** Of a call: field, condition, value of each filter. */
const filtersOf = (query: Record<string, string>) => {
  const at = (group: number) => `searchCriteria[filter_groups][${group}][filters][0]`;
  const groups = [0, 1, 2, 3].filter((group) => `${at(group)}[field]` in query);
  return groups.map((group) =>
    ['field', 'condition_type', 'value'].map((part) => query[`${at(group)}[${part}]`]).join(' '),
  );
};

describe('customers', () => {
  it('are swept by what is needed of them, and read whole by their ids', async () => {
    const shop = cannedShop(
      rows({ id: 7, updated_at: '2026-03-01 12:00:00' }),
      rows(customer),
      rows(customer),
    );
    const customers = createCustomers(shop.rest);
    const window = { updatedFrom: '2026-03-01 00:00:00', updatedTo: '2026-03-02 00:00:00', pageSize: 10 };
    // One whose website was deleted belongs to the admin's.
    expect(await customers.page(window)).toMatchObject({ items: [{ id: 7, website_id: 0 }], totalCount: 1 });
    expect(shop.query(0)).toMatchObject({
      fields: expect.stringContaining('website_id'),
      'searchCriteria[pageSize]': '10',
    });
    expect((await customers.wholePage({ afterEntityId: 6, pageSize: 5 })).items).toMatchObject([
      {
        id: 7,
        email: 'jane@example.com',
        store_id: null,
        addresses: [{ street: ['1 Main St'], default_billing: true, default_shipping: false }],
      },
    ]);
    expect(filtersOf(shop.query(1))).toEqual(['entity_id gt 6']);
    expect(await customers.byIds([7, 8])).toMatchObject({ items: [{ id: 7 }], unreadable: [] });
    expect(filtersOf(shop.query(2))).toEqual(['entity_id in 7,8']);
  });

  it('are null one by one only where the shop says so, and a named fault where they cannot be read', async () => {
    const shop = cannedShop(
      answer(200, JSON.stringify(customer)),
      absent,
      answer(200, JSON.stringify({ ...customer, email: null })),
    );
    const customers = createCustomers(shop.rest);
    expect(await customers.byId(7)).toMatchObject({ id: 7 });
    expect(shop.calls[0]!.path).toBe('/rest/V1/customers/7');
    expect(await customers.byId(8)).toBeNull();
    await expect(customers.byId(7)).rejects.toMatchObject({ fault: { code: 'magento.row_unreadable' } });
  });

  it('are of groups, none of which may be missing', async () => {
    const shop = cannedShop(
      rows({ id: 0, code: 'NOT LOGGED IN' }, { id: 1, code: 'General' }),
      rows({ id: 1, code: null }),
    );
    const customers = createCustomers(shop.rest);
    expect(await customers.groups()).toEqual([
      { id: 0, code: 'NOT LOGGED IN' },
      { id: 1, code: 'General' },
    ]);
    await expect(customers.groups()).rejects.toMatchObject({ fault: { code: 'magento.row_unreadable' } });
  });
});

it('documents are swept by what names their order', async () => {
  const shop = cannedShop(rows({ entity_id: 3, order_id: 12, updated_at: '2026-03-01 12:00:00' }));
  const window = {
    updatedFrom: '2026-03-01 00:00:00',
    updatedTo: '2026-03-02 00:00:00',
    pageSize: 10,
    upToEntityId: 9,
  };
  const found = await createDocuments(shop.rest).page('invoices', window);
  expect(found.items).toEqual([{ entity_id: 3, order_id: 12, updated_at: '2026-03-01 12:00:00' }]);
  expect(shop.calls[0]!.path).toMatch(/^\/rest\/V1\/invoices\?/);
  expect(filtersOf(shop.query(0))[2]).toBe('entity_id lteq 9');
});

it('comments of an order are read, and added so that no customer hears of them and the status stays', async () => {
  const shop = cannedShop(
    answer(200, '{"items":[{"comment":"a"},{"comment":null}]}'),
    answer(200, 'true'),
    answer(200, 'false'),
  );
  const comments = createOrderComments(shop.rest);
  expect(await comments.ofOrder(12)).toEqual(['a', null]);
  await comments.add(12, { text: 'b', status: 'processing' });
  expect([shop.calls[1]!.method, shop.calls[1]!.path]).toEqual(['POST', '/rest/V1/orders/12/comments']);
  expect(shop.body(1)).toEqual({
    statusHistory: { comment: 'b', status: 'processing', is_customer_notified: 0, is_visible_on_front: 0 },
  });
  await expect(comments.add(12, { text: 'b', status: 'processing' })).rejects.toMatchObject({
    fault: { code: 'magento.unexpected_shape' },
  });
});

it('a marker is found again though somebody has left spaces around it, and not within other words', () => {
  const marker = markerOf('us', 'document', 'OUT/1');
  expect(marker).toBe('ERP document OUT/1 [cartage:us]');
  expect([` ${marker}\n`, `${marker} x`, null].map((comment) => isMarker(comment, marker))).toEqual([
    true,
    false,
    false,
  ]);
});
