import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import { isMarker, markerOf } from '../magento/marker.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import { commentsOf } from './comments-of.ts';
import { findOrder } from './find-order.ts';
import { heldWithoutRight } from './held-without-right.ts';
import type { StoreIds } from './store-ids.ts';

export interface NumberOptions {
  magento: Pick<Magento, 'orders' | 'orderComments'>;
  instance: string;
  storeIds: Pick<StoreIds, 'of'>;
}

/**
 * Tells an order in the shop the number that the ERP has it under: by a comment, once. Here and not where it is exported,
 * because a comment saves the whole order, as a shipment does: both come from one writer (promise 4).
 */
export async function tellNumber(
  document: Fulfilment,
  attempt: Attempt,
  { magento, instance, storeIds }: NumberOptions,
): Promise<Handled> {
  const order = await findOrder(document, { magento, storeIds });
  const { entity_id, increment_id, status } = order;
  const text = markerOf(instance, 'order', document.documentId);
  const told = await commentsOf(order, magento.orderComments);
  if (told.some((comment) => isMarker(comment, text)))
    return { status: 'unchanged', targetId: increment_id, cause: 'the order tells its number in the ERP' };
  if (attempt.mode === 'dry')
    return { status: 'dry', targetId: increment_id, cause: `would comment "${text}"` };
  attempt.assertCurrent();
  await magento.orderComments
    .add(entity_id, { text, status })
    .catch(heldWithoutRight('order.comment_forbidden', '. Or set orders.writeBack: off'));
  return { status: 'applied', targetId: increment_id, cause: 'its number in the ERP was told' };
}
