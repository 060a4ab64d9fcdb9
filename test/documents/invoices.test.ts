/**
 * Real: the applier's handling of an invoice, the client down to the socket. Double: the sandbox shop, whose orders are placed
 * anew for each test. Whatever fails between two calls, the next try ends with the same one invoice.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { fulfilmentsSection } from '../../services/platform/config/sections/fulfilments.ts';
import { LeaseLost } from '../../services/platform/fence.ts';
import { applyInvoice } from '../../services/shipment-applier/invoice.ts';
import { documentOf, lineOf } from '../../services/shipment-applier/testing/document.ts';
import { clientOf, placeOrder } from '../magento/shop.ts';
import { hold, unhold } from '../sandbox/shop/sales/order-state.ts';
import { invoice as invoiceByHand } from '../sandbox/shop/sales/invoice.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { faultsAt } from './faults.ts';

let shop: RunningShop;
let magento: Magento;

beforeAll(async () => {
  shop = await startShop();
  magento = clientOf(shop);
});
afterEach(() => shop.setFaults([]));
afterAll(async () => {
  await magento.close();
  await shop.close();
});

let number = 0;

/** An order of two lines, and the ERP's invoice of 2 and 1 of them. */
async function given(rules: object = {}) {
  const placed = await placeOrder(shop, [
    { sku: 'SKU-001', qty: 3 },
    { sku: 'SKU-002', qty: 1 },
  ]);
  const order = shop.shop.db.orders.get(placed.entity_id)!;
  const [first, second] = order.items.map(({ order_item_id }) => order_item_id) as [number, number];
  const document = documentOf({
    incrementId: placed.increment_id,
    documentId: `INV/${(number += 1)}`,
    kind: 'invoice',
    lines: [lineOf('SKU-001', '2.0000', { orderLineId: String(first) }), lineOf('SKU-002', '1.0000')],
  });
  const fulfilments = fulfilmentsSection.parse({
    since: '2026-01-01T00:00:00Z',
    carriers: {},
    invoices: rules,
  });
  const storeIds = { of: () => Promise.resolve(1) };
  const apply = (changes: Partial<Fulfilment> = {}, assertCurrent: () => void = () => undefined) =>
    applyInvoice(
      { ...document, ...changes },
      { number: 1, mode: 'on', assertCurrent },
      { magento, instance: 'main', fulfilments, storeIds },
    );
  const made = () => shop.shop.db.invoices.all().filter(({ order_id }) => order_id === order.entity_id);
  /** Of each invoice what it is of, and its comments. */
  const told = () =>
    [...made()].map(({ items, comments }) => [
      items
        .map(({ order_item_id, qty }) => `${qty} of ${order_item_id === first ? 'first' : 'second'}`)
        .join(),
      ...comments.map(({ comment }) => comment),
    ]);
  return {
    order,
    apply,
    told,
    marker: `ERP document ${document.documentId} [cartage:main]`,
    lines: [first, second],
  };
}

describe('an invoice of the ERP', () => {
  it('is made once, with the marker, for exactly the items it names', async () => {
    const { apply, told, marker } = await given();
    expect(await apply()).toMatchObject({ status: 'applied', cause: 'invoiced, offline' });
    expect(await apply()).toMatchObject({ status: 'unchanged', cause: 'the invoice is there' });
    expect(told()).toEqual([['2 of first,1 of second', marker]]);
    const rest = [lineOf('SKU-001', '1')];
    expect(await apply({ documentId: 'the rest', lines: rest })).toMatchObject({ status: 'applied' });
    expect(told()).toHaveLength(2);
    await expect(apply({ documentId: 'too much', lines: rest })).rejects.toThrow('invoice.more_than_left');
  });

  it.each(
    faultsAt([
      { method: 'GET', path: '/V1/orders' },
      { method: 'GET', path: '/V1/invoices\\?' },
      { method: 'POST', path: '/invoice$' },
      { method: 'GET', path: '/V1/invoices/\\d' },
    ]),
  )('is made once though there is a fault (%s) at %s', async (kind, _name, match) => {
    const { apply, told, marker } = await given();
    shop.setFaults([{ match, kind, times: 1 }]);
    await expect(apply()).rejects.toThrow();
    expect(await apply()).toMatchObject({ targetId: expect.any(String) });
    expect(told()).toEqual([['2 of first,1 of second', marker]]);
  });

  it('begins nothing when its lease is lost', async () => {
    const { apply, told } = await given();
    const lost = () => {
      throw new LeaseLost('erp.fulfilments[0]');
    };
    await expect(apply({}, lost)).rejects.toThrow(LeaseLost);
    expect(told()).toEqual([]);
  });

  it('takes over one of the same items that a person has made, once, also after a fault on the way', async () => {
    const { order, apply, told, marker, lines } = await given();
    const items = lines.map((order_item_id, index) => ({ order_item_id, qty: 2 - index }));
    invoiceByHand(shop.shop, order, { items });
    shop.setFaults([{ match: { method: 'POST', path: '/invoices/comments' }, kind: 'cut_after', times: 1 }]);
    await expect(apply()).rejects.toThrow();
    expect(await apply()).toMatchObject({ status: 'unchanged' });
    expect(told()).toEqual([['2 of first,1 of second', marker]]);
    // The same again is another invoice, of which nothing is left.
    await expect(apply({ documentId: 'another' })).rejects.toThrow('invoice.more_than_left');
  });

  it('takes over none that is of other items', async () => {
    const { order, apply, told, marker, lines } = await given();
    invoiceByHand(shop.shop, order, { items: [{ order_item_id: lines[0]!, qty: 1 }] });
    expect(await apply()).toMatchObject({ status: 'applied', cause: 'invoiced, offline' });
    expect(told()).toEqual([['1 of first'], ['2 of first,1 of second', marker]]);
  });

  it('follows the rule of the payment method', async () => {
    const none = await given({ capture: { checkmo: 'none' } });
    expect(await none.apply()).toMatchObject({
      status: 'unchanged',
      cause: expect.stringContaining('checkmo'),
    });
    expect(none.told()).toEqual([]);
    const online = await given({ capture: { checkmo: 'online' }, captureOtherwise: 'none' });
    expect(await online.apply()).toMatchObject({ status: 'applied', cause: 'invoiced, online' });
  });

  it('waits while its order is on hold, and goes on when that is over', async () => {
    const { order, apply, told } = await given();
    hold(shop.shop, order);
    await expect(apply()).rejects.toMatchObject({
      name: 'Held',
      fault: { code: 'invoice.order_state', waitsFor: `order/main/default/${order.increment_id}` },
    });
    unhold(shop.shop, order);
    expect(await apply()).toMatchObject({ status: 'applied' });
    expect(told()).toHaveLength(1);
  });
});
