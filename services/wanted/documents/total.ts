import type { Fulfilment } from '../../../schemas/types.ts';
import { currencyDigits } from '../../platform/currency.ts';
import { decimalOf, fromMinor, rounded } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';

/** Totals of a document of the shop. */
export interface Totals {
  base_currency_code: string | null;
  base_grand_total: string | null;
  grand_total: string | null;
}

/** What a document comes to in the ERP, and in the shop; null where one of them tells no total: a shipment has none there. */
export function comparedTotal(
  { amounts }: Pick<Fulfilment, 'amounts'>,
  totals: Totals,
): { asked: Decimal; made: Decimal; digits: number; currency: string } | null {
  const minor = amounts?.totalMinor ?? null;
  if (amounts === null || minor === null) return null;
  const { currency } = amounts;
  const digits = currencyDigits(currency);
  const isBase = currency === (totals.base_currency_code ?? currency);
  const total = isBase ? totals.base_grand_total : totals.grand_total;
  if (total === null) return null;
  return { asked: fromMinor(minor, digits), made: rounded(decimalOf(total), digits), digits, currency };
}
