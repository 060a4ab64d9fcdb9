import type { LineAmounts, Problem } from '../../../schemas/types.ts';
import { appliedFixedProductTaxes } from '../../magento/order-item-shape.ts';
import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { decimalOf, magnitude, minus, sum, times, toMinor, toPlaces } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { currencyDigits } from './currency.ts';
import { linesOf, payingItems } from './line-items.ts';
import { hundredth, rowAmounts, rowReading, sumOfRows } from './row-amounts.ts';
import type { Prefix, RowAmounts } from './row-amounts.ts';
import { fixedProductTaxTaxOf, ratesOf } from './taxes.ts';
import { grossRows, settingsThatFit } from './tax-rounding.ts';
import type { SaidRow, TaxSettings } from './tax-rounding.ts';

/** Reads what the items of an order are worth, in one of its two currencies. */
export class AmountsReader {
  /** ISO code. */
  readonly currency: string;
  readonly digits: number;
  readonly #order: MagentoOrder;
  readonly #prefix: Prefix;
  readonly #paying: MagentoOrderItem[];
  readonly #rows = new Map<MagentoOrderItem, RowAmounts>();
  readonly #said: SaidRow[];

  constructor(order: MagentoOrder, prefix: Prefix) {
    this.#order = order;
    this.#prefix = prefix;
    this.currency = prefix === '' ? order.order_currency_code : order.base_currency_code;
    this.digits = currencyDigits(this.currency);
    this.#paying = linesOf(order).flatMap(payingItems);
    const reading = rowReading(order, this.#paying, prefix);
    for (const item of order.items) this.#rows.set(item, rowAmounts(item, prefix, reading));
    this.#said = this.#paying.map((item) => this.#saidRow(item));
    const gross = grossRows(this.#said, this.#subtotalInclTax());
    for (const [index, item] of this.#paying.entries())
      this.#rows.set(item, { ...this.#rows.get(item)!, subtotalInclTax: gross?.[index] ?? null });
  }

  /** All lines together. */
  get whole(): RowAmounts {
    return this.#exact(this.#paying);
  }

  /** The shop's settings of taxes by which its rows come out as it says them. */
  get settings(): TaxSettings[] {
    return settingsThatFit(this.#said);
  }

  /** What items are worth together, shown with the prices of one of them. */
  amounts(priced: MagentoOrderItem, items: readonly MagentoOrderItem[]): LineAmounts {
    const exact = this.#exact(items);
    const total = minus(exact.subtotal, exact.discount);
    const totalInclTax = sum([total, exact.tax]);
    const gross = exact.subtotalInclTax;
    const minor = (value: Decimal) => toMinor(value, this.digits);
    return {
      unitPrice: toPlaces(decimalOf(priced[`${this.#prefix}price`]), 4),
      unitPriceInclTax: optionalPlaces(priced[`${this.#prefix}price_incl_tax`]),
      originalPrice: optionalPlaces(priced[`${this.#prefix}original_price`]),
      subtotalMinor: minor(exact.subtotal),
      subtotalInclTaxMinor: gross && minor(gross),
      discountMinor: minor(exact.discount),
      discountInclTaxMinor: gross && minor(minus(gross, totalInclTax)),
      discountShownMinor: minor(exact.discountShown),
      taxMinor: minor(exact.tax),
      rowTotalMinor: minor(total),
      rowTotalInclTaxMinor: minor(totalInclTax),
      fixedProductTaxMinor: minor(exact.fixedProductTax),
      fixedProductTaxTaxMinor: minor(fixedProductTaxTaxOf(this.#order, items, this.#prefix)),
    };
  }

  /**
   * Magento rounds the price of a unit to hundredths for show, so a row may be off by half of one for each unit, and
   * by one of its own. More is not its arithmetic: an ERP that multiplies would book another amount.
   */
  rowProblems(): Problem[] {
    return this.#said.flatMap(({ quantity, unitPrice, subtotal }, index) => {
      const priced = times(unitPrice, quantity);
      const slack = sum([hundredth, times(decimalOf('0.005'), quantity)]);
      if (magnitude(minus(subtotal, priced)) <= slack) return [];
      const { item_id: id } = this.#paying[index]!;
      const detail = `item ${id}: price x quantity is ${toPlaces(priced, 4)}, its row says ${toPlaces(subtotal, 4)}`;
      return [{ code: 'order.totals_differ', detail }];
    });
  }

  #exact(items: readonly MagentoOrderItem[]): RowAmounts {
    return sumOfRows(items.map((item) => this.#rows.get(item)!));
  }

  #saidRow(item: MagentoOrderItem): SaidRow {
    const row = this.#rows.get(item)!;
    return {
      quantity: decimalOf(item.qty_ordered),
      unitPrice: decimalOf(item[`${this.#prefix}price`]),
      unitPriceInclTax: decimalOf(item[`${this.#prefix}price_incl_tax`]),
      subtotal: row.subtotal,
      discountShown: row.discountShown,
      tax: row.tax,
      compensation: minus(row.discountShown, row.discount),
      rates: ratesOf(this.#order, item),
    };
  }

  /** Of the rows alone: Magento's own figure has the fixed product taxes in it. */
  #subtotalInclTax(): Decimal {
    const fixed = this.#paying
      .flatMap(appliedFixedProductTaxes)
      .map((tax) => decimalOf(tax[`${this.#prefix}row_amount_incl_tax`]));
    return minus(decimalOf(this.#order[`${this.#prefix}subtotal_incl_tax`]), sum(fixed));
  }
}

export const optionalPlaces = (text: string | null): string | null =>
  text === null ? null : toPlaces(decimalOf(text), 4);
