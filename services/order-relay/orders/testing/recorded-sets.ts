/**
 * Two sets of orders as a Magento 2.4.7 answered them, cut down to the members that Cartage reads.
 *
 * `taxes.json`: 148 orders of every setting of taxes and discounts, with the settings, the basket, and what the shop's
 * table says of each row before discount, without and with tax. Members of the base currency that say the same as their
 * twin are left out there. `types.json`: 69 orders of every product type and state.
 */
import { readFileSync } from 'node:fs';
import { parseExact } from '../../../magento/rest/json.ts';
import { magentoOrder } from '../../../magento/order-shape.ts';
import type { MagentoOrder } from '../../../magento/order-shape.ts';

/** As the shop wrote it: numbers are text. */
export interface Said {
  [member: string]: string | null;
}

export interface RecordedOrder {
  name: string;
  order: MagentoOrder;
  said: Said;
  saidItems: Said[];
}

export interface RecordedTaxes extends RecordedOrder {
  config: {
    rounding: 'row' | 'unit' | 'total';
    pricesIncludeTax: boolean;
    shippingIncludesTax: boolean;
    afterDiscount: boolean;
    discountOnGross: boolean;
    crossBorder: boolean;
    shippingTax: string;
    fixedProductTax?: { isTaxed: boolean; inSubtotal: boolean };
  };
  basket: [sku: string, quantity: string][];
  country: string;
  coupon: string | null;
  /** `row_total` and `row_total_incl_tax` of the table. */
  rows: [string, string][];
}

export const recordedTypes = (): RecordedOrder[] => read<{ name: string }>('types').map(withOrder);

export const recordedTaxes = (): RecordedTaxes[] => read<RecordedTaxes>('taxes').map(withOrder);

export function recordedType(name: string): MagentoOrder {
  return recordedTypes().find((one) => one.name === name)!.order;
}

type Raw<Entry> = Entry & { order: Said };

function read<Entry>(set: string): Raw<Entry>[] {
  return parseExact(readFileSync(new URL(`recorded/${set}.json`, import.meta.url), 'utf8')) as Raw<Entry>[];
}

function withOrder<Entry>(entry: Raw<Entry>): Entry & RecordedOrder {
  const said = withBase(entry.order);
  return {
    ...(entry as Raw<Entry> & { name: string }),
    order: magentoOrder.parse(said),
    said,
    saidItems: said.items as unknown as Said[],
  };
}

/** Two members of the base currency are named in Magento's own way. */
const oddNames = new Map([
  ['shipping_discount_tax_compensation_amount', 'base_shipping_discount_tax_compensation_amnt'],
  ['weee_tax_applied_row_amount', 'base_weee_tax_applied_row_amnt'],
]);

function withBase(value: unknown): Said {
  if (Array.isArray(value)) return value.map(withBase) as unknown as Said;
  if (typeof value !== 'object' || value === null) return value as Said;
  const members = Object.entries(value).map(([name, member]) => [name, withBase(member)] as const);
  const twins = members
    .filter(([name]) => !name.startsWith('base_'))
    .map(([name, member]) => [oddNames.get(name) ?? `base_${name}`, member] as const);
  return Object.fromEntries([...twins, ...members]) as unknown as Said;
}
