import type { LineAmounts, OrderComponent, OrderLine, Problem, Tax } from '../../../schemas/types.ts';
import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { decimalOf, magnitude, minus, sum, times, toMinor, toPlaces, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { currencyDigits } from './currency.ts';
import { chosenOptionsOf, giftMessageOf, idsOf } from './options.ts';
import { hundredth, rowAmounts, rowReading, sumOfRows } from './row-amounts.ts';
import type { Prefix, RowAmounts } from './row-amounts.ts';
import { fixedProductTaxesOf, fixedProductTaxTaxOf, taxesOf } from './taxes.ts';

/** One line as the customer sees it: an item without a parent, and the children that stand behind it. */
export interface Line {
  item: MagentoOrderItem;
  children: MagentoOrderItem[];
}

/** Each product once. A child whose parent is not in the answer is better shown than lost. */
export function linesOf(order: MagentoOrder): Line[] {
  const ids = new Set(order.items.map((item) => item.item_id));
  const children = Map.groupBy(order.items, (item) => item.parent_item_id);
  return order.items
    .filter((item) => item.parent_item_id === null || !ids.has(item.parent_item_id))
    .map((item) => ({ item, children: children.get(item.item_id) ?? [] }));
}

/**
 * The items that bear the amounts of a line. A configurable and its child carry the same SKU, and the child costs
 * nothing. A bundle with a dynamic price has it on the parent and once more on the children, and only there the
 * discount: its children count, else all would be counted twice (FACTS section 3).
 */
export function payingItems({ item, children }: Line): MagentoOrderItem[] {
  const childrenPay =
    item.product_type === 'bundle' && children.some((child) => decimalOf(child.base_price) !== zero);
  return childrenPay ? children : [item];
}

/** Reads the amounts of an order's items, in one currency. */
export class LineReader {
  readonly #order: MagentoOrder;
  readonly #prefix: Prefix;
  readonly #reading: ReturnType<typeof rowReading>;
  readonly #digits: number;

  constructor(order: MagentoOrder, lines: readonly Line[], prefix: Prefix) {
    this.#order = order;
    this.#prefix = prefix;
    this.#reading = rowReading(order, lines.flatMap(payingItems), prefix);
    this.#digits = currencyDigits(order[prefix === '' ? 'order_currency_code' : 'base_currency_code']);
  }

  exact(items: readonly MagentoOrderItem[]): RowAmounts {
    return sumOfRows(items.map((item) => rowAmounts(item, this.#prefix, this.#reading)));
  }

  /** What the items are worth together, shown with the prices of one of them. */
  amounts(priced: MagentoOrderItem, items: readonly MagentoOrderItem[]): LineAmounts {
    const exact = this.exact(items);
    const total = minus(exact.subtotal, exact.discount);
    const minor = (value: Decimal) => toMinor(value, this.#digits);
    return {
      unitPrice: places(priced[`${this.#prefix}price`]),
      unitPriceInclTax: optionalPlaces(priced[`${this.#prefix}price_incl_tax`]),
      originalPrice: optionalPlaces(priced[`${this.#prefix}original_price`]),
      subtotalMinor: minor(exact.subtotal),
      subtotalInclTaxMinor: null,
      discountMinor: minor(exact.discount),
      discountInclTaxMinor: null,
      discountShownMinor: minor(exact.discountShown),
      taxMinor: minor(exact.tax),
      rowTotalMinor: minor(total),
      rowTotalInclTaxMinor: minor(sum([total, exact.tax])),
      fixedProductTaxMinor: minor(exact.fixedProductTax),
      fixedProductTaxTaxMinor: minor(fixedProductTaxTaxOf(this.#order, items, this.#prefix)),
    };
  }
}

export function orderLines(order: MagentoOrder): OrderLine[] {
  const lines = linesOf(order);
  const own = new LineReader(order, lines, '');
  const base = new LineReader(order, lines, 'base_');
  const taxes = (items: readonly MagentoOrderItem[]): Tax[] => taxesOf(order, items);
  return lines.map((line) => {
    const { item, children } = line;
    const paying = payingItems(line);
    const amounts = own.amounts(item, paying);
    return {
      ...itemFacts(item),
      unitPrice: amounts.unitPrice,
      subtotalMinor: amounts.subtotalMinor,
      discountMinor: amounts.discountMinor,
      taxMinor: amounts.taxMinor,
      rowTotalMinor: amounts.rowTotalMinor,
      discountPercent: optionalPlaces(item.discount_percent),
      appliedRuleIds: idsOf(item.applied_rule_ids),
      amounts,
      baseAmounts: base.amounts(item, paying),
      taxes: taxes(paying),
      fixedProductTaxes: fixedProductTaxesOf(order, paying),
      options: chosenOptionsOf(item),
      components: children.map((child): OrderComponent => ({
        ...itemFacts(child),
        amounts: own.amounts(child, [child]),
        baseAmounts: base.amounts(child, [child]),
        taxes: taxes([child]),
      })),
      giftMessage: giftMessageOf(item.extension_attributes.gift_message),
    };
  });
}

/**
 * Magento rounds the price of a unit to hundredths for show, so a row may be off by half of one for each unit, and by
 * one of its own. More is not Magento's arithmetic: an ERP that multiplies would book another amount.
 */
export function rowProblems(order: MagentoOrder): Problem[] {
  const lines = linesOf(order);
  const reader = new LineReader(order, lines, '');
  return lines.flatMap(payingItems).flatMap((item) => {
    const row = reader.exact([item]).subtotal;
    const priced = times(decimalOf(item.price), decimalOf(item.qty_ordered));
    const slack = sum([hundredth, times(decimalOf('0.005'), decimalOf(item.qty_ordered))]);
    if (magnitude(minus(row, priced)) <= slack) return [];
    const detail = `item ${item.item_id}: price x quantity is ${toPlaces(priced, 4)}, its row says ${toPlaces(row, 4)}`;
    return [{ code: 'order.totals_differ', detail }];
  });
}

/** What lines and components say alike. */
function itemFacts(item: MagentoOrderItem) {
  return {
    lineId: String(item.item_id),
    sku: item.sku,
    productId: item.product_id,
    name: item.name ?? item.sku,
    productType: item.product_type ?? 'unknown',
    isVirtual: item.is_virtual,
    quantity: places(item.qty_ordered),
    quantityShipped: places(item.qty_shipped),
    quantityInvoiced: places(item.qty_invoiced),
    quantityCanceled: places(item.qty_canceled),
    quantityRefunded: places(item.qty_refunded),
    taxPercent: places(item.tax_percent),
    weight: optionalPlaces(item.weight),
  };
}

const places = (text: string | null): string => toPlaces(decimalOf(text), 4);
export const optionalPlaces = (text: string | null): string | null => (text === null ? null : places(text));
