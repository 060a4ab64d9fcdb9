import type { DocumentAmounts, Fulfilment } from '../../schemas/types.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import { currencyDigits } from '../platform/currency.ts';
import { fromMinor, toPlaces } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import { comparedTotal } from '../wanted/documents/total.ts';
import type { Totals } from '../wanted/documents/total.ts';

/** One of the amounts of a document; null where it has none. */
export function amountOf(
  { amounts }: Pick<Fulfilment, 'amounts'>,
  name: Exclude<keyof DocumentAmounts, 'currency'>,
): Decimal | null {
  const minor = amounts?.[name] ?? null;
  return minor === null ? null : fromMinor(minor, currencyDigits(amounts!.currency));
}

/**
 * The shop takes amounts in the base currency of the order, and rounds those in the order's by itself. A total, which is only
 * compared, and shipping, which the order has in both, may be in either.
 * @throws Rejected
 */
export function assertCurrency(document: Fulfilment, order: OrderInBrief): void {
  const { kind, documentId, amounts } = document;
  const { base_currency_code, order_currency_code } = order;
  const given = [amounts?.adjustmentRefundMinor, amounts?.adjustmentFeeMinor];
  const isTold = given.some((minor) => (minor ?? 0) !== 0);
  const known = isTold ? [base_currency_code] : [base_currency_code, order_currency_code];
  if (amounts === null || known.includes(amounts.currency)) return;
  throw new Rejected({
    code: `${kind}.currency`,
    what: `Document ${documentId} has its amounts in ${amounts.currency}, the order counts in ${known.join(' and ')}`,
    fix: `Let the ERP's query give \`amounts\` in ${base_currency_code}, or none`,
  });
}

/** How the total that the shop has come to differs from the ERP's, to the minor unit; empty where it does not, or none is told. */
export function differenceOfTotal(document: Fulfilment, totals: Totals): string[] {
  const compared = comparedTotal(document, totals);
  if (compared === null || compared.made === compared.asked) return [];
  const { made, asked, digits, currency } = compared;
  return [`a total of ${toPlaces(made, digits)} instead of ${toPlaces(asked, digits)} ${currency}`];
}
