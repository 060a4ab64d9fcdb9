/**
 * Real: the applier's handling of documents that the ERP takes back, the client down to the socket. Double: the sandbox
 * shop. Whatever was made stays, and is told to a person.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { applyFulfilment } from '../../services/shipment-applier/fulfilment.ts';
import { documentOf, lineOf } from '../../services/shipment-applier/testing/document.ts';
import { clientOf, placeOrder } from '../magento/shop.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { optionsWith } from './options.ts';
import { standingOf } from './standing.ts';

let shop: RunningShop;
let magento: Magento;

beforeAll(async () => {
  shop = await startShop();
  magento = clientOf(shop);
});
afterAll(async () => {
  await magento.close();
  await shop.close();
});

async function given() {
  const placed = await placeOrder(shop, [{ sku: 'SKU-001', qty: 3 }]);
  const order = shop.shop.db.orders.get(placed.entity_id)!;
  const options = optionsWith(magento);
  const apply = (kind: string, changes: Partial<Fulfilment> = {}) =>
    applyFulfilment(
      {
        document: documentOf({
          incrementId: placed.increment_id,
          documentId: `${kind}/1`,
          kind,
          source: 'W1',
          lines: [lineOf('SKU-001', '2')],
          ...changes,
        }),
        publishedAt: 0,
      },
      { number: 1, mode: 'on', assertCurrent: () => undefined },
      options,
    );
  return { apply, standing: () => standingOf(shop.shop, order) };
}

it('a shipment, an invoice, a credit memo that the ERP takes back stay, each is told, and none is made again as it comes back', async () => {
  const { apply, standing } = await given();
  const kinds = ['shipment', 'invoice', 'creditmemo'];
  for (const kind of kinds)
    expect(await apply(kind, { withdrawn: true })).toMatchObject({ status: 'unchanged' });
  for (const kind of kinds) expect(await apply(kind)).toMatchObject({ status: 'applied' });
  const made = standing();
  expect(made.documents.map(({ kind }) => kind)).toEqual(kinds);
  for (const kind of kinds)
    await expect(apply(kind, { withdrawn: true })).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: `${kind}.withdrawn`, what: expect.stringContaining(`${kind}/1`) },
    });
  for (const kind of kinds) expect(await apply(kind)).toMatchObject({ status: 'unchanged' });
  expect(standing()).toEqual(made);
});

it('what is taken back before its order is there asks for nothing any more', async () => {
  const { apply } = await given();
  expect(await apply('invoice', { incrementId: 'none', withdrawn: true })).toMatchObject({
    status: 'unchanged',
  });
  await expect(apply('invoice', { incrementId: 'none' })).rejects.toThrow('shipment.order_unknown');
});
