import { expect, it } from '@jest/globals';
import type { Order } from '../../schemas/types.ts';
import { sampleOrder } from '../erp/recipe/samples.ts';
import { mappingChange, unmappedOf } from './mapping.ts';
import type { Maps } from './mapping.ts';

const payment = (term: string, dueFrom: 'new' | 'processing' = 'new') => ({
  dueFrom: [dueFrom],
  paid: false,
  codes: { term },
});
const maps = (own: Partial<Maps>): Maps => ({
  stores: { default: {} },
  payments: { checkmo: payment('30') },
  shipping: { flatrate: { carrier: 'UPS' } },
  ...own,
});
const order: Order = {
  ...sampleOrder(2),
  store: 'default',
  paymentMethod: 'checkmo',
  shippingMethod: 'flatrate',
  isVirtual: false,
  status: 'pending',
};

it('names every code that has no line; a map that is left out holds nothing', () => {
  expect(unmappedOf(order, maps({}))).toEqual([]);
  expect(unmappedOf(order, maps({ shipping: {}, statuses: {} }))).toEqual([
    { where: 'orders.shipping', code: 'flatrate' },
    { where: 'orders.statuses', code: 'pending' },
  ]);
  expect(unmappedOf({ ...order, isVirtual: true }, maps({ shipping: {} }))).toEqual([]);
  // A name that every object has is no line.
  expect(unmappedOf({ ...order, paymentMethod: 'toString' }, maps({}))).toHaveLength(1);
});

it('tells what would be held, what released, and of which the ERP would be told otherwise', () => {
  const change = (now: Maps, then: Maps) => mappingChange('main/default/1', order, now, then);
  expect(change(maps({}), maps({}))).toBeNull();
  expect(change(maps({}), maps({ shipping: {} }))).toMatchObject({
    held: [{ where: 'orders.shipping', code: 'flatrate' }],
    released: [],
    changed: [],
  });
  expect(change(maps({ payments: {} }), maps({}))).toMatchObject({
    released: [{ where: 'orders.payments', code: 'checkmo' }],
    changed: [],
  });
  expect(change(maps({}), maps({ payments: { checkmo: payment('60') } }))?.changed).toEqual([
    'orders.payments',
  ]);
  const later = maps({ payments: { checkmo: payment('30', 'processing') } });
  expect(change(maps({}), later)?.changed).toEqual(['orders.payments']);
});
