import type { Fulfilment } from '../../schemas/types.ts';
import { isSameText } from '../magento/marker.ts';
import type { Magento } from '../magento/magento.ts';
import type { Config } from '../platform/config/schema.ts';
import { Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import { commentsOf } from './comments-of.ts';
import { findOrder } from './find-order.ts';
import { heldWithoutRight } from './held-without-right.ts';
import type { StoreIds } from './store-ids.ts';

export interface CommentOptions {
  magento: Pick<Magento, 'orders' | 'orderComments'>;
  fulfilments: Pick<Config['fulfilments'], 'comments'>;
  storeIds: Pick<StoreIds, 'of'>;
}

/**
 * Puts the words of the ERP about an order to it, once. They may be meant for the customer, so they stand there without
 * a marker, and are found again by themselves.
 */
export async function applyComment(
  document: Fulfilment,
  attempt: Attempt,
  { magento, fulfilments, storeIds }: CommentOptions,
): Promise<Handled> {
  const text = document.text?.trim() ?? '';
  if (text === '')
    throw new Rejected({
      code: 'comment.empty',
      what: `Document ${document.documentId} of order ${document.incrementId} has no text`,
      fix: "Let the ERP's query give `text`, or leave the document out",
    });
  const order = await findOrder(document, { magento, storeIds });
  const { entity_id, increment_id: targetId, status } = order;
  const told = await commentsOf(order, magento.orderComments);
  if (told.some((comment) => isSameText(comment, text)))
    return { status: 'unchanged', targetId, cause: 'the order has the comment' };
  if (attempt.mode === 'dry') return { status: 'dry', targetId, cause: 'would comment on the order' };
  const { visibleOnFront: isVisible, notifyCustomer: notify } = fulfilments.comments;
  attempt.assertCurrent();
  await magento.orderComments
    .add(entity_id, { text, status, isVisible, notify })
    .catch(heldWithoutRight('order.comment_forbidden'));
  return { status: 'applied', targetId, cause: 'commented on the order' };
}
