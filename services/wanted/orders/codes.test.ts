import { describe, expect, it } from '@jest/globals';
import { Held, Rejected } from '../../platform/errors.ts';
import { codesOf } from './codes.ts';

const maps = {
  payments: { checkmo: { codes: { term: 'NET14' } } },
  shipping: { flatrate_flatrate: { carrier: 'UPS', service: 'GROUND' } },
  stores: { default: {} },
  taxes: { 'DE-*-Rate 1': { key: 'V19' } },
  statuses: { pending: { step: 1 } },
};
const order = {
  store: 'default',
  storeId: 3,
  paymentMethod: 'checkmo',
  shippingMethod: 'flatrate_flatrate',
  isVirtual: false,
  status: 'pending',
  taxes: [{ code: 'DE-*-Rate 1', title: null, percent: '19.0000', amountMinor: 190, baseAmountMinor: 190 }],
};

describe('codesOf', () => {
  it('maps all of them', () => {
    expect(codesOf(order, maps)).toEqual({
      store: {},
      payment: { term: 'NET14' },
      shipping: { carrier: 'UPS', service: 'GROUND' },
      taxes: { 'DE-*-Rate 1': { key: 'V19' } },
      status: { step: 1 },
    });
  });

  it('holds nothing for rates and statuses where they are not mapped at all', () => {
    const { payments, shipping, stores } = maps;
    const found = codesOf({ ...order, status: 'custom' }, { payments, shipping, stores });
    expect(found).toMatchObject({ taxes: {}, status: {} });
  });

  it('needs no shipping for what is not shipped', () => {
    expect(codesOf({ ...order, isVirtual: true, shippingMethod: null }, maps).shipping).toBeNull();
  });

  it.each([
    [
      { shippingMethod: 'dhl_express' },
      'orders.shipping: `"dhl_express": { carrier: …, service: … }`',
      'order.shipping_unmapped',
    ],
    [{ store: 'b2b_en' }, 'orders.stores: `"b2b_en": {}`', 'order.store_unmapped'],
    [{ paymentMethod: 'toString' }, 'orders.payments: `"toString": { term: … }`', 'order.payment_unmapped'],
    [{ status: 'picking' }, 'orders.statuses: `"picking": { step: … }`', 'order.status_unmapped'],
    [
      { taxes: [{ ...order.taxes[0]!, code: 'AT' }] },
      'orders.taxes: `"AT": { key: … }`',
      'order.tax_unmapped',
    ],
  ])('holds %o with the line to add', (change, line, code) => {
    const attempt = () => codesOf({ ...order, ...change }, maps);
    expect(attempt).toThrow(Held);
    expect(attempt).toThrow(line);
    expect(attempt).toThrow(code);
  });

  it.each([
    [{ shippingMethod: 'dhl/express' }, 'configuration/orders/shipping/dhl/express'],
    [{ store: 'b2b_en' }, 'configuration/orders/stores/b2b_en'],
    [{ paymentMethod: 'paypal' }, 'configuration/orders/payments/paypal'],
  ])('says what an order held for %o waits for', (change, waitsFor) => {
    const attempt = () => codesOf({ ...order, ...change }, maps);
    expect(attempt).toThrow(expect.objectContaining({ fault: expect.objectContaining({ waitsFor }) }));
  });

  it('warns of a store view that was only given another code: its orders would be booked again', () => {
    const attempt = () => codesOf({ ...order, store: 'renamed' }, maps);
    expect(attempt).toThrow('magento.storeCodes: { 3: OLD }');
  });

  it('rejects goods without a shipping method', () => {
    const attempt = () => codesOf({ ...order, shippingMethod: null }, maps);
    expect(attempt).toThrow(Rejected);
    expect(attempt).toThrow('order.shipping_missing');
    expect(attempt).not.toThrow(Held);
  });
});
