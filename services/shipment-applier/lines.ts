import type { Fulfilment, FulfilmentLine } from '../../schemas/types.ts';
import type { MagentoOrderItem } from '../magento/order-item-shape.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import { foldSku } from '../magento/sku.ts';
import { decimalOf, minus, sum, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';

/** One line as Magento is to ship it. */
export interface ShippedItem {
  orderItemId: number;
  sku: string;
  /** Decimal text. */
  quantity: string;
}

/**
 * The order items a document ships. Magento drops lines it does not know and cuts quantities down to what is left,
 * both without a word (FACTS section 4), so all that is checked here.
 * @throws Rejected when a line is not of the order, or more than is left is to be shipped.
 */
export function shippedItems(document: Fulfilment, order: MagentoOrder): ShippedItem[] {
  const wanted = new Map<number, { item: MagentoOrderItem; quantity: Decimal }>();
  for (const line of document.lines) {
    const item = itemOf(line, document, order, wanted);
    const known = wanted.get(item.item_id)?.quantity ?? zero;
    wanted.set(item.item_id, { item, quantity: sum([known, decimalOf(line.quantity)]) });
  }
  if (wanted.size === 0)
    throw rejected('shipment.empty', document, 'has no lines', 'Correct the document in the ERP');
  return [...wanted.values()].map(({ item, quantity }) => {
    refuseTooMuch(item, quantity, document);
    return { orderItemId: item.item_id, sku: item.sku, quantity: toPlaces(quantity, 4) };
  });
}

function itemOf(
  line: FulfilmentLine,
  document: Fulfilment,
  order: MagentoOrder,
  wanted: ReadonlyMap<number, { quantity: Decimal }>,
): MagentoOrderItem {
  const items = order.items.filter((item) => item.parent_item_id === null);
  const found =
    line.orderLineId === null
      ? bySku(line.sku, items, wanted)
      : items.find((item) => String(item.item_id) === line.orderLineId);
  if (found) return found;
  const name = line.orderLineId === null ? `the SKU ${line.sku}` : `the line ${line.orderLineId}`;
  throw rejected(
    'shipment.line_unknown',
    document,
    `ships ${name}, which the order does not have`,
    'Correct the document in the ERP',
  );
}

/** Of several lines with the SKU the first that has something left to ship. */
function bySku(
  sku: string,
  items: MagentoOrderItem[],
  wanted: ReadonlyMap<number, { quantity: Decimal }>,
): MagentoOrderItem | undefined {
  const same = items.filter((item) => foldSku(item.sku) === foldSku(sku));
  return same.find((item) => leftOf(item) > (wanted.get(item.item_id)?.quantity ?? zero)) ?? same[0];
}

function refuseTooMuch(item: MagentoOrderItem, quantity: Decimal, document: Fulfilment): void {
  if (quantity <= 0n)
    throw rejected(
      'shipment.quantity',
      document,
      `ships ${toPlaces(quantity, 4)} of ${item.sku}`,
      'Correct the document in the ERP',
    );
  const left = leftOf(item);
  if (quantity > left)
    throw rejected(
      'shipment.more_than_left',
      document,
      `ships ${toPlaces(quantity, 4)} of ${item.sku}, of which ${toPlaces(left, 4)} are left to ship`,
      'Look whether the order was shipped by hand in the shop; correct the document in the ERP, or `cartage parked discard KEY --reason TEXT`',
    );
  if (!item.is_qty_decimal && decimalOf(toPlaces(quantity, 0)) !== quantity)
    throw rejected(
      'shipment.fraction',
      document,
      `ships ${toPlaces(quantity, 4)} of ${item.sku}, which the shop sells in whole units (Magento would round down)`,
      'Correct the document in the ERP, or let the product have decimal quantities',
    );
}

function leftOf(item: MagentoOrderItem): Decimal {
  const gone = sum([item.qty_shipped, item.qty_canceled, item.qty_refunded].map(decimalOf));
  return minus(decimalOf(item.qty_ordered), gone);
}

function rejected(code: string, document: Fulfilment, what: string, fix: string): Rejected {
  return new Rejected({
    code,
    what: `Document ${document.documentId} of order ${document.incrementId} ${what}`,
    fix,
  });
}
