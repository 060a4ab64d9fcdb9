import { describe, expect, it } from '@jest/globals';
import { Held, Rejected } from '../platform/errors.ts';
import { codesOf } from './codes.ts';

const maps = {
  payments: { checkmo: { codes: { term: 'NET14' } } },
  shipping: { flatrate_flatrate: { carrier: 'UPS', service: 'GROUND' } },
  stores: { default: {} },
};
const order = {
  store: 'default',
  paymentMethod: 'checkmo',
  shippingMethod: 'flatrate_flatrate',
  isVirtual: false,
};

describe('codesOf', () => {
  it('maps all three', () => {
    expect(codesOf(order, maps)).toEqual({
      store: {},
      payment: { term: 'NET14' },
      shipping: { carrier: 'UPS', service: 'GROUND' },
    });
  });

  it('needs no shipping for what is not shipped', () => {
    expect(codesOf({ ...order, isVirtual: true, shippingMethod: null }, maps).shipping).toBeNull();
  });

  it.each([
    [{ shippingMethod: 'dhl_express' }, 'orders.shipping: `"dhl_express": { carrier: …, service: … }`'],
    [{ store: 'b2b_en' }, 'orders.stores: `"b2b_en": {}`'],
    [{ paymentMethod: 'toString' }, 'orders.payments: `"toString": { term: … }`'],
  ])('holds %o with the line to add', (change, line) => {
    const attempt = () => codesOf({ ...order, ...change }, maps);
    expect(attempt).toThrow(Held);
    expect(attempt).toThrow(line);
  });

  it.each([
    [{ shippingMethod: 'dhl/express' }, 'configuration/orders/shipping/dhl/express'],
    [{ store: 'b2b_en' }, 'configuration/orders/stores/b2b_en'],
    [{ paymentMethod: 'paypal' }, 'configuration/orders/payments/paypal'],
  ])('says what an order held for %o waits for', (change, waitsFor) => {
    const attempt = () => codesOf({ ...order, ...change }, maps);
    expect(attempt).toThrow(expect.objectContaining({ fault: expect.objectContaining({ waitsFor }) }));
  });

  it('rejects goods without a shipping method', () => {
    const attempt = () => codesOf({ ...order, shippingMethod: null }, maps);
    expect(attempt).toThrow(Rejected);
    expect(attempt).not.toThrow(Held);
  });
});
