import { orderKey } from '../../schemas/keys.ts';
import type { Fulfilment } from '../../schemas/types.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import { decimalOf } from '../platform/decimal.ts';
import { Held, Rejected } from '../platform/errors.ts';

/** States in which Magento lets documents be made of an order. What is left of it only its items tell (FACTS section 4). */
const openStates = new Set(['new', 'processing', 'complete', 'closed']);

function isOpen({ state }: Pick<OrderInBrief, 'state'>): boolean {
  return openStates.has(state);
}

/** Whether it is decided what becomes of documents that wait for it: they are made, or refused for good. */
export function isDecided(order: Pick<OrderInBrief, 'state'>): boolean {
  return isOpen(order) || order.state === 'canceled';
}

/** What documents wait for that need an invoice of their order. */
export const invoiceOf = (document: Fulfilment): string => `invoice/${orderKey(document)}`;

/** Whether something of the order is invoiced that is not paid back. */
export function isInvoiced({ items }: Pick<OrderInBrief, 'items'>): boolean {
  return items.some(({ qty_invoiced, qty_refunded }) => decimalOf(qty_invoiced) > decimalOf(qty_refunded));
}

/** @throws Held while the order lets nothing be made of it, Rejected when it never will again. */
export function assertOpen(document: Fulfilment, order: OrderInBrief): void {
  if (isOpen(order)) return;
  const fault = {
    code: `${document.kind}.order_state`,
    what: `Document ${document.documentId}: the order ${document.incrementId} is ${order.state}`,
  };
  const stop = 'stop the document in the ERP, then `cartage parked discard KEY --reason TEXT`';
  if (order.state === 'canceled')
    throw new Rejected({
      ...fault,
      fix: `The shop makes nothing of a canceled order any more: ${stop}, or have the order placed anew`,
    });
  throw new Held({
    ...fault,
    fix: `Release the order in the shop; the document is released by that, within minutes. Or ${stop}`,
    waitsFor: `order/${orderKey(document)}`,
  });
}
