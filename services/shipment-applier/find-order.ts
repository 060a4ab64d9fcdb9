import { orderKey } from '../../schemas/keys.ts';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import { allReadable } from '../magento/rest/list.ts';
import { Held } from '../platform/errors.ts';
import type { StoreIds } from './store-ids.ts';

export const orderUnknown = 'shipment.order_unknown';

/** The order that a document is about. @throws Held when the shop does not have it, Rejected when it cannot be read. */
export async function findOrder(
  document: Fulfilment,
  { magento, storeIds }: { magento: Pick<Magento, 'orders'>; storeIds: Pick<StoreIds, 'of'> },
): Promise<OrderInBrief> {
  const storeId = await storeIds.of(document.store);
  const found = await magento.orders.inBrief(storeId, [document.incrementId]);
  const [order] = allReadable(found, 'the order');
  if (order) return order;
  throw new Held({
    code: orderUnknown,
    what: `Document ${document.documentId}: the store ${document.store} has no order ${document.incrementId}`,
    fix: 'Correct the order number in the ERP; then `cartage parked discard KEY --reason TEXT`',
    waitsFor: `order/${orderKey(document)}`,
  });
}
