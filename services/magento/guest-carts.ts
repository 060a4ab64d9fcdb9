import { z } from 'zod';
import type { Rest } from './rest/rest.ts';
import { integer } from './shapes.ts';

export interface GuestOrder {
  /** Code of the store view in which it is placed. */
  store: string;
  sku: string;
  email: string;
  /** As Magento takes one. */
  address: Readonly<Record<string, unknown>>;
  carrierCode: string;
  methodCode: string;
  paymentMethod: string;
}

/** Orders of guests, as a storefront places them. The calls are anonymous: they need no right (FACTS section 3). */
export interface GuestCarts {
  /** An empty one. @returns its id */
  open(store: string): Promise<string>;
  /** One piece more. @throws Rejected while the shop does not sell it */
  add(cart: string, order: Pick<GuestOrder, 'store' | 'sku'>): Promise<void>;
  /**
   * Makes an order of it. Not to be repeated where the outcome is unknown: it may have been placed.
   * @returns its entity id
   */
  place(cart: string, order: GuestOrder): Promise<number>;
}

export function createGuestCarts(rest: Rest): GuestCarts {
  const post = <Shape extends z.ZodType>(store: string, path: string[], body: unknown, shape: Shape) => {
    const route = ['POST guest-carts', ...path.slice(1).map((word, at) => (at === 0 ? ':id' : word))].join(
      '/',
    );
    return rest.call({ method: 'POST', path, body, scope: store, shape, route });
  };
  return {
    open: (store) => post(store, ['guest-carts'], {}, z.string()),

    async add(cart, { store, sku }) {
      const cartItem = { sku, qty: 1, quote_id: cart };
      await post(store, ['guest-carts', cart, 'items'], { cartItem }, z.looseObject({}));
    },

    async place(cart, { store, email, address, carrierCode, methodCode, paymentMethod }) {
      const own = { ...address, email };
      const addressInformation = {
        shipping_address: own,
        billing_address: own,
        shipping_carrier_code: carrierCode,
        shipping_method_code: methodCode,
      };
      const at = ['guest-carts', cart];
      await post(store, [...at, 'shipping-information'], { addressInformation }, z.looseObject({}));
      const payment = { email, billingAddress: own, paymentMethod: { method: paymentMethod } };
      return post(store, [...at, 'payment-information'], payment, integer);
    },
  };
}
