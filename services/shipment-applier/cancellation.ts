import type { Fulfilment } from '../../schemas/types.ts';
import type { OrderInBrief, OrderItemInBrief } from '../magento/order-shape.ts';
import type { Magento } from '../magento/magento.ts';
import { piecesOf } from '../magento/pieces.ts';
import type { Config } from '../platform/config/schema.ts';
import { decimalOf, sum, toPlaces, zero } from '../platform/decimal.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import { findOrder } from './find-order.ts';
import { askForStockEverywhere } from './goods.ts';
import { heldWithoutRight } from './held-without-right.ts';
import { invoicing, shipping } from './lines.ts';
import type { Deed } from './lines.ts';
import { assertOpen, invoiceOf } from './order-state.ts';
import type { StoreIds } from './store-ids.ts';
import { unitsOf } from './units.ts';
import type { OrderUnits } from './units.ts';
import { wantedItems } from './wanted.ts';

export interface CancellationOptions {
  magento: Pick<Magento, 'orders' | 'products'>;
  fulfilments: Pick<Config['fulfilments'], 'cancellations'>;
  stock: Pick<Config['stock'], 'sources'>;
  storeIds: Pick<StoreIds, 'of'>;
  requestRefresh: RequestRefresh;
}

/** Magento cancels of each item what is neither invoiced nor shipped (read in its source). */
const canceling: Deed = {
  kind: 'cancellation',
  verb: 'cancels',
  infinitive: 'cancel',
  leftOf(item) {
    const [toInvoice, toShip] = [invoicing.leftOf(item), shipping.leftOf(item)];
    const least = toInvoice < toShip ? toInvoice : toShip;
    return least > 0n ? least : zero;
  },
};

/**
 * Cancels what is left of an order. What is done shows in its items, so the look comes first as with all documents: where
 * nothing is left to cancel it was done, by a try whose answer was lost, or by a person.
 */
export async function applyCancellation(
  document: Fulfilment,
  attempt: Attempt,
  options: CancellationOptions,
): Promise<Handled> {
  if (options.fulfilments.cancellations === 'off')
    return { status: 'unchanged', cause: 'the shop cancels by itself (fulfilments.cancellations: off)' };
  const { magento } = options;
  const order = await findOrder(document, options);
  const left = leftIn(order);
  const targetId = order.increment_id;
  if (left.length === 0) {
    if (attempt.mode === 'on' && hasCanceled(order)) await askAgain(document, order, options);
    return { status: 'unchanged', targetId, cause: 'nothing of the order is left to cancel' };
  }
  assertOpen(document, order);
  if (document.lines.length > 0)
    assertWhole(document, left, await unitsOf(order, canceling, options.magento.products));
  assertNothingShippedOnly(document, order);
  const told = left.map((item) => `${toPlaces(canceling.leftOf(item), 4)} ${item.sku}`).join(', ');
  if (attempt.mode === 'dry') return { status: 'dry', targetId, cause: `would cancel ${told}` };
  attempt.assertCurrent();
  const isDone = await magento.orders
    .cancel(order.entity_id)
    .catch(heldWithoutRight('cancellation.forbidden', '. Or set fulfilments.cancellations: off'));
  if (!isDone) throw refused(document, `the shop does not cancel the order, which is ${order.state}`);
  await askAgain(document, order, options);
  const canceled = await findOrder(document, options);
  if (leftIn(canceled).length > 0) throw refused(document, 'the shop has left something of the order open');
  return { status: 'applied', targetId, cause: `canceled ${told}` };
}

/** The items that are no parts of others: the parts follow them. */
const topsOf = ({ items }: OrderInBrief) => items.filter(({ parent_item_id }) => parent_item_id === null);

function leftIn(order: OrderInBrief): OrderItemInBrief[] {
  if (order.state === 'canceled') return [];
  return topsOf(order).filter((item) => canceling.leftOf(item) > 0n);
}

const hasCanceled = ({ items }: OrderInBrief) =>
  items.some(({ qty_canceled }) => decimalOf(qty_canceled) > 0n);

/** It dissolves the reservations of the order by itself. */
async function askAgain(
  document: Fulfilment,
  order: OrderInBrief,
  { magento, stock, requestRefresh }: CancellationOptions,
): Promise<void> {
  const pieces = await piecesOf(order, magento.products);
  const goods = [...pieces.values()].flatMap((all) => all.map(({ sku }) => sku));
  await askForStockEverywhere(Object.keys(stock.sources), document, goods, requestRefresh, 'canceled');
}

/** @throws Rejected where the ERP cancels a part of what is left: Magento cancels all of it or nothing. */
function assertWhole(document: Fulfilment, left: readonly OrderItemInBrief[], units: OrderUnits): void {
  const wanted = new Map(
    wantedItems(document, units, canceling).map(({ item, quantity }) => [item.item_id, quantity]),
  );
  const isAll =
    wanted.size === left.length && left.every((item) => wanted.get(item.item_id) === canceling.leftOf(item));
  if (!isAll)
    throw refused(
      document,
      'it cancels a part of what is left of the order, and the shop cancels all of that or nothing',
    );
}

/** An order that is canceled takes no invoice any more: what was shipped of it could never be charged. */
function assertNothingShippedOnly(document: Fulfilment, order: OrderInBrief): void {
  const moreThan = (one: string | null, other: string | null) => decimalOf(one) > decimalOf(other);
  const isInvoicedAtAll = sum(order.items.map(({ qty_invoiced }) => decimalOf(qty_invoiced))) > 0n;
  const ahead = topsOf(order).find(({ qty_shipped, qty_invoiced }) => moreThan(qty_shipped, qty_invoiced));
  if (!ahead || isInvoicedAtAll) return;
  throw new Held({
    code: 'cancellation.not_invoiced',
    what: `Document ${document.documentId} cancels the rest of an order of which ${toPlaces(decimalOf(ahead.qty_shipped), 4)} ${ahead.sku} are shipped and nothing is invoiced: no invoice could follow`,
    fix: 'It is released by the invoice of what was shipped, within minutes of it',
    waitsFor: invoiceOf(document),
  });
}

function refused(document: Fulfilment, why: string): Rejected {
  return new Rejected({
    code: 'cancellation.refused',
    what: `Document ${document.documentId} of order ${document.incrementId}: ${why}`,
    fix: 'Look at the order in the shop, and cancel there by hand, or pay back what is invoiced by a credit memo; then `cartage parked discard KEY --reason TEXT`',
  });
}
