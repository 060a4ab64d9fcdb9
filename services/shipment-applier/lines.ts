import type { Fulfilment } from '../../schemas/types.ts';
import type { OrderItemInBrief } from '../magento/order-shape.ts';
import { decimalOf, minus, sum, toPlaces } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Rejected } from '../platform/errors.ts';

/** One line as Magento is to have it in a document. */
export interface OrderedItem {
  orderItemId: number;
  sku: string;
  /** Decimal text. */
  quantity: string;
}

/** What a kind of document does with the items of an order. */
export interface Deed {
  kind: string;
  /** As in "ships 2 of A". */
  verb: string;
  /** As in "are left to ship". */
  infinitive: string;
  leftOf(this: void, item: OrderItemInBrief): Decimal;
  /** Of which bundles it names the parts and not the line; of none where it is not said. */
  byParts?: 'as shipped' | 'as priced';
  /** Of what is virtual it does nothing. */
  skipsVirtual?: boolean;
}

/** Magento counts what was refunded before it was shipped as gone, and what was shipped before it was refunded once. */
export const shipping: Deed = {
  kind: 'shipment',
  verb: 'ships',
  infinitive: 'ship',
  byParts: 'as shipped',
  skipsVirtual: true,
  leftOf: ({ qty_ordered, qty_canceled, qty_shipped, qty_refunded }) => {
    const [shipped, refunded] = [decimalOf(qty_shipped), decimalOf(qty_refunded)];
    const gone = sum([decimalOf(qty_canceled), shipped > refunded ? shipped : refunded]);
    return minus(decimalOf(qty_ordered), gone);
  },
};

export const invoicing: Deed = {
  kind: 'invoice',
  verb: 'invoices',
  infinitive: 'invoice',
  leftOf: ({ qty_ordered, qty_canceled, qty_invoiced }) =>
    minus(decimalOf(qty_ordered), sum([qty_canceled, qty_invoiced].map(decimalOf))),
};

export const refunding: Deed = {
  kind: 'creditmemo',
  verb: 'pays back',
  infinitive: 'pay back',
  byParts: 'as priced',
  leftOf: ({ qty_invoiced, qty_refunded }) => minus(decimalOf(qty_invoiced), decimalOf(qty_refunded)),
};

export interface WantedItem {
  item: OrderItemInBrief;
  quantity: Decimal;
}

/**
 * The same for Magento, which drops lines it does not know and cuts quantities down to what is left, both without a word
 * (FACTS section 4), so all that is checked here.
 * @throws Rejected when there is more of them than is left.
 */
export function leftItems(wanted: readonly WantedItem[], document: Fulfilment, deed: Deed): OrderedItem[] {
  return wanted.map(({ item, quantity }) => {
    refuseTooMuch(item, quantity, document, deed);
    return { orderItemId: item.item_id, sku: item.sku, quantity: toPlaces(quantity, 4) };
  });
}

export const correct = 'Correct the document in the ERP';

function refuseTooMuch(item: OrderItemInBrief, quantity: Decimal, document: Fulfilment, deed: Deed): void {
  const what = `${deed.verb} ${toPlaces(quantity, 4)} of ${item.sku}`;
  if (quantity <= 0n) throw rejected(deed, 'quantity', document, what, correct);
  const left = deed.leftOf(item);
  if (quantity > left)
    throw rejected(
      deed,
      'more_than_left',
      document,
      `${what}, of which ${toPlaces(left, 4)} are left to ${deed.infinitive}`,
      `Look whether somebody else has made a ${deed.kind} in the shop; correct the document in the ERP, or \`cartage parked discard KEY --reason TEXT\``,
    );
  if (!item.is_qty_decimal && decimalOf(toPlaces(quantity, 0)) !== quantity)
    throw rejected(
      deed,
      'fraction',
      document,
      `${what}, which the shop sells in whole units (Magento would round down)`,
      'Correct the document in the ERP, or let the product have decimal quantities',
    );
}

export function rejected(
  { kind }: Deed,
  code: string,
  document: Fulfilment,
  what: string,
  fix: string,
): Rejected {
  return new Rejected({
    code: `${kind}.${code}`,
    what: `Document ${document.documentId} of order ${document.incrementId} ${what}`,
    fix,
  });
}
