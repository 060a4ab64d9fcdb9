import type { Order } from '../../schemas/types.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Config } from '../platform/config/schema.ts';

/** A code of an order for which the configuration has no line. */
export interface Unmapped {
  /** Path of the map in the configuration. */
  where: string;
  code: string;
}

export type Maps = Pick<Config['orders'], 'stores' | 'payments' | 'shipping' | 'taxes' | 'statuses'>;

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

/** What changes for one order where other maps take the place of those that are in force. */
export interface MappingChange {
  key: string;
  /** It would be held for these, and is not now. */
  held: Unmapped[];
  /** It is held for these, and would not be. */
  released: Unmapped[];
  /** Paths of the maps of which the ERP would be told other codes, or of which it would be due from other states. */
  changed: string[];
}

/** Null where nothing changes. */
export function mappingChange(key: string, order: Order, now: Maps, then: Maps): MappingChange | null {
  const [before, after] = [unmappedOf(order, now), unmappedOf(order, then)];
  const isIn = (all: readonly Unmapped[], one: Unmapped) =>
    all.some(({ where, code }) => where === one.where && code === one.code);
  const change = {
    key,
    held: after.filter((one) => !isIn(before, one)),
    released: before.filter((one) => !isIn(after, one)),
    changed: differing(toldOf(order, now), toldOf(order, then)),
  };
  return change.held.length + change.released.length + change.changed.length === 0 ? null : change;
}

/** By map, what the ERP is told of an order; what is not mapped is told nowhere. */
function toldOf(
  order: Order,
  { stores, payments, shipping, taxes, statuses }: Maps,
): Record<string, unknown> {
  return {
    'orders.stores': stores[order.store],
    'orders.payments': payments[order.paymentMethod],
    'orders.shipping': order.isVirtual ? undefined : shipping[order.shippingMethod ?? ''],
    'orders.taxes': taxes && order.taxes.map(({ code }) => taxes[code]),
    'orders.statuses': statuses && statuses[order.status],
  };
}

/** Where both sides say something, and not the same. */
function differing(now: Record<string, unknown>, then: Record<string, unknown>): string[] {
  return Object.keys(now).filter((where) => {
    const [before, after] = [now[where], then[where]];
    return before !== undefined && after !== undefined && canonicalJson(before) !== canonicalJson(after);
  });
}
