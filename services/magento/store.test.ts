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

const websites = JSON.stringify(['admin', 'new', 'b2b'].map((code, id) => ({ id, code, name: code })));

it('calls a website that was renamed by the code that keys of customers are made of, where those are meant', async () => {
  const kept = (codes: Record<string, string>, websiteCodes = {}) => {
    const keptCodes = (coded: string) => (coded === 'website' ? codes : {});
    return createStore(cannedShop(answer(200, websites), answer(200, websites)).rest, {
      keptCodes,
      websiteCodes,
    });
  };
  const codes = async (found: Promise<{ code: string }[]>) => (await found).map(({ code }) => code);
  expect(await codes(kept({ 1: 'base' }).websites())).toEqual(['admin', 'new', 'b2b']);
  expect(await codes(kept({ 1: 'base' }).customerWebsites())).toEqual(['admin', 'base', 'b2b']);
  const changed = { 1: 'b2b', 2: 'new' };
  await expect(kept(changed).customerWebsites()).rejects.toMatchObject({
    fault: { code: 'magento.website_open' },
  });
  expect(await codes(kept(changed, { 1: 'b2b', 2: 'new' }).customerWebsites())).toEqual([
    'admin',
    'b2b',
    'new',
  ]);
  await expect(kept({ 1: 'b2b' }, { 1: 'b2b' }).customerWebsites()).rejects.toMatchObject({
    fault: { code: 'magento.website_codes' },
  });
});
