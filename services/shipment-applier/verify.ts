import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoInvoice } from '../magento/invoices.ts';
import type { MagentoShipment } from '../magento/shipments.ts';
import { foldSku } from '../magento/sku.ts';
import { decimalOf, sum, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';

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
  refuse(invoice, document, differencesOf(items, document));
}

function differencesOf(
  items: MagentoShipment['items'] | MagentoInvoice['items'],
  document: Fulfilment,
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
