/**
 * Magento's calculation of taxes, written after its source (magento/magento2, app/code/Magento/Tax/Model/Calculation:
 * UnitBaseCalculator, AbstractAggregateCalculator with RowBaseCalculator and TotalBaseCalculator) and in floats, as PHP
 * does it. It knows nothing of how Cartage reads an order.
 */
import { DeltaRounding, round, sumOf } from './round.ts';

export interface TaxConfig {
  rounding: 'unit' | 'row' | 'total';
  afterDiscount: boolean;
}

/** A rate that is applied by itself; its parts are added up to it (rules of one priority). */
export interface Rate {
  percent: number;
  parts: { code: string; percent: number }[];
}

/** A product, a fixed product tax, or the shipping. */
export interface Taxable {
  code: string;
  /** The product that a fixed product tax belongs to: they are rounded together. */
  associatedCode?: string;
  quantity: number;
  /** With tax where `includesTax`. */
  unitPrice: number;
  includesTax: boolean;
  discount: number;
  rates: readonly Rate[];
}

export interface TaxedRow {
  price: number;
  priceInclTax: number;
  rowTotal: number;
  rowTotalInclTax: number;
  rowTax: number;
  compensation: number;
  applied: { code: string; percent: number; amount: number }[];
}

export class TaxCalculator {
  readonly #config: TaxConfig;
  readonly #deltas = new DeltaRounding();

  constructor(config: TaxConfig) {
    this.#config = config;
  }

  calculate(item: Taxable): TaxedRow {
    return item.includesTax ? this.#withTaxInPrice(item) : this.#withTaxNotInPrice(item);
  }

  #withTaxInPrice(item: Taxable): TaxedRow {
    const { quantity, discount } = item;
    const percent = sumOf(item.rates.map((rate) => rate.percent));
    const priceInclTax = round(item.unitPrice);
    const taxIn = (gross: number) => gross * (1 - 1 / (1 + percent / 100));
    const isByUnit = this.#config.rounding === 'unit';
    const per = isByUnit ? 1 : quantity;
    const gross = priceInclTax * per;
    const tax = isByUnit ? round(taxIn(gross)) : this.#round(taxIn(gross), `${percent}`, 'before', item);
    let taxAfter = tax;
    if (this.#config.afterDiscount) {
      const left = Math.max(gross - (discount / quantity) * per, 0);
      taxAfter = isByUnit ? round(taxIn(left)) : this.#round(taxIn(left), `${percent}`, 'after', item);
    }
    const times = quantity / per;
    const rowTotal = (gross - tax) * times;
    const rowTax = taxAfter * times;
    return {
      price: isByUnit ? gross - tax : round(rowTotal / quantity),
      priceInclTax,
      rowTotal,
      rowTotalInclTax: gross * times,
      rowTax,
      compensation: (tax - taxAfter) * times,
      applied: this.#shares(rowTax, percent, item.rates),
    };
  }

  #withTaxNotInPrice(item: Taxable): TaxedRow {
    const { quantity, discount, rates } = item;
    const price = round(item.unitPrice);
    const isByUnit = this.#config.rounding === 'unit';
    const per = isByUnit ? 1 : quantity;
    const times = quantity / per;
    const left = Math.max(price * per - (discount / quantity) * per, 0);
    const taxes = rates.map((rate) => {
      const key = codesOf(rate);
      const before = this.#round((price * per * rate.percent) / 100, key, 'before', item);
      if (!this.#config.afterDiscount) return { before, after: before };
      return { before, after: this.#round((left * rate.percent) / 100, key, 'after', item) };
    });
    const taxBefore = sumOf(taxes.map(({ before }) => before));
    const rowTotal = price * quantity;
    const rowTotalInclTax = isByUnit ? (price + taxBefore) * quantity : rowTotal + taxBefore;
    return {
      price,
      priceInclTax: isByUnit ? price + taxBefore : round(rowTotalInclTax / quantity),
      rowTotal,
      rowTotalInclTax,
      rowTax: sumOf(taxes.map(({ after }) => after)) * times,
      compensation: 0,
      applied: rates.flatMap((rate, index) => partsOf(rate, taxes[index]!.after * times)),
    };
  }

  /** By total all rows share what rounding left over, else each row has its own. */
  #round(exact: number, rate: string, stage: 'before' | 'after', item: Taxable): number {
    const row = this.#config.rounding === 'total' ? '' : (item.associatedCode ?? item.code);
    return this.#deltas.round(exact, `${stage} ${item.includesTax} ${rate} ${row}`);
  }

  /** Of prices that include tax, all rates are one; what they come to is shared out. */
  #shares(rowTax: number, percent: number, rates: readonly Rate[]): TaxedRow['applied'] {
    let shared = 0;
    return rates.flatMap((rate) => {
      const exact = (rowTax / percent) * rate.percent;
      const amount = Math.min(this.#deltas.round(exact, `applied ${codesOf(rate)}`), rowTax - shared);
      shared += amount;
      return partsOf(rate, amount);
    });
  }
}

const codesOf = (rate: Rate): string => rate.parts.map(({ code }) => code).join();

function partsOf(rate: Rate, amount: number): TaxedRow['applied'] {
  return rate.parts.map(({ code, percent }) => ({
    code,
    percent,
    amount: (amount * percent) / rate.percent,
  }));
}
