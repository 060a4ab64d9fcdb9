import { decimalOf, dividedBy, minus, rounded, sum, times, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';

/** What of a row its tax is computed from. */
export interface TaxedRow {
  quantity: Decimal;
  unitPrice: Decimal;
  /** With tax, before discount. */
  unitPriceInclTax: Decimal;
  /** Before discount, without tax. */
  subtotal: Decimal;
  /** As the shop shows it. */
  discountShown: Decimal;
  /** In percent, one for each rate that is computed by itself. */
  rates: readonly Decimal[];
}

export const roundings = ['row', 'unit', 'total'] as const;
export type Rounding = (typeof roundings)[number];

/** Settings of a shop that its amounts may tell. */
export interface TaxSettings {
  rounding: Rounding;
  pricesIncludeTax: boolean;
  afterDiscount: boolean;
}

const hundred = decimalOf('100');
/** Magento starts from this, so that a half is rounded up whatever its floats made of it. */
const nudge = decimalOf('0.000001');

/**
 * The tax of each row, as Magento computes it (magento/magento2: Magento/Tax/Model/Calculation, the calculators by
 * unit, row and total). Rounding by total carries what one row's rounding left over into the next row of that rate.
 */
export function taxesOfRows(rows: readonly TaxedRow[], settings: TaxSettings): Decimal[] {
  const carried = new Map<Decimal, Decimal>();
  const round = (exact: Decimal, rate: Decimal): Decimal => {
    if (exact === zero) return zero;
    const whole = sum([exact, settings.rounding === 'total' ? (carried.get(rate) ?? nudge) : nudge]);
    carried.set(rate, minus(whole, rounded(whole, 2)));
    return rounded(whole, 2);
  };
  return rows.map((row) => {
    const base = taxedAmount(row, settings);
    // Prices that include tax hold all rates as one.
    const rates = settings.pricesIncludeTax ? [sum(row.rates)] : row.rates;
    return sum(
      rates.map((rate) => {
        const part = settings.pricesIncludeTax ? sum([hundred, rate]) : hundred;
        const taxOf = (amount: Decimal) => dividedBy(times(amount, rate), part);
        if (settings.rounding !== 'unit') return round(taxOf(base), rate);
        return times(round(taxOf(dividedBy(base, row.quantity)), rate), row.quantity);
      }),
    );
  });
}

function taxedAmount(row: TaxedRow, { pricesIncludeTax, afterDiscount }: TaxSettings): Decimal {
  const whole = pricesIncludeTax ? times(row.unitPriceInclTax, row.quantity) : row.subtotal;
  const taxed = afterDiscount ? minus(whole, row.discountShown) : whole;
  return taxed > zero ? taxed : zero;
}

/** A row with what the shop says of its tax. */
export interface SaidRow extends TaxedRow {
  tax: Decimal;
  /** Tax that stood in the discount. */
  compensation: Decimal;
}

/** The settings by which all rows come out as the shop says them: none, one or several. */
export function settingsThatFit(rows: readonly SaidRow[]): TaxSettings[] {
  const settings = [true, false].flatMap((pricesIncludeTax) =>
    rows.every((row) => isKeptAs(row, pricesIncludeTax))
      ? [true, false].flatMap((afterDiscount) =>
          roundings.map((rounding) => ({ rounding, pricesIncludeTax, afterDiscount })),
        )
      : [],
  );
  return settings.filter((one) => {
    const taxes = taxesOfRows(rows, one);
    return rows.every((row, index) => row.tax === taxes[index]);
  });
}

/** The price that the shop keeps makes the row exactly; the other one is rounded for show. */
function isKeptAs(row: SaidRow, pricesIncludeTax: boolean): boolean {
  return pricesIncludeTax
    ? times(row.unitPriceInclTax, row.quantity) === grossOf(row)
    : times(row.unitPrice, row.quantity) === row.subtotal;
}

const grossOf = (row: SaidRow): Decimal => sum([row.subtotal, row.tax, row.compensation]);

/**
 * Each row with tax, before discount, of which Magento says the sum alone. Its tax is that of before the discount,
 * unless a shop with prices without tax computes it after; then it is computed again, by the rounding that makes the
 * sum. Null where none does.
 */
export function grossRows(rows: readonly SaidRow[], whole: Decimal): Decimal[] | null {
  const computed = roundings.map((rounding) => {
    const taxes = taxesOfRows(rows, { rounding, pricesIncludeTax: false, afterDiscount: false });
    return rows.map((row, index) => sum([row.subtotal, taxes[index]!]));
  });
  return [rows.map(grossOf), ...computed].find((gross) => sum(gross) === whole) ?? null;
}
