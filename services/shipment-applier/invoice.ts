import { orderKey } from '../../schemas/keys.ts';
import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoInvoice } from '../magento/invoices.ts';
import type { Magento } from '../magento/magento.ts';
import { markerOf } from '../magento/marker.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import type { Config } from '../platform/config/schema.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import { assertCurrency } from './amounts.ts';
import { findOrder } from './find-order.ts';
import { invoicing, leftItems } from './lines.ts';
import { madeByHand } from './made-by-hand.ts';
import { findMarked } from './marker.ts';
import { assertOpen } from './order-state.ts';
import type { StoreIds } from './store-ids.ts';
import { unitsOf } from './units.ts';
import { verifyInvoice } from './verify.ts';
import { wantedItems } from './wanted.ts';
import type { Asked } from './wanted.ts';

export interface InvoiceOptions {
  magento: Pick<Magento, 'orders' | 'invoices' | 'products'>;
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
  const [made, units] = await Promise.all([
    magento.invoices.ofOrder(order.entity_id),
    unitsOf(order, invoicing, magento.products),
  ]);
  const found = findMarked(made, marker);
  if (found) {
    attempt.arrived?.(['invoice'], orderKey(document));
    verifyInvoice(found, document, units);
    return { status: 'unchanged', targetId: found.increment_id, cause: 'the invoice is there' };
  }
  const asked = { wanted: wantedItems(document, units, invoicing), units };
  const [same] = madeByHand(made, asked.wanted, { units, instance });
  if (same) return adopt(same, { document, marker, asked }, attempt, options);
  return create({ document, marker, asked }, order, attempt, options);
}

interface NewInvoice {
  document: Fulfilment;
  marker: string;
  asked: Asked;
}

async function adopt(
  invoice: MagentoInvoice,
  { document, marker, asked }: NewInvoice,
  attempt: Attempt,
  { magento }: InvoiceOptions,
): Promise<Handled> {
  const { entity_id, increment_id: targetId } = invoice;
  const cause = 'an invoice of the same items, which was made in the shop';
  if (attempt.mode === 'dry') return { status: 'dry', targetId, cause: `would take over ${cause}` };
  attempt.assertCurrent();
  await magento.invoices.addComment(entity_id, marker);
  verifyInvoice(invoice, document, asked.units);
  return { status: 'applied', targetId, cause: `took over ${cause}` };
}

async function create(
  { document, marker, asked }: NewInvoice,
  order: OrderInBrief,
  attempt: Attempt,
  { magento, fulfilments: { invoices: rules } }: InvoiceOptions,
): Promise<Handled> {
  const method = order.payment.method ?? '';
  const rule = rules.capture[method] ?? rules.captureOtherwise;
  if (rule === 'none')
    return {
      status: 'unchanged',
      cause: `orders paid by ${method} are invoiced by the shop alone (fulfilments.invoices.capture)`,
    };
  assertOpen(document, order);
  const items = leftItems(asked.wanted, document, invoicing);
  if (attempt.mode === 'dry') {
    const told = items.map(({ quantity, sku }) => `${quantity} ${sku}`).join(', ');
    return { status: 'dry', cause: `would invoice ${told}, ${rule}` };
  }
  attempt.assertCurrent();
  const id = await magento.invoices.create(order.entity_id, {
    items,
    capture: rule === 'online',
    comment: marker,
    notify: rules.notifyCustomer,
  });
  attempt.arrived?.(['invoice'], orderKey(document));
  const created = await magento.invoices.get(id);
  if (created) verifyInvoice(created, document, asked.units);
  return { status: 'applied', targetId: created?.increment_id ?? String(id), cause: `invoiced, ${rule}` };
}
