import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import { markerOf } from '../magento/marker.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Handled } from '../platform/flow/outcome/outcome.ts';
import { findOrder, orderUnknown } from './find-order.ts';
import { findMarked } from './marker.ts';
import type { StoreIds } from './store-ids.ts';

export interface WithdrawnOptions {
  magento: Pick<Magento, 'orders' | 'shipments' | 'invoices' | 'creditMemos'>;
  instance: string;
  storeIds: Pick<StoreIds, 'of'>;
}

interface Made {
  increment_id: string;
  comments: { comment: string | null }[];
}

/** Where documents of a kind are found by their marker. A cancellation is none, and a comment stays. */
const lists: Readonly<Record<string, 'shipments' | 'invoices' | 'creditMemos'>> = {
  shipment: 'shipments',
  invoice: 'invoices',
  creditmemo: 'creditMemos',
};

/**
 * A document that the ERP has taken back. Magento keeps what was made of it, and has no call that undoes it, so a person
 * decides what becomes of that.
 * @throws Rejected where the shop has it.
 */
export async function applyWithdrawn(document: Fulfilment, options: WithdrawnOptions): Promise<Handled> {
  const { kind, documentId } = document;
  const list = lists[kind];
  const order = await findOrder(document, options).catch((error: unknown) => {
    if (error instanceof Held && error.fault.code === orderUnknown) return null;
    throw error;
  });
  const made =
    list === undefined || order === null ? [] : await options.magento[list].ofOrder(order.entity_id);
  const found = findMarked<Made>(made, markerOf(options.instance, 'document', documentId));
  if (!found)
    return { status: 'unchanged', cause: 'the ERP has taken it back, and the shop has nothing of it' };
  throw new Rejected({
    code: `${kind}.withdrawn`,
    what: `The ERP has taken back document ${documentId}, of which the shop has the ${kind} ${found.increment_id}`,
    fix: 'Magento undoes no document: put the order right in the shop (a credit memo for what was invoiced), or bring the document back in the ERP; then `cartage parked discard KEY --reason TEXT`',
  });
}
