import { z } from 'zod';
import { suggestionFor } from '../../platform/config/suggest.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Rest } from '../rest/rest.ts';
import { searchPage } from '../rest/list.ts';
import { listOf, mapOf, optionalText } from '../shapes.ts';

/** Codes that the configuration maps for orders. */
export interface ExpectedOfOrders {
  paymentMethods: readonly string[];
  shippingMethods: readonly string[];
  /** Undefined where they are not mapped. */
  taxRates?: readonly string[] | undefined;
  statuses?: readonly string[] | undefined;
}

const sampledOrders = 200;
const pageSize = 100;

const orderCodes = z.object({
  status: optionalText,
  payment: mapOf({ method: optionalText }),
  extension_attributes: mapOf({
    shipping_assignments: listOf(z.object({ shipping: mapOf({ method: optionalText }) })),
    applied_taxes: listOf(z.object({ code: optionalText })),
  }),
});
type OrderCodes = z.infer<typeof orderCodes>;
const fields =
  'items[entity_id,status,payment[method],extension_attributes[shipping_assignments[shipping[method]],applied_taxes[code]]],total_count';

/** What is mapped, and which codes an order has of it. */
const kinds: readonly Kind[] = [
  {
    id: 'payment',
    name: 'payment method',
    where: 'orders.payments',
    own: ['banktransfer', 'cashondelivery', 'checkmo', 'paypal_express', 'purchaseorder'],
    mapped: ({ paymentMethods }) => paymentMethods,
    of: ({ payment }) => [payment.method],
  },
  {
    id: 'shipping',
    name: 'shipping method',
    where: 'orders.shipping',
    own: ['flatrate_flatrate', 'freeshipping_freeshipping', 'instore_pickup', 'tablerate_bestway'],
    mapped: ({ shippingMethods }) => shippingMethods,
    of: (order) => [shippingMethodOf(order)],
  },
  {
    id: 'tax',
    name: 'tax rate',
    where: 'orders.taxes',
    own: [],
    mapped: ({ taxRates }) => taxRates,
    of: ({ extension_attributes }) => extension_attributes.applied_taxes.map(({ code }) => code),
  },
  {
    id: 'status',
    name: 'status',
    where: 'orders.statuses',
    own: [],
    mapped: ({ statuses }) => statuses,
    of: ({ status }) => [status],
  },
];

export const shippingMethodOf = ({ extension_attributes }: OrderCodes) =>
  extension_attributes.shipping_assignments[0]?.shipping.method ?? null;

/**
 * Compares the mapped codes with those of the newest orders. REST lists neither the payment nor the shipping methods of
 * a shop (only for a cart, and to make one would be a write), nor its statuses; so what customers have used, and what Magento
 * itself brings, is all there is to know.
 */
export async function checkOrderCodes(rest: Rest, expected: ExpectedOfOrders): Promise<Finding[]> {
  const orders = await newestOrders(rest);
  const findings = kinds.flatMap((kind) => {
    const mapped = kind.mapped(expected);
    const used = countsOf(orders.flatMap((order) => [...new Set(kind.of(order))]));
    return mapped === undefined ? [] : compare(mapped, used, kind, orders.length);
  });
  if (orders.length === 0) return [noOrders(), ...findings];
  if (findings.length > 0) return findings;
  return [ok('magento.order_codes', `the codes of the newest ${orders.length} orders are all mapped`)];
}

const noOrders = () =>
  warn(
    'magento.order_codes',
    'The shop has no orders yet, so the codes of payment methods and the like could not be compared',
    'A misspelt code holds every order that uses the right one',
    'Place an order of each kind, then run this again',
  );

/** The newest orders of the shop, with the codes that they bear. */
export async function newestOrders(rest: Rest): Promise<OrderCodes[]> {
  const orders: OrderCodes[] = [];
  for (let page = 1; page * pageSize <= sampledOrders; page += 1) {
    const search = { sort: [{ field: 'entity_id', direction: 'DESC' as const }], pageSize, page, fields };
    const found = await searchPage(rest, { path: ['orders'], search, item: orderCodes, id: 'entity_id' });
    orders.push(...found.items);
    if (page * pageSize >= found.totalCount) break;
  }
  return orders;
}

function countsOf(codes: readonly (string | null)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) if (code !== null) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

interface Kind {
  /** In codes of findings. */
  id: string;
  name: string;
  where: string;
  /** Codes that Magento itself brings, as far as they are long enough to be told from others. */
  own: readonly string[];
  mapped: (expected: ExpectedOfOrders) => readonly string[] | undefined;
  of: (order: OrderCodes) => readonly (string | null)[];
}

type Named = Pick<Kind, 'id' | 'name' | 'where'>;

function compare(
  mapped: readonly string[],
  used: ReadonlyMap<string, number>,
  { id, name, where, own }: Kind,
  sample: number,
): Finding[] {
  const unmapped = [...used.keys()].filter((code) => !mapped.includes(code));
  const unused = mapped.filter((code) => !used.has(code) && !own.includes(code));
  // For certain only where a code that is in use, and not listed, looks like it, or one of Magento's own all but equals it.
  const likely = own.filter((code) => !mapped.includes(code));
  const meant = new Map(
    unused.map((code) => [code, suggestionFor(code, unmapped) ?? suggestionFor(code, likely, 2)]),
  );
  const doubtful = sample === 0 ? [] : unused.filter((code) => meant.get(code) === null);
  return [
    ...unmapped.map((code) =>
      warn(
        `magento.${id}_unmapped`,
        `${used.get(code)} of the newest ${sample} orders have the ${name} "${code}", which is not listed`,
        'Such an order is held until it is',
        `Add "${code}" under ${where}`,
      ),
    ),
    ...unused.flatMap((code) =>
      misspelt(code, meant.get(code) ?? null, { id, name, where }, (other) => used.has(other)),
    ),
    ...(doubtful.length === 0 ? [] : [unseen(doubtful, { id, name, where }, sample)]),
  ];
}

function misspelt(
  code: string,
  meant: string | null,
  { id, name, where }: Named,
  isUsed: (code: string) => boolean,
): Finding[] {
  if (meant === null) return [];
  return [
    fail(
      `magento.${id}_unknown`,
      `${where} lists the ${name} "${code}", which no recent order has`,
      `"${meant}" is ${isUsed(meant) ? 'in use' : "one of Magento's own"} and not listed`,
      `Write "${meant}" in place of "${code}"`,
    ),
  ];
}

function unseen(codes: readonly string[], { id, name, where }: Named, sample: number): Finding {
  const them = codes.map((code) => `"${code}"`).join(', ');
  return warn(
    `magento.${id}_unseen`,
    `${where} lists ${them}; none of the newest ${sample} orders has such a ${name}`,
    'It is new, seldom chosen, or misspelt',
    `Compare it with Stores > Configuration > Sales, and take out of ${where} what the shop does not have`,
  );
}
