import type { Fulfilment } from '../../schemas/types.ts';
import { paysShipping } from '../magento/credit-memos.ts';
import type { MagentoCreditMemo } from '../magento/credit-memos.ts';
import type { MagentoInvoice } from '../magento/invoices.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { decimalOf, sum, times, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import { amountOf, differenceOfTotal } from './amounts.ts';
import { invoicing, refunding, shipping } from './lines.ts';
import type { ShippingAsked } from './shipping-paid-back.ts';
import type { OrderUnits } from './units.ts';
import { goodsAsked } from './wanted.ts';

/**
 * Compares a shipment with what it was to be. Magento ships less than asked, or from another source, without a word.
 * @throws Rejected naming the difference; the shipment is there, so a person has to look.
 */
export function verifyShipment(
  shipment: MagentoShipment,
  document: Fulfilment,
  units: OrderUnits,
  sourceCode: string,
): void {
  const differences = differencesOf(shipment.items, goodsAsked(document, units, shipping), units);
  const source = shipment.extension_attributes.source_code;
  if (source !== null && source !== sourceCode) differences.push(`source ${source} instead of ${sourceCode}`);
  refuse(shipment, document, differences);
}

/** The same of an invoice, of whose lines Magento drops those that it does not know. */
export function verifyInvoice(invoice: MagentoInvoice, document: Fulfilment, units: OrderUnits): void {
  const differences = differencesOf(invoice.items, goodsAsked(document, units, invoicing), units);
  refuse(invoice, document, differences, differenceOfTotal(document, invoice));
}

/** The same of a credit memo, and of the amounts that it was asked for: of the shipping any of one or more, told as the first. */
export function verifyCreditMemo(
  memo: MagentoCreditMemo,
  document: Fulfilment,
  units: OrderUnits,
  shippingAsked: readonly ShippingAsked[],
): void {
  const { amount } = shippingAsked[0]!;
  const amounts = [
    [
      'shipping',
      shippingAsked.some((one) => paysShipping(memo, one)) ? toPlaces(amount, 4) : memo.base_shipping_amount,
      amount,
    ],
    ['adjustment refund', memo.base_adjustment_positive, amountOf(document, 'adjustmentRefundMinor')],
    ['adjustment fee', memo.base_adjustment_negative, amountOf(document, 'adjustmentFeeMinor')],
  ] as const;
  const differences = [
    ...differencesOf(memo.items, goodsAsked(document, units, refunding), units),
    ...amounts
      .map(([name, made, asked]) => ({ name, is: decimalOf(made), asked: asked ?? zero }))
      .filter(({ is, asked }) => is !== asked)
      .map(({ name, is, asked }) => `${name} of ${toPlaces(is, 4)} instead of ${toPlaces(asked, 4)}`),
  ];
  refuse(memo, document, differences, differenceOfTotal(document, memo));
}

function differencesOf(
  made: readonly { order_item_id: number; qty: string }[],
  asked: ReadonlyMap<string, Decimal>,
  { named, pieces }: OrderUnits,
): string[] {
  const found = new Map<string, Decimal>();
  for (const { order_item_id, qty } of made.filter((one) => named.has(one.order_item_id)))
    for (const { sku, perUnit } of pieces.get(order_item_id) ?? [])
      found.set(sku, sum([found.get(sku) ?? zero, times(perUnit, decimalOf(qty))]));
  return [...asked].flatMap(([sku, quantity]) => {
    const is = found.get(sku) ?? zero;
    return is === quantity ? [] : [`${sku}: ${toPlaces(is, 4)} instead of ${toPlaces(quantity, 4)}`];
  });
}

function refuse(
  { increment_id }: { increment_id: string },
  { kind, documentId }: Fulfilment,
  differences: readonly string[],
  ofTotal: readonly string[] = [],
): void {
  const all = [...differences, ...ofTotal];
  if (all.length === 0) return;
  throw new Rejected({
    code: `${kind}.differs`,
    what: `The ${kind} ${increment_id} for document ${documentId} is not what was asked: ${all.join('; ')}`,
    fix:
      differences.length === 0
        ? 'All that was asked for was made, so the ERP charges what its document does not say (`amounts`: shipping, adjustments; see deploy/SOURCES.md), or rounds otherwise: correct the query or the ERP for those to come, and this one by hand'
        : 'Look at the order in the shop: something else has made it at the same time, or the ERP has changed its document since; correct it there by hand',
  });
}
