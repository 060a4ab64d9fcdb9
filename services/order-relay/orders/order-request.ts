import { joinKey, orderKey, splitKey } from '../../../schemas/keys.ts';
import { orders } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import type { MagentoOrderSummary } from '../../magento/orders.ts';
import type { Asked } from '../requests/request.ts';

/** How a request names its order: by the order's own key, or by Magento's entity_id where only that is known. */
export function askedById(instance: string, entityId: number): Asked {
  return { topic: orders.topic, key: joinKey([instance, String(entityId)]), entityId };
}

export function askedByNumber(order: { instance: string; store: string; incrementId: string }): Asked {
  return { topic: orders.topic, key: orderKey(order), entityId: null };
}

type Identity = Pick<MagentoOrderSummary, 'entity_id' | 'increment_id' | 'store_id'>;

/** By the order's own key; where it has none, whoever reads it by its id says what is wrong with it. */
export function askedFor(order: Identity, store: string | null, instance: string): Asked {
  const { entity_id, increment_id: incrementId } = order;
  return store && incrementId
    ? askedByNumber({ instance, store, incrementId })
    : askedById(instance, entity_id);
}

/** The order a request speaks of. */
export type Target = { kind: 'order'; store: string; incrementId: string } | { kind: 'id'; entityId: number };

/** Null when it is about no order of this instance. */
export function targetOf({ key, topic, entityId }: Refresh, instance: string): Target | null {
  if (topic !== orders.topic) return null;
  const [from, store, incrementId] = splitKey(key, entityId === null ? 3 : 2) ?? [];
  if (from !== instance || store === undefined) return null;
  if (entityId !== null) return { kind: 'id', entityId };
  return incrementId ? { kind: 'order', store, incrementId } : null;
}
