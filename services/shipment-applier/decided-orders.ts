import { splitKey } from '../../schemas/keys.ts';
import type { OrderInBrief } from '../magento/order-shape.ts';
import type { FulfilmentOptions } from './fulfilment.ts';

type Options = Pick<FulfilmentOptions, 'magento' | 'storeIds'>;

/** Those of the orders, by key, that are there and are as documents that were held wait for them to be. */
export async function ordersThat(
  isSo: (order: OrderInBrief) => boolean,
  keys: readonly string[],
  options: Options,
): Promise<Set<string>> {
  const byStore = new Map<string, Map<string, string>>();
  for (const key of keys) {
    const [, store, incrementId] = splitKey(key, 3) ?? [];
    if (store === undefined || incrementId === undefined) continue;
    byStore.set(store, (byStore.get(store) ?? new Map<string, string>()).set(incrementId, key));
  }
  const decided = new Set<string>();
  for (const [store, keysById] of byStore) {
    const storeId = await options.storeIds.of(store);
    // Of one that cannot be read it is not known: its documents stay held.
    const { items } = await options.magento.orders.inBrief(storeId, [...keysById.keys()]);
    for (const order of items) if (isSo(order)) decided.add(keysById.get(order.increment_id)!);
  }
  return decided;
}
