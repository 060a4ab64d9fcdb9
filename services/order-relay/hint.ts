import { joinKey, orderKey, splitKey } from '../../schemas/keys.ts';
import { orders } from '../../schemas/topics.ts';
import type { Refresh } from '../../schemas/types.ts';

/**
 * A hint says "look at this order", whoever it comes from: a webhook, a sweep, a repair, an operator. It is a request
 * on `cartage.refresh` under the order's own key, so that all hints of an order meet at one process: the one writer of
 * that order (design.md, section 4).
 */

/** Stands for the store while only the technical id of an order is known. */
export const unknownStore = '?';

/** `seen` of an asker that does not know the state: the order is read, and published if it is another than before. */
export const anyState = 'unknown';

/** Key of a hint for an order of which only the technical id is known. */
export function keyById(instance: string, entityId: number): string {
  return joinKey([instance, unknownStore, String(entityId)]);
}

/** The order a hint speaks of. */
export type Target = { kind: 'order'; store: string; incrementId: string } | { kind: 'id'; entityId: number };

/** Null when the key is none of an order of this instance. */
export function targetOf(key: string, instance: string): Target | null {
  const parts = splitKey(key, 3);
  if (parts === null || parts[0] !== instance) return null;
  const [, store = '', last = ''] = parts;
  if (store !== unknownStore) return { kind: 'order', store, incrementId: last };
  return /^\d{1,15}$/.test(last) ? { kind: 'id', entityId: Number(last) } : null;
}

export interface HintInput {
  key: string;
  /** webhook, sweep, … */
  reason: string;
  seen: string | null;
  requestedAt: number;
}

export function hintOf({ key, reason, seen, requestedAt }: HintInput): Refresh {
  return { topic: orders.topic, key, reason, requestedBy: 'order-relay', requestedAt, seen };
}

/**
 * What two hints of one order ask for together. One that wants the order published in any case wins; two that saw
 * different states leave no state of which "published already" could be said.
 */
export function seenByBoth(older: string | null, newer: string | null): string | null {
  if (older === null || newer === null) return null;
  return older === newer ? newer : anyState;
}

export { orderKey };
