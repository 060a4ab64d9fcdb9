import type { Magento } from '../magento/magento.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';

/** The comments of an order. It comes with them; they are asked for only where they cannot be read in it. */
export async function commentsOf(
  { entity_id, status_histories: histories }: Pick<OrderInBrief, 'entity_id' | 'status_histories'>,
  { ofOrder }: Pick<Magento['orderComments'], 'ofOrder'>,
): Promise<(string | null)[]> {
  return histories === null ? ofOrder(entity_id) : histories.map(({ comment }) => comment);
}
