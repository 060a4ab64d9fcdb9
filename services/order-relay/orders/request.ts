import { joinKey, orderKey, splitKey } from '../../../schemas/keys.ts';
import { orders } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { Received } from '../../platform/kafka/types.ts';

/**
 * A refresh request says "look at this order", whoever it comes from: a webhook, a sweep, a repair, an operator. It lies
 * on `cartage.refresh` under the order's own key, so that all requests of an order meet at one process: the one writer
 * of that order.
 */

/** How a request names its order: by the order's own key, or by Magento's entity_id where only that is known. */
export type Asked = Pick<Refresh, 'key' | 'entityId'>;

export function askedById(instance: string, entityId: number): Asked {
  return { key: joinKey([instance, String(entityId)]), entityId };
}

export function askedByNumber(order: { instance: string; store: string; incrementId: string }): Asked {
  return { key: orderKey(order), entityId: null };
}

export type OrderRequest = Received<Refresh> & { value: Refresh };

/** What became of each request of a batch. */
export type RequestResults = Map<OrderRequest, Handled | Error>;

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

/** To be published though nothing has changed: what a person or a repair asks for. */
export function isForced({ always, seen }: Refresh): boolean {
  return always ?? seen === null;
}

export interface RequestInput {
  asked: Asked;
  /** webhook, sweep, … */
  reason: string;
  /** `updated_at` of the state that was seen, where it is known. */
  seen: string | null;
  requestedAt: number;
}

export function requestOf({ asked, ...input }: RequestInput): Refresh {
  return { topic: orders.topic, ...asked, ...input, requestedBy: 'order-relay', always: false };
}

export { orderKey };
