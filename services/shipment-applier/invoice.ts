import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoInvoice } from '../magento/invoices.ts';
import type { Magento } from '../magento/magento.ts';
import { markerOf } from '../magento/marker.ts';
import type { MagentoOrder } from '../magento/order-shape.ts';
import type { Config } from '../platform/config/schema.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import { assertCurrency } from './amounts.ts';
import { findOrder } from './find-order.ts';
import { invoicing, leftItems, wantedItems } from './lines.ts';
import type { WantedItem } from './lines.ts';
import { madeByHand, topsOf } from './made-by-hand.ts';
import { findMarked } from './marker.ts';
import { assertOpen } from './order-state.ts';
import type { StoreIds } from './store-ids.ts';
import { verifyInvoice } from './verify.ts';

export interface InvoiceOptions {
  magento: Pick<Magento, 'orders' | 'invoices'>;
  instance: string;
  fulfilments: Pick<Config['fulfilments'], 'invoices'>;
  storeIds: Pick<StoreIds, 'of'>;
}

/**
 * Brings an invoice of the ERP to its order: the one with its marker, else one that a person, or the shop itself, has made of
 * the same items, which then gets the marker; else it is created. Whether the gateway is to take the money is the rule of
 * the order's payment method.
 */
export async function applyInvoice(
  document: Fulfilment,
  attempt: Attempt,
  options: InvoiceOptions,
): Promise<Handled> {
  const { magento, instance } = options;
  const order = await findOrder(document, options);
  assertCurrency(document, order);
  const marker = markerOf(instance, 'document', document.documentId);
  const made = await magento.invoices.ofOrder(order.entity_id);
  const tops = topsOf(order);
  const found = findMarked(made, marker);
  if (found) {
    verifyInvoice(found, document, tops);
    return { status: 'unchanged', targetId: found.increment_id, cause: 'the invoice is there' };
  }
  const wanted = wantedItems(document, order, invoicing);
  const [same] = madeByHand(made, wanted, { counted: tops, instance });
  if (same) return adopt(same, marker, attempt, options);
  return create(document, order, wanted, attempt, options);
}

async function adopt(
  { entity_id, increment_id }: MagentoInvoice,
  marker: string,
  attempt: Attempt,
  { magento }: InvoiceOptions,
): Promise<Handled> {
  const cause = 'an invoice of the same items, which was made in the shop';
  if (attempt.mode === 'dry')
    return { status: 'dry', targetId: increment_id, cause: `would take over ${cause}` };
  attempt.assertCurrent();
  await magento.invoices.addComment(entity_id, marker);
  return { status: 'applied', targetId: increment_id, cause: `took over ${cause}` };
}

async function create(
  document: Fulfilment,
  order: MagentoOrder,
  wanted: readonly WantedItem[],
  attempt: Attempt,
  { magento, instance, fulfilments: { invoices: rules } }: InvoiceOptions,
): Promise<Handled> {
  const method = order.payment.method ?? '';
  const rule = rules.capture[method] ?? rules.captureOtherwise;
  if (rule === 'none')
    return {
      status: 'unchanged',
      cause: `orders paid by ${method} are invoiced by the shop alone (fulfilments.invoices.capture)`,
    };
  assertOpen(document, order);
  const items = leftItems(wanted, document, invoicing);
  if (attempt.mode === 'dry') {
    const told = items.map(({ quantity, sku }) => `${quantity} ${sku}`).join(', ');
    return { status: 'dry', cause: `would invoice ${told}, ${rule}` };
  }
  attempt.assertCurrent();
  const id = await magento.invoices.create(order.entity_id, {
    items,
    capture: rule === 'online',
    comment: markerOf(instance, 'document', document.documentId),
    notify: rules.notifyCustomer,
  });
  const created = await magento.invoices.get(id);
  if (created) verifyInvoice(created, document, topsOf(order));
  return { status: 'applied', targetId: created?.increment_id ?? String(id), cause: `invoiced, ${rule}` };
}
