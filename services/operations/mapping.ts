import type { Order } from '../../schemas/types.ts';
import type { Config } from '../platform/config/schema.ts';

/** A code of an order for which the configuration has no line. */
export interface Unmapped {
  /** Path of the map in the configuration. */
  where: string;
  code: string;
}

type Maps = Pick<Config['orders'], 'stores' | 'payments' | 'shipping' | 'taxes' | 'statuses'>;

/** All codes of an order that hold it. A map that is left out holds nothing. */
export function unmappedOf(order: Order, { stores, payments, shipping, taxes, statuses }: Maps): Unmapped[] {
  const asked: [string, object | undefined, (string | null)[]][] = [
    ['orders.stores', stores, [order.store]],
    ['orders.payments', payments, [order.paymentMethod]],
    ['orders.shipping', shipping, order.isVirtual ? [] : [order.shippingMethod]],
    ['orders.taxes', taxes, order.taxes.map(({ code }) => code)],
    ['orders.statuses', statuses, [order.status]],
  ];
  return asked.flatMap(([where, map, codes]) =>
    codes.flatMap((code) => (map && code !== null && !Object.hasOwn(map, code) ? [{ where, code }] : [])),
  );
}
