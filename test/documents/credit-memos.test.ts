/**
 * Real: the applier's handling of a credit memo, the client down to the socket. Double: the sandbox shop, whose orders are
 * placed anew for each test. Whatever fails between two calls, the money is paid back once.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { DocumentAmounts, Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { fulfilmentsSection } from '../../services/platform/config/sections/fulfilments.ts';
import { LeaseLost } from '../../services/platform/fence.ts';
import { applyCreditMemo } from '../../services/shipment-applier/credit-memo.ts';
import { documentOf, lineOf } from '../../services/shipment-applier/testing/document.ts';
import { clientOf, placeOrder } from '../magento/shop.ts';
import { invoice } from '../sandbox/shop/sales/invoice.ts';
import { hold } from '../sandbox/shop/sales/order-state.ts';
import { refund } from '../sandbox/shop/sales/refund.ts';
import { ship } from '../sandbox/shop/sales/ship.ts';
import { sourceItem } from '../sandbox/shop/inventory/stock.ts';
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
const amounts = (minor: Partial<DocumentAmounts> = {}): DocumentAmounts => ({
  currency: 'USD',
  totalMinor: null,
  shippingMinor: null,
  adjustmentRefundMinor: null,
  adjustmentFeeMinor: null,
  ...minor,
});
const money = { shippingAmount: 0, adjustmentPositive: null, adjustmentNegative: null, returnToStock: [] };

/** Half of the shipping was paid. */
const halved = {
  base_shipping_amount: '4.99',
  base_shipping_incl_tax: '4.99',
  base_shipping_discount_amount: '2.49',
};
const ordersWith = (shipping: object): Magento['orders'] => ({
  ...magento.orders,
  inBrief: async (...asked) => {
    const rows = await magento.orders.inBrief(...asked);
    return { ...rows, items: rows.items.map((row) => ({ ...row, ...shipping })) };
  },
});

/** An order of 3 and 1, invoiced unless told otherwise, and the ERP's credit memo of 2 of the first, which come back. */
async function given({ rules = {}, isInvoiced = true, method = 'checkmo', orders = magento.orders } = {}) {
  const placed = await placeOrder(shop, [
    { sku: 'SKU-001', qty: 3 },
    { sku: 'SKU-002', qty: 1 },
  ]);
  const order = shop.shop.db.orders.get(placed.entity_id)!;
  order.payment_method = method;
  const [first, second] = order.items.map(({ order_item_id }) => order_item_id) as [number, number];
  if (isInvoiced) invoice(shop.shop, order, { items: [] });
  const document = documentOf({
    incrementId: placed.increment_id,
    documentId: `RF/${(number += 1)}`,
    kind: 'creditmemo',
    lines: [lineOf('SKU-001', '2.0000', { returnToStock: true })],
  });
  const asked: string[] = [];
  const apply = (changes: Partial<Fulfilment> = {}, assertCurrent: () => void = () => undefined) =>
    applyCreditMemo(
      { ...document, ...changes },
      { number: 1, mode: 'on', assertCurrent },
      {
        magento: { ...magento, orders },
        instance: 'main',
        fulfilments: fulfilmentsSection.parse({
          since: '2026-01-01T00:00:00Z',
          carriers: {},
          creditMemos: rules,
        }),
        stock: { sources: { W1: 'default', W2: 'wh_east' } },
        storeIds: { of: () => Promise.resolve(1) },
        requestRefresh: async (topic, keys, reason) => {
          await turn();
          asked.push(`${topic} ${keys.join()} ${reason}`);
        },
      },
    );
  /** Of each credit memo what it is of, its shipping and adjustments, and its comments. */
  const told = () =>
    [...shop.shop.db.creditMemos.all()]
      .filter(({ order_id }) => order_id === order.entity_id)
      .map(({ items, comments, shipping_amount, adjustment_positive, adjustment_negative }) => [
        ...items.map(({ order_item_id, qty }) => `${qty} of ${order_item_id === first ? 'first' : 'second'}`),
        `${shipping_amount} ${adjustment_positive ?? 0} ${adjustment_negative ?? 0}`,
        ...comments.map(({ comment }) => comment),
      ]);
  const marker = `ERP document ${document.documentId} [cartage:main]`;
  return { order, document, apply, told, asked, marker, first, second };
}

const stockAsked = ['erp.stock W1/SKU-001 paid back', 'erp.stock W2/SKU-001 paid back'];

describe('a credit memo of the ERP', () => {
  it('is made once, of the items and no shipping, with the marker, and the stock is asked for each time', async () => {
    const { apply, told, asked, marker } = await given();
    expect(await apply()).toMatchObject({ status: 'applied', cause: 'paid back, offline' });
    expect(asked).toEqual(stockAsked);
    expect(await apply()).toMatchObject({ status: 'unchanged', cause: 'the credit memo is there' });
    expect(asked).toEqual([...stockAsked, ...stockAsked]);
    expect(told()).toEqual([['2 of first', '0 0 0', marker]]);
  });

  it('gives back to stock what the ERP says, and nothing else', async () => {
    const { order, apply, first, second } = await given();
    ship(shop.shop, order, {
      items: [],
      notify: false,
      comment: null,
      tracks: [],
      sourceCode: 'default',
    });
    const stock = (sku: string) => sourceItem(shop.shop.db, 'default', sku)!.quantity;
    const before = [stock('SKU-001'), stock('SKU-002')];
    const lines = [
      lineOf('SKU-001', '2', { orderLineId: String(first), returnToStock: true }),
      lineOf('SKU-002', '1', { orderLineId: String(second) }),
    ];
    await apply({ lines });
    expect([stock('SKU-001'), stock('SKU-002')]).toEqual([before[0]! + 2, before[1]]);
  });

  it('pays back shipping and adjustments as told, and of amounts alone no item', async () => {
    const { apply, told, marker } = await given();
    const some = amounts({ shippingMinor: 500, adjustmentRefundMinor: 150, adjustmentFeeMinor: 25 });
    await apply({ amounts: some });
    const documentId = 'goodwill';
    await apply({ documentId, lines: [], amounts: amounts({ adjustmentRefundMinor: 100 }) });
    expect(told()).toEqual([
      ['2 of first', '5 1.5 0.25', marker],
      ['0 1 0', 'ERP document goodwill [cartage:main]'],
    ]);
  });

  it('pays a discounted shipping back in two halves, of which the second is what is left', async () => {
    const { apply, told } = await given({ orders: ordersWith(halved) });
    const half = { lines: [], amounts: amounts({ shippingMinor: 125 }) };
    await apply({ ...half, documentId: 'one half' });
    await apply({ ...half, documentId: 'other half' });
    expect(await apply({ ...half, documentId: 'other half' })).toMatchObject({ status: 'unchanged' });
    expect(told().map(([first]) => first)).toEqual(['2.5 0 0', '2.49 0 0']);
  });

  it.each([
    ['listed', 'paid', '1.25', halved],
    [
      'listed',
      'paid',
      '1.25',
      { ...halved, base_shipping_incl_tax: '5.94', base_shipping_tax_amount: '0.95' },
    ],
    ['paid', 'listed', '2.5', halved],
  ])(
    'that was made of shipping as it is %s is left alone once that counts as %s: %s, %j',
    async (before, now, made, order) => {
      const rules = { shipping: before };
      const { apply, told } = await given({ orders: ordersWith(order), rules });
      const part = { lines: [], amounts: amounts({ shippingMinor: 125 }) };
      expect(await apply(part)).toMatchObject({ status: 'applied' });
      rules.shipping = now;
      expect(await apply(part)).toMatchObject({ status: 'unchanged' });
      expect(told().map(([first]) => first)).toEqual([`${made} 0 0`]);
      const other = { ...part, amounts: amounts({ shippingMinor: 200 }) };
      await expect(apply(other)).rejects.toThrow('creditmemo.differs');
    },
  );

  it('is compared to the cent with what the ERP reckons, and a difference is told each time', async () => {
    const { order, apply, told } = await given();
    const item = order.items[0]!;
    const cents = Math.round((item.price * 2 + (item.tax_amount * 2) / 3) * 100);
    expect(await apply({ amounts: amounts({ totalMinor: cents }) })).toMatchObject({ status: 'applied' });
    const more = { amounts: amounts({ totalMinor: cents + 1 }) };
    await expect(apply(more)).rejects.toMatchObject({
      fault: { code: 'creditmemo.differs', what: expect.stringContaining('a total of') },
    });
    expect(told()).toHaveLength(1);
  });

  it('has the stock asked for also where the shop does not show it yet', async () => {
    const { apply, asked } = await given();
    shop.setFaults([
      { match: { method: 'GET', path: '/V1/creditmemo/\\d' }, kind: 'status', status: 404, times: 1 },
    ]);
    await apply().catch(() => undefined);
    expect(asked).toEqual(stockAsked);
  });

  it.each(
    faultsAt([
      { method: 'GET', path: '/V1/orders' },
      { method: 'GET', path: '/V1/creditmemos\\?' },
      { method: 'POST', path: '/refund$' },
      { method: 'GET', path: '/V1/creditmemo/\\d' },
    ]),
  )('is made once though there is a fault (%s) at %s', async (kind, _name, match) => {
    const { apply, told, marker } = await given();
    shop.setFaults([{ match, kind, times: 1 }]);
    await expect(apply()).rejects.toThrow();
    expect(await apply()).toMatchObject({ targetId: expect.any(String) });
    expect(told()).toEqual([['2 of first', '0 0 0', marker]]);
  });

  it('begins nothing when its lease is lost', async () => {
    const { apply, told } = await given();
    const lost = () => {
      throw new LeaseLost('erp.fulfilments[0]');
    };
    await expect(apply({}, lost)).rejects.toThrow(LeaseLost);
    expect(told()).toEqual([]);
  });

  it('takes over one of the same items and amounts that a person has made, once', async () => {
    const { order, apply, told, asked, marker, first } = await given();
    refund(shop.shop, order, { items: [{ order_item_id: first, qty: 2 }], ...money });
    const withShipping = { documentId: 'other', amounts: amounts({ shippingMinor: 500 }) };
    await expect(apply(withShipping)).rejects.toThrow('creditmemo.more_than_left');
    shop.setFaults([{ match: { method: 'POST', path: '/comments' }, kind: 'cut_after', times: 1 }]);
    await expect(apply()).rejects.toThrow();
    expect(await apply()).toMatchObject({ status: 'unchanged' });
    expect(told()).toEqual([['2 of first', '0 0 0', marker]]);
    expect(asked).toEqual(stockAsked);
    await expect(apply({ documentId: 'another' })).rejects.toThrow('creditmemo.more_than_left');
  });

  it('is held until its order is invoiced, and for good where it pays back more than was ordered', async () => {
    const { order, apply, told } = await given({ isInvoiced: false });
    await expect(apply()).rejects.toMatchObject({
      name: 'Held',
      fault: { code: 'creditmemo.not_invoiced', waitsFor: `invoice/main/default/${order.increment_id}` },
    });
    const tooMuch = [lineOf('SKU-001', '4')];
    await expect(apply({ lines: tooMuch })).rejects.toThrow('creditmemo.more_than_left');
    invoice(shop.shop, order, { items: [] });
    expect(await apply()).toMatchObject({ status: 'applied' });
    await expect(apply({ documentId: 'again' })).rejects.toThrow('creditmemo.more_than_left');
    expect(told()).toHaveLength(1);
  });

  it.each<[string, Partial<Fulfilment>]>([
    ['line_unknown', { lines: [lineOf('NONE', '1')] }],
    ['fraction', { lines: [lineOf('SKU-001', '0.5')] }],
    ['quantity', { lines: [lineOf('SKU-001', '0')] }],
    ['empty', { lines: [] }],
    ['shipping', { amounts: amounts({ shippingMinor: 999_999 }) }],
    ['more_than_paid', { amounts: amounts({ totalMinor: 999_999 }) }],
    ['currency', { amounts: { ...amounts(), currency: 'EUR' } }],
    ['partly_returned', { lines: [lineOf('SKU-001', '1', { returnToStock: true }), lineOf('SKU-001', '1')] }],
  ])('is refused before the call: %s', async (code, changes) => {
    const { apply, told } = await given();
    const before = shop.shop.journal.since().length;
    await expect(apply(changes)).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: `creditmemo.${code}` },
    });
    expect(told()).toEqual([]);
    expect(shop.shop.journal.since()).toHaveLength(before);
  });

  it('is held while its order is on hold', async () => {
    const { order, apply } = await given();
    hold(shop.shop, order);
    await expect(apply()).rejects.toMatchObject({ name: 'Held', fault: { code: 'creditmemo.order_state' } });
  });

  it('follows the rule of the payment method: none, and by the gateway of the invoice that holds it', async () => {
    const none = await given({ rules: { refund: { checkmo: 'none' } } });
    expect(await none.apply()).toMatchObject({
      status: 'unchanged',
      cause: expect.stringContaining('checkmo'),
    });
    expect(none.told()).toEqual([]);
    const online = await given({
      rules: { refundOtherwise: 'online' },
      method: 'sandbox_card',
      isInvoiced: false,
    });
    invoice(shop.shop, online.order, { items: [{ order_item_id: online.first, qty: 1 }] });
    const comment = { comment: 'ERP document INV/9 [cartage:main]', is_visible_on_front: 0 };
    const { entity_id } = invoice(shop.shop, online.order, {
      items: [{ order_item_id: online.first, qty: 2 }],
      comment,
    });
    await expect(online.apply({ invoiceId: 'INV/8' })).rejects.toMatchObject({
      name: 'Held',
      fault: { code: 'creditmemo.invoice_unknown' },
    });
    expect(await online.apply({ invoiceId: 'INV/9' })).toMatchObject({ cause: 'paid back, online' });
    expect(shop.shop.db.creditMemos.all().at(-1)?.invoice_id).toBe(entity_id);
    expect(online.told()).toEqual([['2 of first', '0 0 0', online.marker]]);
  });
});
