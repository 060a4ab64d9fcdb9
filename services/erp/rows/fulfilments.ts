import { fulfilments } from '../../../schemas/topics.ts';
import type { z } from 'zod';
import type { DocumentAmounts, Fulfilment } from '../../../schemas/types.ts';
import { currencyDigits } from '../../platform/currency.ts';
import { decimalOf, toMinor } from '../../platform/decimal.ts';
import { keyPartsOf, fulfilmentColumns } from '../columns.ts';
import type { RowShape } from './row.ts';

/**
 * A document that is no longer returned says nothing: queries look back only so far, and what was shipped stays shipped.
 * What the ERP has taken back it says by `withdrawn`.
 */
export const fulfilmentRows: RowShape<Fulfilment> = {
  contract: fulfilments,
  keyParts: keyPartsOf['erp.fulfilments']!,
  read: (row, origin, shownFrom = null) => {
    const document = fulfilmentColumns.parse(row);
    return {
      instance: document.instance,
      store: document.store,
      incrementId: document.increment_id,
      documentId: document.document_id,
      kind: document.kind,
      ...origin,
      shownFrom,
      documentDate: document.occurred_on,
      source: document.source ?? null,
      lines: document.lines.map(({ sku, orderLineId, quantity, returnToStock }) => ({
        sku,
        orderLineId: orderLineId ?? null,
        quantity,
        returnToStock: returnToStock ?? null,
      })),
      packages: (document.packages ?? []).map(({ carrier, service, trackingNumber }) => ({
        carrier,
        service: service ?? null,
        trackingNumber,
      })),
      amounts: amountsOf(document.amounts ?? null),
      invoiceId: document.invoice_id ?? null,
      withdrawn: document.withdrawn ?? false,
      text: document.text ?? null,
    };
  },
  deleted: null,
};

function amountsOf(given: z.infer<typeof fulfilmentColumns>['amounts'] | null): DocumentAmounts | null {
  if (given == null) return null;
  const { currency, total, shipping, adjustmentRefund, adjustmentFee } = given;
  const minor = (amount: string | null | undefined) =>
    amount == null ? null : toMinor(decimalOf(amount), currencyDigits(currency));
  return {
    currency,
    totalMinor: minor(total),
    shippingMinor: minor(shipping),
    adjustmentRefundMinor: minor(adjustmentRefund),
    adjustmentFeeMinor: minor(adjustmentFee),
  };
}
