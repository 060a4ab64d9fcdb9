import type { OrderLine, Problem } from '../../../schemas/types.ts';
import type { MagentoOrder, MagentoOrderItem } from '../../magento/order-shape.ts';
import {
  decimalOf,
  magnitude,
  minorUnit,
  minus,
  sum,
  times,
  toMinor,
  toPlaces,
} from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';

/** What one line is worth, exactly, without tax where it does not say otherwise. */
export interface LineAmounts {
  subtotal: Decimal;
  discount: Decimal;
  tax: Decimal;
}

/** One line as the customer sees it: an item without a parent, and the children that stand behind it. */
export interface Line {
  item: MagentoOrderItem;
  children: MagentoOrderItem[];
}

/** Product types that the contract says exactly today; another one is published with a problem. */
const exactTypes = new Set(['simple', 'virtual']);

/**
 * Each product once. A configurable and its child carry the same SKU, and the child costs nothing; a dynamic bundle
 * has its price on the parent and once more on the children (FACTS section 3), so all rows together count it twice.
 */
export function linesOf(order: MagentoOrder): Line[] {
  const parents = new Set(order.items.map((item) => item.item_id));
  const children = Map.groupBy(order.items, (item) => item.parent_item_id);
  return (
    order.items
      // A child whose parent is not in the answer is better shown than lost.
      .filter((item) => item.parent_item_id === null || !parents.has(item.parent_item_id))
      .map((item) => ({ item, children: children.get(item.item_id) ?? [] }))
  );
}

/** `base_` names the same amounts in the currency of the website. */
export type Prefix = '' | 'base_';

/**
 * Amounts of a line. Magento's `row_total` is the total *after* discount in REST and *before* it in the database and
 * in older releases (FACTS section 3): the reading that fits price x quantity is taken.
 */
export function amountsOf({ item, children }: Line, prefix: Prefix): LineAmounts {
  const rows = [item, ...children];
  const whole = (name: 'discount_amount' | 'discount_tax_compensation_amount') =>
    sum(rows.map((row) => decimalOf(row[`${prefix}${name}`])));
  const ownTax = decimalOf(item[`${prefix}tax_amount`]);
  // On a dynamic bundle the parent repeats the tax of its children.
  const childTax = sum(children.map((child) => decimalOf(child[`${prefix}tax_amount`])));
  const discount = minus(whole('discount_amount'), whole('discount_tax_compensation_amount'));
  return { subtotal: subtotalOf(item, prefix), discount, tax: childTax === 0n ? ownTax : childTax };
}

function subtotalOf(item: MagentoOrderItem, prefix: Prefix): Decimal {
  const expected = expectedSubtotal(item, prefix);
  const rowTotal = decimalOf(item[`${prefix}row_total`]);
  const discount = decimalOf(item[`${prefix}discount_amount`]);
  const compensation = decimalOf(item[`${prefix}discount_tax_compensation_amount`]);
  const readings = [rowTotal, sum([rowTotal, discount]), minus(sum([rowTotal, discount]), compensation)];
  const distance = (reading: Decimal) => magnitude(minus(reading, expected));
  return readings.reduce((best, reading) => (distance(reading) < distance(best) ? reading : best));
}

function expectedSubtotal(item: MagentoOrderItem, prefix: Prefix): Decimal {
  return times(decimalOf(item[`${prefix}price`]), decimalOf(item.qty_ordered));
}

export function orderLine(line: Line, digits: number): OrderLine {
  const { item } = line;
  const { subtotal, discount, tax } = amountsOf(line, '');
  return {
    lineId: String(item.item_id),
    sku: item.sku,
    name: item.name ?? item.sku,
    productType: item.product_type ?? 'unknown',
    quantity: places(item.qty_ordered),
    quantityShipped: places(item.qty_shipped),
    quantityInvoiced: places(item.qty_invoiced),
    quantityCanceled: places(item.qty_canceled),
    quantityRefunded: places(item.qty_refunded),
    unitPrice: places(item.price),
    taxPercent: places(item.tax_percent),
    subtotalMinor: toMinor(subtotal, digits),
    discountMinor: toMinor(discount, digits),
    taxMinor: toMinor(tax, digits),
    rowTotalMinor: toMinor(minus(subtotal, discount), digits),
  };
}

const places = (text: string | null): string => toPlaces(decimalOf(text), 4);

/** What of the lines the contract cannot say exactly. */
export function lineProblems(lines: readonly Line[], digits: number): Problem[] {
  const unsupported = Map.groupBy(
    lines.filter(({ item }) => !exactTypes.has(item.product_type ?? '')),
    ({ item }) => item.product_type ?? 'unknown',
  );
  const types = unsupported.entries().map(([type, members]) => ({
    code: 'order.product_type_unsupported',
    detail: `product type ${type} of ${members.map(({ item }) => item.sku).join(', ')}`,
  }));
  const rows = lines.flatMap((line) => rowProblem(line, digits) ?? []);
  return [...types, ...rows];
}

/** A price has four places at most, so the row may be off by half of the last one, times the quantity. */
function rowProblem(line: Line, digits: number): Problem | null {
  const expected = expectedSubtotal(line.item, '');
  const found = subtotalOf(line.item, '');
  const slack = times(decimalOf('0.00005'), decimalOf(line.item.qty_ordered));
  if (magnitude(minus(found, expected)) <= sum([minorUnit(digits), slack])) return null;
  return {
    code: 'order.totals_differ',
    detail: `item ${line.item.item_id}: price x quantity is ${toPlaces(expected, 4)}, its row says ${toPlaces(found, 4)}`,
  };
}
