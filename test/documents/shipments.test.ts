/**
 * Real: the applier's handling of a parcel, the client down to the socket. Double: the sandbox shop, whose orders are placed
 * anew for each test. What a person has shipped in the shop is not shipped again.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Magento } from '../../services/magento/magento.ts';
import { applyFulfilment } from '../../services/shipment-applier/fulfilment.ts';
import { documentOf, lineOf } from '../../services/shipment-applier/testing/document.ts';
import { clientOf, placeOrder } from '../magento/shop.ts';
import { ship } from '../sandbox/shop/sales/ship.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { optionsWith } from './options.ts';

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

const track = (track_number: string) => ({ track_number, title: 'UPS', carrier_code: 'ups' });

/** An order of five, and the ERP's parcel of two of them with its numbers. */
async function given(...numbers: string[]) {
  const placed = await placeOrder(shop, [{ sku: 'SKU-003', qty: 5 }]);
  const order = shop.shop.db.orders.get(placed.entity_id)!;
  const document = documentOf({
    incrementId: placed.increment_id,
    documentId: `OUT/${placed.increment_id}`,
    source: 'W1',
    lines: [lineOf('SKU-003', '2.0000')],
    packages: numbers.map((trackingNumber) => ({ carrier: 'UPS', service: null, trackingNumber })),
  });
  const options = optionsWith(magento, { UPS: { code: 'ups', title: 'UPS' } });
  const apply = () =>
    applyFulfilment(
      { document, publishedAt: 0 },
      { number: 1, mode: 'on', assertCurrent: () => undefined },
      options,
    );
  const byHand = (qty: number, ...tracks: string[]) =>
    ship(shop.shop, order, {
      items: [{ order_item_id: order.items[0]!.order_item_id, qty }],
      notify: false,
      comment: null,
      tracks: tracks.map(track),
      sourceCode: 'default',
    });
  /** Of each shipment how many it is of, its numbers and its comments. */
  const told = () =>
    [...shop.shop.db.shipments.all()]
      .filter(({ order_id }) => order_id === order.entity_id)
      .map(({ items, tracks, comments }) => [
        items[0]!.qty,
        tracks.map(({ track_number }) => track_number).join(),
        comments.map(({ comment }) => comment).join(),
      ]);
  return { apply, byHand, told, marker: `ERP document OUT/${placed.increment_id} [cartage:main]` };
}

it('a parcel of the same items is taken over, and gets the numbers that it lacks', async () => {
  const { apply, byHand, told, marker } = await given('T1', 'T2');
  byHand(2, 'T1');
  expect(await apply()).toMatchObject({
    status: 'applied',
    cause: expect.stringContaining('added the tracking numbers T2'),
  });
  expect(await apply()).toMatchObject({ status: 'unchanged' });
  expect(told()).toEqual([[2, 'T1,T2', marker]]);
});

it.each<[string, number, string[]]>([
  ['of other items', 1, []],
  ['under another number', 2, ['X9']],
])('one %s is not', async (_name, qty, tracks) => {
  const { apply, byHand, told, marker } = await given('T1');
  byHand(qty, ...tracks);
  expect(await apply()).toMatchObject({ status: 'applied', cause: 'shipped from default' });
  expect(told()).toEqual([
    [qty, tracks.join(), ''],
    [2, 'T1', marker],
  ]);
});
