import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoCreditMemo } from '../magento/credit-memos.ts';
import type { MagentoInvoice } from '../magento/invoices.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { decimalOf, sum, times, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import { differenceOfTotal } from './amounts.ts';
import type { WantedItem } from './lines.ts';
import type { RefundPlan } from './refund-plan.ts';
import type { OrderUnits } from './units.ts';

/** What a document was to be of, and the order that it was made of. */
export interface Asked {
  wanted: readonly WantedItem[];
  units: OrderUnits;
}

/**
 * Compares a shipment with what it was to be. Magento ships less than asked, or from another source, without a word.
 * @throws Rejected naming the difference; the shipment is there, so a person has to look.
 */
export function verifyShipment(
  shipment: MagentoShipment,
  document: Fulfilment,
  asked: Asked,
  sourceCode: string,
): void {
  const differences = differencesOf(shipment.items, asked);
  const source = shipment.extension_attributes.source_code;
  if (source !== null && source !== sourceCode) differences.push(`source ${source} instead of ${sourceCode}`);
  refuse(shipment, document, differences);
}

/** The same of an invoice, of whose lines Magento drops those that it does not know. */
export function verifyInvoice(invoice: MagentoInvoice, document: Fulfilment, asked: Asked): void {
  refuse(invoice, document, [
    ...differencesOf(invoice.items, asked),
    ...differenceOfTotal(document, invoice.base_grand_total),
  ]);
}

/** The same of a credit memo, and of the amounts that it was asked for. */
export function verifyCreditMemo(
  memo: MagentoCreditMemo,
  document: Fulfilment,
  { plan, units }: { plan: RefundPlan; units: OrderUnits },
): void {
  const amounts = [
    ['shipping', memo.base_shipping_amount, plan.shipping],
    ['adjustment refund', memo.base_adjustment_positive, plan.adjustmentRefund],
    ['adjustment fee', memo.base_adjustment_negative, plan.adjustmentFee],
  ] as const;
  refuse(memo, document, [
    ...differencesOf(memo.items, { wanted: plan.wanted, units }),
    ...amounts
      .filter(([, made, asked]) => decimalOf(made) !== asked)
      .map(
        ([name, made, asked]) =>
          `${name} of ${toPlaces(decimalOf(made), 4)} instead of ${toPlaces(asked, 4)}`,
      ),
    ...differenceOfTotal(document, memo.base_grand_total),
  ]);
}

/**
 * By the goods, and not by the items: which of several lines with one SKU a document is of is decided by what was left of
 * each as it was made, and that is over.
 */
function differencesOf(
  made: readonly { order_item_id: number; qty: string }[],
  { wanted, units }: Asked,
): string[] {
  const named = made
    .filter(({ order_item_id }) => units.named.has(order_item_id))
    .map(({ order_item_id: itemId, qty }) => ({ itemId, quantity: decimalOf(qty) }));
  const found = sumOfGoods(named, units);
  const asked = sumOfGoods(
    wanted.map(({ item, quantity }) => ({ itemId: item.item_id, quantity })),
    units,
  );
  return [...asked].flatMap(([sku, quantity]) => {
    const is = found.get(sku) ?? zero;
    return is === quantity ? [] : [`${sku}: ${toPlaces(is, 4)} instead of ${toPlaces(quantity, 4)}`];
  });
}

function sumOfGoods(
  items: readonly { itemId: number; quantity: Decimal }[],
  { pieces }: OrderUnits,
): Map<string, Decimal> {
  const goods = new Map<string, Decimal>();
  for (const { itemId, quantity } of items)
    for (const { sku, perUnit } of pieces.get(itemId) ?? [])
      goods.set(sku, sum([goods.get(sku) ?? zero, times(perUnit, quantity)]));
  return goods;
}

function refuse(
  { increment_id }: { increment_id: string },
  { kind, documentId }: Fulfilment,
  differences: readonly string[],
): void {
  if (differences.length === 0) return;
  throw new Rejected({
    code: `${kind}.differs`,
    what: `The ${kind} ${increment_id} for document ${documentId} is not what was asked: ${differences.join('; ')}`,
    fix: 'Look at the order in the shop: something else has made it at the same time; correct it there by hand',
  });
}
