import { z } from 'zod';
import { jsonNumber, plainDecimal } from './rest/json.ts';
import { decimal, integer, optionalText, text } from './shapes.ts';

/** What Magento keeps of a SKU's prices, each behind endpoints of its own. */
export type PriceKind = 'base' | 'special' | 'tier' | 'cost';

export interface PriceRow {
  sku: string;
  /** Id of the store view, of a tier price that of the website; 0: all. Under price scope "global" there is nothing else. */
  scope: number;
  /** Decimal text, zero or more. */
  price: string;
  /** Of a special price: its first and its last day in the shop's time zone, `2026-11-30`; null: it has none. */
  from: string | null;
  to: string | null;
  /** Of a tier price: the code of the customer group, null: all of them; and the quantity from which it holds. */
  group: string | null;
  quantity: string;
  /** Of a tier price: `price` is a discount in percent. */
  isPercent: boolean;
}

interface KindOfPrice {
  /** Below `products/`; `-information` reads, `-delete` removes. */
  path: string;
  shape: z.ZodType<PriceRow>;
  wire: (row: PriceRow) => Record<string, unknown>;
}

const plain = { from: null, to: null, group: null, quantity: '1', isPercent: false };
const allGroups = 'ALL GROUPS';
/** What Magento sees of a time is its day: the last one counts as a whole (FACTS section 7). */
const startOf = (day: string | null) => (day === null ? null : `${day} 00:00:00`);
const dayOf = (time: string | null) => time?.slice(0, 10) ?? null;

export const priceKinds: Readonly<Record<PriceKind, KindOfPrice>> = {
  base: {
    path: 'base-prices',
    shape: z
      .object({ sku: text, store_id: integer, price: decimal })
      .transform(({ sku, store_id, price }) => ({ ...plain, sku, scope: store_id, price })),
    wire: ({ sku, scope, price }) => ({ sku, store_id: scope, price: jsonNumber(price) }),
  },
  cost: {
    path: 'cost',
    shape: z
      .object({ sku: text, store_id: integer, cost: decimal })
      .transform(({ sku, store_id, cost }) => ({ ...plain, sku, scope: store_id, price: cost })),
    wire: ({ sku, scope, price }) => ({ sku, store_id: scope, cost: jsonNumber(price) }),
  },
  special: {
    path: 'special-price',
    shape: z
      .object({
        sku: text,
        store_id: integer,
        price: decimal,
        price_from: optionalText,
        price_to: optionalText,
      })
      .transform(({ sku, store_id, price, price_from, price_to }) => ({
        ...plain,
        sku,
        scope: store_id,
        price,
        from: dayOf(price_from),
        to: dayOf(price_to),
      })),
    wire: ({ sku, scope, price, from, to }) => ({
      sku,
      store_id: scope,
      price: jsonNumber(price),
      price_from: startOf(from),
      price_to: startOf(to),
    }),
  },
  tier: {
    path: 'tier-prices',
    shape: z
      .object({
        sku: text,
        website_id: integer,
        price: decimal,
        price_type: text,
        customer_group: text,
        quantity: decimal,
      })
      .transform(({ sku, website_id, price, price_type, customer_group, quantity }) => ({
        ...plain,
        sku,
        scope: website_id,
        price,
        group: customer_group.toUpperCase() === allGroups ? null : customer_group,
        quantity,
        isPercent: price_type === 'discount',
      })),
    wire: ({ sku, scope, price, group, quantity, isPercent }) => ({
      sku,
      website_id: scope,
      price: jsonNumber(price),
      price_type: isPercent ? 'discount' : 'fixed',
      customer_group: group ?? allGroups,
      quantity: jsonNumber(quantity),
    }),
  },
};

/** What Magento keeps once for a SKU and kind: a second row of it replaces the first. */
export function placeOf({ scope, group, quantity }: PriceRow): string {
  return JSON.stringify([scope, group?.toLowerCase() ?? null, plainDecimal(quantity)]);
}
