import type { DocumentAmounts, Fulfilment } from '../../schemas/types.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { currencyDigits } from '../platform/currency.ts';
import { decimalOf, fromMinor, rounded, toPlaces } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';

/** One of the amounts of a document; null where it has none. */
export function amountOf(
  { amounts }: Pick<Fulfilment, 'amounts'>,
  name: Exclude<keyof DocumentAmounts, 'currency'>,
): Decimal | null {
  const minor = amounts?.[name] ?? null;
  return minor === null ? null : fromMinor(minor, currencyDigits(amounts!.currency));
}

/**
 * The shop takes amounts in the base currency of the order, and rounds those in the order's by itself: another currency
 * could be compared with nothing.
 * @throws Rejected
 */
export function assertCurrency(document: Fulfilment, { base_currency_code }: MagentoOrder): void {
  const { kind, documentId, amounts } = document;
  if (amounts === null || amounts.currency === base_currency_code) return;
  throw new Rejected({
    code: `${kind}.currency`,
    what: `Document ${documentId} has its amounts in ${amounts.currency}, the order counts in ${base_currency_code}`,
    fix: `Let the ERP's query give \`amounts\` in ${base_currency_code}, or none`,
  });
}

/** How the total that the shop has come to differs from the ERP's, to the minor unit; empty where it does not, or none is told. */
export function differenceOfTotal(document: Fulfilment, baseGrandTotal: string | null): string[] {
  const asked = amountOf(document, 'totalMinor');
  if (asked === null) return [];
  const { currency } = document.amounts!;
  const digits = currencyDigits(currency);
  const made = rounded(decimalOf(baseGrandTotal), digits);
  return made === asked
    ? []
    : [`a total of ${toPlaces(made, digits)} instead of ${toPlaces(asked, digits)} ${currency}`];
}
