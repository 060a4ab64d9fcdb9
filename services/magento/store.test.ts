import { expect, it } from '@jest/globals';
import { createStore } from './store.ts';
import { answer, cannedShop } from './testing/canned-shop.ts';

const views = JSON.stringify(
  ['admin', 'shop_de', 'fr'].map((code, id) => ({ id, code, website_id: 1, store_group_id: 1 })),
);

it('calls a store view that was renamed by the code that keys were made of', async () => {
  const store = createStore(cannedShop(answer(200, views)).rest, { storeCodes: { 1: 'default' } });
  expect((await store.views()).map(({ id, code }) => [id, code])).toEqual([
    [0, 'admin'],
    [1, 'default'],
    [2, 'fr'],
  ]);
});

it('lets no two store views have one code', async () => {
  const store = createStore(cannedShop(answer(200, views)).rest, { storeCodes: { 1: 'fr' } });
  await expect(store.views()).rejects.toMatchObject({ fault: { code: 'magento.store_codes' } });
});
