import {
  decimalOf,
  dividedBy,
  magnitude,
  minus,
  rounded,
  sum,
  times,
  toPlaces,
  zero,
} from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import { fourthPlace } from './row-amounts.ts';

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
  /** What fixed product taxes the shop taxes with the row, without and with their tax. */
  fee: Decimal;
  feeInclTax: Decimal;
  /** Each is computed by itself. */
  rates: readonly Rate[];
  /** False where the shop does not say whether its percentage is of one rate or of several. */
  areRatesTold: boolean;
}

export interface Rate {
  code: string;
  percent: Decimal;
}

export const roundings = ['row', 'unit', 'total'] as const;
export type Rounding = (typeof roundings)[number];

/** Settings of a shop that its amounts may tell. */
export interface TaxSettings {
  rounding: Rounding;
  pricesIncludeTax: boolean;
  afterDiscount: boolean;
}

const one = decimalOf('1');
const hundred = decimalOf('100');
/** Magento starts from this, so that a half is rounded up whatever its floats made of it. */
const nudge = decimalOf('0.000001');

/**
 * The tax of each row, as Magento computes it (magento/magento2: Magento/Tax/Model/Calculation, the calculators by
 * unit, row and total). Rounding by total carries what one row's rounding left over into the next row of that rate.
 */
export function taxesOfRows(rows: readonly TaxedRow[], settings: TaxSettings): Decimal[] {
  const carried = new Map<string, Decimal>();
  const round = (exact: Decimal, code: string): Decimal => {
    if (exact === zero) return zero;
    const whole = sum([exact, settings.rounding === 'total' ? (carried.get(code) ?? nudge) : nudge]);
    carried.set(code, minus(whole, rounded(whole, 2)));
    return rounded(whole, 2);
  };
  return rows.map((row) => {
    if (row.quantity === zero) return zero;
    const units = settings.rounding === 'unit' ? row.quantity : one;
    const base = dividedBy(taxedAmount(row, settings), units);
    return sum(
      (settings.pricesIncludeTax ? [asOne(row.rates)] : row.rates).map(({ code, percent }) => {
        const part = settings.pricesIncludeTax ? sum([hundred, percent]) : hundred;
        const taxOf = (amount: Decimal) => round(dividedBy(times(amount, percent), part), code);
        const tax = times(taxOf(base), units);
        // Its tax is not the row's, but leaves something over, too.
        taxOf(settings.pricesIncludeTax ? row.feeInclTax : row.fee);
        return tax;
      }),
    );
  });
}

/** Prices that include tax hold all rates as one, and know it by its percentage alone. */
function asOne(rates: readonly Rate[]): Rate {
  const percent = sum(rates.map((rate) => rate.percent));
  return { code: toPlaces(percent, 4), percent };
}

function taxedAmount(row: TaxedRow, { pricesIncludeTax, afterDiscount }: TaxSettings): Decimal {
  // Not the row itself, of which a table keeps four places only.
  const whole = times(pricesIncludeTax ? row.unitPriceInclTax : row.unitPrice, row.quantity);
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
  if (!rows.every(({ areRatesTold }) => areRatesTold)) return [];
  const isDiscounted = rows.some(({ discountShown }) => discountShown !== zero);
  const settings = [true, false].flatMap((pricesIncludeTax) =>
    rows.every((row) => isKeptAs(row, pricesIncludeTax))
      ? (isDiscounted ? [true, false] : [true]).flatMap((afterDiscount) =>
          roundings.map((rounding) => ({ rounding, pricesIncludeTax, afterDiscount })),
        )
      : [],
  );
  return settings.filter((one) => {
    const taxes = taxesOfRows(rows, one);
    return rows.every((row, index) => isStored(row.tax, taxes[index]!));
  });
}

/** Shows with decimal quantities. @param count How many of them were added up. */
function isStored(said: Decimal, worked: Decimal, count = 1): boolean {
  return magnitude(minus(said, worked)) <= times(fourthPlace, decimalOf(String(count)));
}

/** The price that the shop keeps makes the row exactly; the other one is rounded for show. */
function isKeptAs(row: SaidRow, pricesIncludeTax: boolean): boolean {
  return pricesIncludeTax
    ? isStored(grossOf(row), times(row.unitPriceInclTax, row.quantity))
    : row.compensation === zero && isStored(row.subtotal, times(row.unitPrice, row.quantity));
}

const grossOf = (row: SaidRow): Decimal => sum([row.subtotal, row.tax, row.compensation]);

/**
 * Each row with tax, before discount, of which Magento says the sum alone. Its tax is that of before the discount,
 * unless a shop with prices without tax computes it after; then it is computed again. Null where no rounding makes the
 * sum, or several make it of different rows.
 */
export function grossRows(rows: readonly SaidRow[], whole: Decimal): Decimal[] | null {
  const said = rows.map(grossOf);
  const makesWhole = (gross: Decimal[]) => isStored(whole, sum(gross), rows.length + 1);
  const isAfter = (one: TaxSettings) => !one.pricesIncludeTax && one.afterDiscount;
  const settings = settingsThatFit(rows);
  const fitting = settings.filter(isAfter);
  // With a discount the taxes of another shop may make the same sum by chance.
  const isSaid = fitting.length === 0 || rows.every(({ discountShown }) => discountShown === zero);
  if (isSaid && makesWhole(said)) return said;
  const candidates = fitting.length > 0 ? fitting.map(({ rounding }) => rounding) : roundings;
  const workedOut = candidates.map((rounding) => {
    const taxes = taxesOfRows(rows, { rounding, pricesIncludeTax: false, afterDiscount: false });
    return rows.map((row, index) => sum([row.subtotal, taxes[index]!]));
  });
  const [first = null, ...others] = [
    ...(settings.length > fitting.length ? [said] : []),
    ...workedOut,
  ].filter(makesWhole);
  return others.every((other) => other.every((gross, index) => gross === first?.[index])) ? first : null;
}
