import { customerKey, joinKey, splitKey } from '../../../schemas/keys.ts';
import { customers } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import type { Asked } from '../requests/request.ts';

/** How a request names its customer: by the customer's own key, or by the id where the website is not known. */
export function askedByCustomerId(instance: string, customerId: number): Asked {
  return { topic: customers.topic, key: joinKey([instance, String(customerId)]), entityId: customerId };
}

export function askedByCustomerKey(customer: {
  instance: string;
  website: string;
  customerId: number;
}): Asked {
  return { topic: customers.topic, key: customerKey(customer), entityId: null };
}

/** The customer that a request speaks of; null when it is about none of this instance. */
export function customerIdIn({ topic, key, entityId }: Refresh, instance: string): number | null {
  if (topic !== customers.topic) return null;
  const [from, ...parts] = splitKey(key, entityId === null ? 3 : 2) ?? [];
  const id = parts.at(-1) ?? '';
  return from === instance && /^\d{1,15}$/.test(id) ? Number(id) : null;
}
