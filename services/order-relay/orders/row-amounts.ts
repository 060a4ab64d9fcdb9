import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { decimalOf, minorUnit, minus, sum, times, magnitude, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';

/** `base_` names the same amounts in the currency of the website. */
export type Prefix = '' | 'base_';

/** What one row is worth, exactly. */
export interface RowAmounts {
  /** Before discount, without tax. */
  subtotal: Decimal;
  /** Before discount, with tax; null where the shop does not tell. */
  subtotalInclTax: Decimal | null;
  /** As the shop shows it, positive: with tax where prices include tax. */
  discountShown: Decimal;
  /** What it takes off the row without tax. */
  discount: Decimal;
  tax: Decimal;
  fixedProductTax: Decimal;
}

/** Reads what a row was before discount, without tax, from the amounts of an item. */
export type RowReading = (item: MagentoOrderItem, prefix: Prefix) => Decimal;

/** Magento counts in hundredths, whatever the currency. */
export const hundredth = minorUnit(2);
/** Its tables keep four places. */
export const fourthPlace = minorUnit(4);

/**
 * `row_total` in REST is the row less the discount, and never below 0 (FACTS section 12; Magento's source:
 * Magento/Sales/Model/Order/Webapi/ChangeOutputArray.php). Where it was cut, the row is price x quantity if prices
 * are without tax, and else the gross row less its tax. Shops that show the table's own `row_total` are known too.
 */
const readings = {
  net: (item: MagentoOrderItem, prefix: Prefix) =>
    wasCut(item, prefix) ? byPrice(item, prefix) : beforeDiscount(item, prefix),
  gross: (item: MagentoOrderItem, prefix: Prefix) =>
    wasCut(item, prefix) ? byGrossPrice(item, prefix) : beforeDiscount(item, prefix),
  table: (item: MagentoOrderItem, prefix: Prefix) => decimalOf(item[`${prefix}row_total`]),
} satisfies Record<string, RowReading>;

function wasCut(item: MagentoOrderItem, prefix: Prefix): boolean {
  return decimalOf(item[`${prefix}row_total`]) === zero && decimalOf(item[`${prefix}discount_amount`]) > zero;
}

function beforeDiscount(item: MagentoOrderItem, prefix: Prefix): Decimal {
  return sum([decimalOf(item[`${prefix}row_total`]), decimalOf(item[`${prefix}discount_amount`])]);
}

function byPrice(item: MagentoOrderItem, prefix: Prefix): Decimal {
  return times(decimalOf(item[`${prefix}price`]), decimalOf(item.qty_ordered));
}

function byGrossPrice(item: MagentoOrderItem, prefix: Prefix): Decimal {
  const gross = times(decimalOf(item[`${prefix}price_incl_tax`]), decimalOf(item.qty_ordered));
  const tax = decimalOf(item[`${prefix}tax_amount`]);
  return minus(gross, sum([tax, decimalOf(item[`${prefix}discount_tax_compensation_amount`])]));
}

/** The readings by which the rows make the order's subtotal, with or without the fixed product tax in it; at least one. */
export function rowReadings(
  order: MagentoOrder,
  rows: readonly MagentoOrderItem[],
  prefix: Prefix,
): readonly [RowReading, ...RowReading[]] {
  const subtotal = decimalOf(order[`${prefix}subtotal`]);
  const fixedProductTax = sum(rows.map((row) => fixedProductTaxOf(row, prefix)));
  const slack = times(fourthPlace, decimalOf(String(rows.length + 1)));
  const fits = (reading: RowReading) => {
    const rest = minus(subtotal, sum(rows.map((row) => reading(row, prefix))));
    return [zero, fixedProductTax].some((part) => magnitude(minus(rest, part)) <= slack);
  };
  // Only prices that include tax know such a thing.
  const hasCompensation = rows.some(
    (row) => decimalOf(row[`${prefix}discount_tax_compensation_amount`]) !== zero,
  );
  const { net, gross, table } = readings;
  if (rows.every((row) => decimalOf(row[`${prefix}discount_amount`]) === zero)) return [net];
  const either = areCatalogPricesGross(rows, prefix) ? [gross, net] : [net, gross];
  const beforeCut = hasCompensation ? [gross] : either;
  const candidates = rows.some((row) => wasCut(row, prefix)) ? [...beforeCut, table] : [net, table];
  const [first = candidates[0]!, ...others] = candidates.filter(fits);
  return [first, ...others];
}

/**
 * Whether prices include tax, by the price of the catalogue, which a product keeps as the shop does. A special price, or that
 * of another country, is neither of the two, and says nothing.
 * @returns null where none says it, or not all that do say the same
 */
export function areCatalogPricesGross(rows: readonly MagentoOrderItem[], prefix: Prefix): boolean | null {
  const [first = null, ...others] = rows
    .map((row) => {
      const original = decimalOf(row[`${prefix}original_price`]);
      const isGross = isSamePrice(original, row[`${prefix}price_incl_tax`]);
      return isGross === isSamePrice(original, row[`${prefix}price`]) ? null : isGross;
    })
    .filter((says) => says !== null);
  return others.every((says) => says === first) ? first : null;
}

/** In a foreign currency the catalogue's is not rounded. */
function isSamePrice(original: Decimal, price: string | null): boolean {
  return magnitude(minus(original, decimalOf(price))) < hundredth;
}

export function rowAmounts(item: MagentoOrderItem, prefix: Prefix, reading: RowReading): RowAmounts {
  const discountShown = magnitude(decimalOf(item[`${prefix}discount_amount`]));
  const subtotal = reading(item, prefix);
  return {
    subtotal,
    subtotalInclTax: subtotal === zero ? zero : null,
    discountShown,
    discount: minus(discountShown, decimalOf(item[`${prefix}discount_tax_compensation_amount`])),
    tax: decimalOf(item[`${prefix}tax_amount`]),
    fixedProductTax: fixedProductTaxOf(item, prefix),
  };
}

function fixedProductTaxOf(item: MagentoOrderItem, prefix: Prefix): Decimal {
  return decimalOf(prefix === '' ? item.weee_tax_applied_row_amount : item.base_weee_tax_applied_row_amnt);
}

export function sumOfRows(rows: readonly RowAmounts[]): RowAmounts {
  const whole = (name: Exclude<keyof RowAmounts, 'subtotalInclTax'>) => sum(rows.map((row) => row[name]));
  const gross = rows.map(({ subtotalInclTax }) => subtotalInclTax).filter((one) => one !== null);
  return {
    subtotal: whole('subtotal'),
    subtotalInclTax: gross.length === rows.length ? sum(gross) : null,
    discountShown: whole('discountShown'),
    discount: whole('discount'),
    tax: whole('tax'),
    fixedProductTax: whole('fixedProductTax'),
  };
}
