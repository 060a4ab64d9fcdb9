import type { Fulfilment, FulfilmentLine } from '../../schemas/types.ts';
import type { MagentoCreditMemo } from '../magento/credit-memos.ts';
import type { MagentoInvoice } from '../magento/invoices.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { foldSku } from '../magento/sku.ts';
import { decimalOf, sum, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';
import { differenceOfTotal } from './amounts.ts';
import { refundableItems } from './refund-plan.ts';
import type { RefundPlan } from './refund-plan.ts';

/**
 * Compares a shipment with what it was to be. Magento ships less than asked, or from another source, without a word.
 * A line that names its order line is compared by that: the shop's SKU of it may be another than the ERP's.
 * @throws Rejected naming the difference; the shipment is there, so a person has to look.
 */
export function verifyShipment(shipment: MagentoShipment, document: Fulfilment, sourceCode: string): void {
  const differences = differencesOf(shipment.items, document);
  const source = shipment.extension_attributes.source_code;
  if (source !== null && source !== sourceCode) differences.push(`source ${source} instead of ${sourceCode}`);
  refuse(shipment, document, differences);
}

/** The same of an invoice, of whose lines Magento drops those that it does not know. @param tops The items that are no parts of others. */
export function verifyInvoice(
  invoice: MagentoInvoice,
  document: Fulfilment,
  tops: ReadonlySet<number>,
): void {
  const items = invoice.items.filter(({ order_item_id }) => tops.has(order_item_id));
  refuse(invoice, document, [
    ...differencesOf(items, document),
    ...differenceOfTotal(document, invoice.base_grand_total),
  ]);
}

/** The same of a credit memo, by the items that it was to be of: a bundle may be paid back by its parts. */
export function verifyCreditMemo(
  memo: MagentoCreditMemo,
  document: Fulfilment,
  { plan, order }: { plan: RefundPlan; order: MagentoOrder },
): void {
  const skus = new Map(order.items.map(({ item_id, sku }) => [item_id, sku]));
  const counted = refundableItems(order);
  const items = memo.items
    .filter(({ order_item_id }) => counted.has(order_item_id))
    .map(({ order_item_id, qty }) => ({ order_item_id, qty, sku: skus.get(order_item_id) ?? null }));
  const lines = plan.wanted.map(({ item: { sku }, quantity }) => ({
    sku,
    orderLineId: null,
    quantity: toPlaces(quantity, 12),
  }));
  const amounts = [
    ['shipping', memo.base_shipping_amount, plan.shipping],
    ['adjustment refund', memo.base_adjustment_positive, plan.adjustmentRefund],
    ['adjustment fee', memo.base_adjustment_negative, plan.adjustmentFee],
  ] as const;
  refuse(memo, document, [
    ...differencesOf(items, { lines }),
    ...amounts
      .filter(([, made, asked]) => decimalOf(made) !== asked)
      .map(
        ([name, made, asked]) =>
          `${name} of ${toPlaces(decimalOf(made), 4)} instead of ${toPlaces(asked, 4)}`,
      ),
    ...differenceOfTotal(document, memo.base_grand_total),
  ]);
}

function differencesOf(
  items: readonly { order_item_id: number; sku: string | null; qty: string }[],
  document: { lines: readonly Pick<FulfilmentLine, 'sku' | 'orderLineId' | 'quantity'>[] },
): string[] {
  const asked = sumByName(document.lines.map(({ quantity, ...line }) => ({ name: nameOf(line), quantity })));
  const made = sumByName(
    items.map(({ order_item_id, sku, qty }) => {
      const byLine = nameOf({ orderLineId: String(order_item_id), sku: '' });
      return {
        name: asked.has(byLine) ? byLine : nameOf({ orderLineId: null, sku: sku ?? '' }),
        quantity: qty,
      };
    }),
  );
  return [...asked].flatMap(([name, quantity]) => {
    const found = made.get(name) ?? zero;
    return found === quantity ? [] : [`${name}: ${toPlaces(found, 4)} instead of ${toPlaces(quantity, 4)}`];
  });
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

function nameOf({ orderLineId, sku }: { orderLineId: string | null; sku: string }): string {
  return orderLineId === null ? foldSku(sku) : `line ${orderLineId}`;
}

function sumByName(lines: readonly { name: string; quantity: string }[]): Map<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const { name, quantity } of lines) sums.set(name, sum([sums.get(name) ?? zero, decimalOf(quantity)]));
  return sums;
}
