import type { LineAmounts, Problem } from '../../../schemas/types.ts';
import { appliedFixedProductTaxes } from '../../magento/order-item-shape.ts';
import type { MagentoOrderItem } from '../../magento/order-item-shape.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import { decimalOf, magnitude, minus, sum, times, toMinor, toPlaces, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { currencyDigits } from '../../platform/currency.ts';
import { linesOf, payingItems } from './line-items.ts';
import { areCatalogPricesGross, hundredth, rowAmounts, rowReadings, sumOfRows } from './row-amounts.ts';
import type { Prefix, RowAmounts, RowReading } from './row-amounts.ts';
import { fixedProductTaxTaxOf, ratesOf } from './taxes.ts';
import type { PossibleRates } from './taxes.ts';
import { grossRows, settingsThatFit } from './tax-rounding.ts';
import type { SaidRow, TaxSettings } from './tax-rounding.ts';

/** One way to read the rows of an order. */
interface Variant {
  reading: RowReading;
  rows: SaidRow[];
  settings: TaxSettings[];
}

/** Reads what the items of an order are worth, in one of its two currencies. */
export class AmountsReader {
  /** ISO code. */
  readonly currency: string;
  readonly digits: number;
  /** The shop's settings of taxes by which its rows come out as it says them. */
  readonly settings: readonly TaxSettings[];
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
    const [likeliest, ...others] = this.#possible(rowReadings(order, this.#paying, prefix));
    this.#said = likeliest!.rows;
    this.settings = [likeliest!, ...others].flatMap(({ settings }) => settings);
    for (const item of order.items) this.#rows.set(item, rowAmounts(item, prefix, likeliest!.reading));
    const subtotalInclTax = this.#subtotalInclTax();
    const [gross, ...otherGross] = [likeliest!, ...others].map(({ rows }) =>
      grossRows(rows, subtotalInclTax),
    );
    for (const [index, item] of this.#paying.entries()) {
      const told = gross?.[index] ?? null;
      const isSure = otherGross.every((other) => (other?.[index] ?? null) === told);
      this.#rows.set(item, { ...this.#rows.get(item)!, subtotalInclTax: isSure ? told : null });
    }
  }

  /** The ways to read the rows by which Magento's arithmetic makes their taxes; at least one. */
  #possible(readings: readonly RowReading[]): Variant[] {
    const rates = ratesOf(this.#order, this.#paying);
    const isUnsure = rates.some(({ rates: [, other] }) => other !== undefined);
    const isGross = areCatalogPricesGross(this.#paying, this.#prefix);
    const isOfCatalog = (one: TaxSettings) => isGross === null || one.pricesIncludeTax === isGross;
    const variants = readings.flatMap((reading) =>
      (isUnsure ? [0, 1] : [0]).map((choice) => {
        const rows = this.#paying.map((item, index) => this.#saidRow(item, reading, rates[index]!, choice));
        return { reading, rows, settings: settingsThatFit(rows).filter(isOfCatalog) };
      }),
    );
    const fitting = variants.filter(({ settings }) => settings.length > 0);
    return fitting.length > 0 ? fitting : variants.slice(0, 1);
  }

  /** All lines together. */
  get whole(): RowAmounts {
    return this.#exact(this.#paying);
  }

  /** What items are worth together, shown with the prices of one of them. Sums of minor units hold exactly. */
  amounts(priced: MagentoOrderItem, items: readonly MagentoOrderItem[]): LineAmounts {
    const exact = this.#exact(items);
    const minor = (value: Decimal) => toMinor(value, this.digits);
    const subtotalMinor = minor(exact.subtotal);
    const discountMinor = minor(exact.discount);
    const taxMinor = minor(exact.tax);
    const rowTotalMinor = subtotalMinor - discountMinor;
    const rowTotalInclTaxMinor = rowTotalMinor + taxMinor;
    const subtotalInclTaxMinor = exact.subtotalInclTax === null ? null : minor(exact.subtotalInclTax);
    return {
      unitPrice: toPlaces(decimalOf(priced[`${this.#prefix}price`]), 4),
      unitPriceInclTax: optionalPlaces(priced[`${this.#prefix}price_incl_tax`]),
      originalPrice: optionalPlaces(priced[`${this.#prefix}original_price`]),
      subtotalMinor,
      subtotalInclTaxMinor,
      discountMinor,
      discountInclTaxMinor:
        subtotalInclTaxMinor === null ? null : subtotalInclTaxMinor - rowTotalInclTaxMinor,
      discountShownMinor: minor(exact.discountShown),
      taxMinor,
      rowTotalMinor,
      rowTotalInclTaxMinor,
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

  #saidRow(
    item: MagentoOrderItem,
    reading: RowReading,
    { rates, areRatesTold }: PossibleRates,
    choice: number,
  ): SaidRow {
    const row = rowAmounts(item, this.#prefix, reading);
    const isFeeTaxed = fixedProductTaxTaxOf(this.#order, [item], this.#prefix) !== zero;
    return {
      quantity: decimalOf(item.qty_ordered),
      unitPrice: decimalOf(item[`${this.#prefix}price`]),
      unitPriceInclTax: decimalOf(item[`${this.#prefix}price_incl_tax`]),
      subtotal: row.subtotal,
      discountShown: row.discountShown,
      tax: row.tax,
      compensation: minus(row.discountShown, row.discount),
      fee: isFeeTaxed ? row.fixedProductTax : zero,
      feeInclTax: isFeeTaxed ? this.#feeInclTax(item) : zero,
      rates: rates[choice] ?? rates[0],
      areRatesTold,
    };
  }

  /** Of the rows alone: Magento's own figure has the fixed product taxes in it. */
  #subtotalInclTax(): Decimal {
    const fees = this.#paying.map((item) => this.#feeInclTax(item));
    return minus(decimalOf(this.#order[`${this.#prefix}subtotal_incl_tax`]), sum(fees));
  }

  #feeInclTax(item: MagentoOrderItem): Decimal {
    const name = `${this.#prefix}row_amount_incl_tax` as const;
    return sum(appliedFixedProductTaxes(item).map((tax) => decimalOf(tax[name])));
  }
}

export const optionalPlaces = (text: string | null): string | null =>
  text === null ? null : toPlaces(decimalOf(text), 4);
