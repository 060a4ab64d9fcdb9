import { orders } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import type { Bus } from '../platform/kafka/types.ts';
import { readToEnd } from '../platform/kafka/read-to-end.ts';

/** The orders that were published last, each as it is now, by key: so many of them at most. */
export async function newestOrders(
  bus: Pick<Bus, 'readAll'>,
  instance: string,
  ordersMax: number,
  sinceMs?: number,
): Promise<Map<string, Order>> {
  const newest = new Map<string, Order>();
  await readToEnd(
    bus,
    orders,
    ({ key, value }) => {
      newest.delete(key);
      if (value?.instance === instance) newest.set(key, value);
      if (newest.size > ordersMax) newest.delete(newest.keys().next().value!);
    },
    sinceMs === undefined ? {} : { sinceMs },
  );
  return newest;
}
