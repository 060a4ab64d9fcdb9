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
}

const sampledOrders = 200;
const pageSize = 100;

const orderCodes = z.object({
  payment: mapOf({ method: optionalText }),
  extension_attributes: mapOf({
    shipping_assignments: listOf(z.object({ shipping: mapOf({ method: optionalText }) })),
  }),
});
const fields =
  'items[entity_id,payment[method],extension_attributes[shipping_assignments[shipping[method]]]],total_count';

const paymentKind: Kind = { id: 'payment', name: 'payment method', where: 'orders.payments' };
const shippingKind: Kind = { id: 'shipping', name: 'shipping method', where: 'orders.shipping' };

/**
 * Compares the mapped codes with those of the newest orders. REST lists neither the payment nor the shipping methods of
 * a shop (only for a cart, and to make one would be a write), so what customers have used is all there is to know.
 */
export async function checkOrderCodes(rest: Rest, expected: ExpectedOfOrders): Promise<Finding[]> {
  const orders = await newestOrders(rest);
  if (orders.length === 0)
    return [
      warn(
        'magento.order_codes',
        'The shop has no orders yet, so the codes of payment and shipping methods could not be compared',
        'A misspelt code holds every order that uses the right one',
        'Place an order of each kind, then run this again',
      ),
    ];
  const payments = countsOf(orders.map(({ payment }) => payment.method));
  const shippings = countsOf(
    orders.map((order) => order.extension_attributes.shipping_assignments[0]?.shipping.method ?? null),
  );
  const findings = [
    ...compare(expected.paymentMethods, payments, paymentKind, orders.length),
    ...compare(expected.shippingMethods, shippings, shippingKind, orders.length),
  ];
  if (findings.length > 0) return findings;
  return [ok('magento.order_codes', `the codes of the newest ${orders.length} orders are all mapped`)];
}

async function newestOrders(rest: Rest): Promise<z.infer<typeof orderCodes>[]> {
  const orders: z.infer<typeof orderCodes>[] = [];
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
}

function compare(
  mapped: readonly string[],
  used: ReadonlyMap<string, number>,
  { id, name, where }: Kind,
  sample: number,
): Finding[] {
  const unmapped = [...used.keys()].filter((code) => !mapped.includes(code));
  const unused = mapped.filter((code) => !used.has(code));
  // For certain only where a code that is in use, and not listed, looks like it.
  const meant = new Map(unused.map((code) => [code, suggestionFor(code, unmapped)]));
  const doubtful = unused.filter((code) => meant.get(code) === null);
  return [
    ...unmapped.map((code) =>
      warn(
        `magento.${id}_unmapped`,
        `${used.get(code)} of the newest ${sample} orders have the ${name} "${code}", which is not listed`,
        'Such an order is held until it is',
        `Add "${code}" under ${where}`,
      ),
    ),
    ...unused.flatMap((code) => misspelt(code, meant.get(code) ?? null, { id, name, where })),
    ...(doubtful.length === 0 ? [] : [unseen(doubtful, { id, name, where }, sample)]),
  ];
}

function misspelt(code: string, meant: string | null, { id, name, where }: Kind): Finding[] {
  if (meant === null) return [];
  return [
    fail(
      `magento.${id}_unknown`,
      `${where} lists the ${name} "${code}", which no recent order has`,
      `"${meant}" is in use and not listed`,
      `Write "${meant}" in place of "${code}"`,
    ),
  ];
}

function unseen(codes: readonly string[], { id, name, where }: Kind, sample: number): Finding {
  const them = codes.map((code) => `"${code}"`).join(', ');
  return warn(
    `magento.${id}_unseen`,
    `${where} lists ${them}; none of the newest ${sample} orders has such a ${name}`,
    'It is new, seldom chosen, or misspelt',
    `Compare it with Stores > Configuration > Sales, and take out of ${where} what the shop does not have`,
  );
}
