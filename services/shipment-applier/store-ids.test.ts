import { expect, it } from '@jest/globals';
import { CodeIds } from '../magento/code-ids.ts';
import { StoreIds } from './store-ids.ts';

it('knows the store views of the shop, and holds what is for another', async () => {
  const views = new CodeIds(() => Promise.resolve([{ id: 3, code: 'default' }]), { now: () => 0 });
  const storeIds = new StoreIds(views);
  expect(await storeIds.of('default')).toBe(3);
  await expect(storeIds.of('fr')).rejects.toMatchObject({
    name: 'Held',
    fault: { code: 'shipment.store_unknown', fix: expect.stringContaining('the shop has: default') },
  });
});
