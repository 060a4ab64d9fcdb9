import type { Fulfilment, FulfilmentLine } from '../../schemas/types.ts';
import type { MagentoOrder, MagentoOrderItem } from '../magento/order-shape.ts';
import { formatDecimal, parseDecimal } from '../platform/decimal.ts';
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
 * both without a word (FACTS, section 4), so all that is checked here.
 * @throws Rejected when a line is not of the order, or more than is left is to be shipped.
 */
export function shippedItems(document: Fulfilment, order: MagentoOrder): ShippedItem[] {
  const wanted = new Map<number, { item: MagentoOrderItem; quantity: bigint }>();
  for (const line of document.lines) {
    const item = itemOf(line, document, order, wanted);
    const known = wanted.get(item.item_id)?.quantity ?? 0n;
    wanted.set(item.item_id, { item, quantity: known + parseDecimal(line.quantity) });
  }
  if (wanted.size === 0)
    throw rejected('shipment.empty', document, 'has no lines', 'Correct the document in the ERP');
  return [...wanted.values()].map(({ item, quantity }) => {
    refuseTooMuch(item, quantity, document);
    return { orderItemId: item.item_id, sku: item.sku, quantity: formatDecimal(quantity) };
  });
}

function itemOf(
  line: FulfilmentLine,
  document: Fulfilment,
  order: MagentoOrder,
  wanted: ReadonlyMap<number, { quantity: bigint }>,
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
  wanted: ReadonlyMap<number, { quantity: bigint }>,
): MagentoOrderItem | undefined {
  const same = items.filter((item) => item.sku.toLowerCase() === sku.toLowerCase());
  return same.find((item) => leftOf(item) > (wanted.get(item.item_id)?.quantity ?? 0n)) ?? same[0];
}

function refuseTooMuch(item: MagentoOrderItem, quantity: bigint, document: Fulfilment): void {
  if (quantity <= 0n)
    throw rejected(
      'shipment.quantity',
      document,
      `ships ${formatDecimal(quantity)} of ${item.sku}`,
      'Correct the document in the ERP',
    );
  const left = leftOf(item);
  if (quantity > left)
    throw rejected(
      'shipment.more_than_left',
      document,
      `ships ${formatDecimal(quantity)} of ${item.sku}, of which ${formatDecimal(left)} are left to ship`,
      'Look whether the order was shipped by hand in the shop; correct the document in the ERP, or discard it',
    );
  if (!item.is_qty_decimal && quantity % 10_000n !== 0n)
    throw rejected(
      'shipment.fraction',
      document,
      `ships ${formatDecimal(quantity)} of ${item.sku}, which the shop sells in whole units (Magento would round down)`,
      'Correct the document in the ERP, or let the product have decimal quantities',
    );
}

function leftOf(item: MagentoOrderItem): bigint {
  const gone = [item.qty_shipped, item.qty_canceled, item.qty_refunded];
  return gone.reduce(
    (left, quantity) => left - parseDecimal(quantity ?? '0'),
    parseDecimal(item.qty_ordered),
  );
}

function rejected(code: string, document: Fulfilment, what: string, fix: string): Rejected {
  return new Rejected({
    code,
    what: `Document ${document.documentId} of order ${document.incrementId} ${what}`,
    fix,
  });
}
