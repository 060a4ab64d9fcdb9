import type { Order } from '../../../schemas/types.ts';
import { Held, Rejected } from '../../platform/errors.ts';

export type Codes = Readonly<Record<string, unknown>>;

/** What the configuration says of the shop's codes. A map that is left out holds nothing. */
export interface CodeMaps {
  readonly payments: Readonly<Record<string, { readonly codes: Codes }>>;
  readonly shipping: Readonly<Record<string, Codes>>;
  readonly stores: Readonly<Record<string, Codes>>;
  readonly taxes?: Readonly<Record<string, Codes>> | undefined;
  readonly statuses?: Readonly<Record<string, Codes>> | undefined;
}

/** The ERP's codes for one order, as its statements see them in `$codes`. */
export interface OrderCodes {
  payment: Codes;
  /** Null when there is nothing to ship. */
  shipping: Codes | null;
  store: Codes;
  /** By the code of the rate; empty where the rates are not mapped. */
  taxes: Readonly<Record<string, Codes>>;
  /** Empty where the statuses are not mapped. */
  status: Codes;
}

type Named = Pick<
  Order,
  'store' | 'storeId' | 'paymentMethod' | 'shippingMethod' | 'isVirtual' | 'status' | 'taxes'
>;

/** Where each kind of code is mapped, and what it is called. */
const kinds = {
  store: { what: 'Store view', where: 'orders.stores' },
  payment: { what: 'Payment method', where: 'orders.payments' },
  shipping: { what: 'Shipping method', where: 'orders.shipping' },
  tax: { what: 'Tax rate', where: 'orders.taxes' },
  status: { what: 'Order status', where: 'orders.statuses' },
} as const;

/**
 * The ERP's codes of an order.
 * @throws Held with the line to add, when one is not mapped; Rejected when the order says no shipping method at all.
 */
export function codesOf(order: Named, maps: CodeMaps): OrderCodes {
  const { stores, payments, taxes, statuses } = maps;
  const rates = taxes === undefined ? [] : order.taxes.map(({ code }) => code);
  return {
    store: mapped(stores, order.store, 'store', renamedStore(order)),
    payment: mapped(mapValues(payments), order.paymentMethod, 'payment'),
    shipping: order.isVirtual ? null : shippingOf(order, maps),
    taxes: Object.fromEntries(rates.map((code) => [code, mapped(taxes!, code, 'tax')])),
    status: statuses === undefined ? {} : mapped(statuses, order.status, 'status'),
  };
}

function shippingOf({ shippingMethod }: Named, { shipping }: CodeMaps): Codes {
  if (shippingMethod === null)
    throw new Rejected({
      code: 'order.shipping_missing',
      what: 'The order has goods to ship and no shipping method',
      fix: 'Look in the shop how it was placed; enter it in the ERP by hand, then `cartage parked discard KEY --reason TEXT`',
    });
  return mapped(shipping, shippingMethod, 'shipping');
}

function mapped(
  map: Readonly<Record<string, Codes>>,
  code: string,
  kind: keyof typeof kinds,
  otherwise = '',
): Codes {
  return codesIn(map, code, { code: `order.${kind}_unmapped`, ...kinds[kind], otherwise });
}

/** The code is a part of the order's key: to map a new one is to book again what changes of the orders from before. */
function renamedStore({ storeId }: Named): string {
  return `. If the store view was given another code in the shop before Cartage knew it, let it keep the old one instead: \`magento.storeCodes: { ${storeId}: OLD }\``;
}

/** @throws Held with the line to add, when the code is not there. */
export function codesIn(
  map: Readonly<Record<string, Codes>>,
  code: string,
  missing: { code: string; what: string; where: string; otherwise?: string },
): Codes {
  const found = Object.hasOwn(map, code) ? map[code] : undefined;
  if (found !== undefined) return found;
  throw new Held({
    code: missing.code,
    what: `${missing.what} ${code} has no codes of the ERP`,
    fix: `Add under ${missing.where}: \`${lineFor(code, map)}\`; what waits for it is released by that${missing.otherwise ?? ''}`,
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
