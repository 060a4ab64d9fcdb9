/** What a credit memo does to stock and state, as recorded of the real shop in other files than the replayed ones (FACTS sections 5, 14). */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { seedRecordedShop } from '../../../fidelity/seed.ts';
import { startShop } from '../index.ts';
import type { RunningShop } from '../index.ts';
import { reserved, sourceItem } from '../inventory/stock.ts';
import type { Json } from '../rest/json.ts';
import type { OrderRow } from '../state/sales-rows.ts';
import { addToCart, createCart, emptyAddress } from './cart.ts';
import { invoice } from './invoice.ts';
import { placeOrder } from './place-order.ts';
import { refund } from './refund.ts';
import { ship } from './ship.ts';

let running: RunningShop;
beforeAll(async () => {
  running = await startShop({ seed: seedRecordedShop });
});
afterAll(() => running.close());

const sku = 'CFG-1-RED';
const red: Json = {
  extension_attributes: { configurable_item_options: [{ option_id: '137', option_value: 4 }] },
};
let order: OrderRow;
/** The line of three shirts, and the variant. */
let line: number;
let variant: number;

beforeEach(() => {
  const { shop } = running;
  shop.db.sourceItems.save({ sku, source_code: 'default', quantity: 20, status: 1 });
  const cart = createCart(shop, 1);
  addToCart(shop, cart, 'CFG-1', 3, red);
  const address = { ...emptyAddress(shop), country_id: 'US', region_code: 'IL' };
  cart.shipping_address = address;
  cart.shipping_method = 'flatrate_flatrate';
  const placement = { email: 'a@example.com', paymentMethod: 'checkmo', billingAddress: address };
  order = placeOrder(shop, cart, placement);
  [line, variant] = order.items.map(({ order_item_id }) => order_item_id) as [number, number];
  invoice(shop, order, { items: [] });
});

const payBack = (qty: number, returnToStock: number[], shippingAmount = 0) =>
  refund(running.shop, order, {
    items: [{ order_item_id: line, qty }],
    shippingAmount,
    adjustmentPositive: null,
    adjustmentNegative: null,
    returnToStock,
  });
const send = () =>
  ship(running.shop, order, { items: [], notify: false, comment: null, tracks: [], sourceCode: 'default' });
/** At the source. */
const stock = () => sourceItem(running.shop.db, 'default', sku)!.quantity;

it('of what was shipped goes back to where it left, by the line or by its variant, and else not', () => {
  send();
  expect(stock()).toBe(17);
  payBack(1, [line]);
  payBack(1, [variant]);
  expect(stock()).toBe(19);
  payBack(1, []);
  expect([stock(), order.items.map(({ qty_refunded }) => qty_refunded)]).toEqual([19, [3, 3]]);
  // The shipping is not paid back.
  expect(order.state).toBe('complete');
});

it('of what was not shipped dissolves the reservation, and takes it from the first source where nothing comes back', () => {
  const before = reserved(running.shop.db, sku, 1);
  payBack(1, [line]);
  expect([stock(), reserved(running.shop.db, sku, 1) - before]).toEqual([20, 1]);
  payBack(1, []);
  expect([stock(), reserved(running.shop.db, sku, 1) - before]).toEqual([19, 2]);
});

it('closes an order of which all is paid back', () => {
  payBack(3, [line], order.shipping_amount);
  expect(order.state).toBe('closed');
});

it('is refused for the variant, and for a line that is not paid back', () => {
  const wrong = (items: { order_item_id: number; qty: number }[], returnToStock: number[]) => () =>
    refund(running.shop, order, {
      items,
      shippingAmount: 0,
      adjustmentPositive: null,
      adjustmentNegative: null,
      returnToStock,
    });
  expect(wrong([{ order_item_id: variant, qty: 1 }], [])).toThrow('incorrect product items');
  expect(wrong([{ order_item_id: line, qty: 1 }], [999])).toThrow('is not part of the current creditmemo');
});
