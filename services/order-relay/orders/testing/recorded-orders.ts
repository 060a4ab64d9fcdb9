import { readFileSync } from 'node:fs';
import { parseExact } from '../../../magento/rest/json.ts';
import { magentoOrder } from '../../../magento/order-shape.ts';
import type { MagentoOrder } from '../../../magento/order-shape.ts';

const names = [
  'simple',
  'configurable',
  'bundles',
  'virtual',
  'decimalQuantity',
  'otherWebsite',
  'mixed',
  'canceled',
] as const;
type Name = (typeof names)[number];

/**
 * Orders as a Magento 2.4.7 answered them (FACTS section 3), cut down to the members that Cartage reads. For tests:
 * read anew on each call, so that one may be changed freely.
 */
export function recordedOrder(name: Name): MagentoOrder {
  const text = readFileSync(new URL('recorded-orders.json', import.meta.url), 'utf8');
  return magentoOrder.parse((parseExact(text) as Record<Name, unknown>)[name]);
}
