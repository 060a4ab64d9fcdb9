import type { Order } from '../../schemas/types.ts';
import { Held, Rejected } from '../platform/errors.ts';

type Codes = Readonly<Record<string, unknown>>;

/** What the configuration says of the shop's codes. */
export interface CodeMaps {
  readonly payments: Readonly<Record<string, { readonly codes: Codes }>>;
  readonly shipping: Readonly<Record<string, Codes>>;
  readonly stores: Readonly<Record<string, Codes>>;
}

/** The ERP's codes for one order, as its statements see them in `$codes`. */
export interface OrderCodes {
  payment: Codes;
  /** Null when there is nothing to ship. */
  shipping: Codes | null;
  store: Codes;
}

type Named = Pick<Order, 'store' | 'paymentMethod' | 'shippingMethod' | 'isVirtual'>;

/**
 * The ERP's codes of an order.
 * @throws Held with the line to add, when one is not mapped; Rejected when the order says no shipping method at all.
 */
export function codesOf(order: Named, maps: CodeMaps): OrderCodes {
  return {
    store: mapped(maps.stores, order.store, {
      code: 'order.store_unmapped',
      what: 'Store view',
      where: 'orders.stores',
    }),
    payment: mapped(mapValues(maps.payments), order.paymentMethod, {
      code: 'order.payment_unmapped',
      what: 'Payment method',
      where: 'orders.payments',
    }),
    shipping: order.isVirtual ? null : shippingOf(order, maps),
  };
}

function shippingOf({ shippingMethod }: Named, { shipping }: CodeMaps): Codes {
  if (shippingMethod === null)
    throw new Rejected({
      code: 'order.shipping_missing',
      what: 'The order has goods to ship and no shipping method',
      fix: 'Look in the shop how it was placed; enter it in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
    });
  return mapped(shipping, shippingMethod, {
    code: 'order.shipping_unmapped',
    what: 'Shipping method',
    where: 'orders.shipping',
  });
}

function mapped(
  map: Readonly<Record<string, Codes>>,
  code: string,
  missing: { code: string; what: string; where: string },
): Codes {
  const found = Object.hasOwn(map, code) ? map[code] : undefined;
  if (found !== undefined) return found;
  throw new Held({
    code: missing.code,
    what: `${missing.what} ${code} has no codes of the ERP`,
    fix: `Add under ${missing.where}: \`${lineFor(code, map)}\`; its orders are released by that`,
    waitsFor: `configuration/${missing.where.replace('.', '/')}/${code}`,
  });
}

/** One line of YAML (a flow map is YAML too), with the names that the other entries have. */
function lineFor(code: string, map: Readonly<Record<string, Codes>>): string {
  const names = Object.keys(Object.values(map)[0] ?? {});
  const codes = names.length === 0 ? '{}' : `{ ${names.map((name) => `${name}: …`).join(', ')} }`;
  return `${JSON.stringify(code)}: ${codes}`;
}

function mapValues(payments: CodeMaps['payments']): Record<string, Codes> {
  return Object.fromEntries(Object.entries(payments).map(([method, { codes }]) => [method, codes]));
}
