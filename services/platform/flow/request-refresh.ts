import { isOrderDocument, splitKey } from '../../../schemas/keys.ts';
import { customers, fulfilments, orders, refresh } from '../../../schemas/topics.ts';
import type { Parked, Refresh } from '../../../schemas/types.ts';
import { forAll } from '../for-all.ts';
import { readerIn } from '../groups.ts';
import type { Bus } from '../kafka/types.ts';
import type { Clock } from '../clock.ts';
import { traceparentOf } from '../telemetry/tracing.ts';

/**
 * Asks for keys of a topic to be read at their source again, `inMs` from now unless at once. Resolves when the broker has
 * the requests.
 */
export type RequestRefresh = (
  topic: string,
  keys: readonly string[],
  reason: string,
  inMs?: number,
) => Promise<void>;

export function refreshRequester(bus: Bus, requestedBy: string, clock: Clock): RequestRefresh {
  return async (topic, keys, reason, inMs) => {
    const traceparent = traceparentOf();
    const requestedAt = clock.now();
    const value = {
      topic,
      reason,
      requestedBy,
      requestedAt,
      seen: null,
      entityId: null,
      always: true,
      notBefore: inMs === undefined ? null : requestedAt + inMs,
    };
    await forAll(keys, (key) => bus.publish(refresh, { traceparent, value: { ...value, key } }));
  };
}

/** Whose requests are for one topic only: a parked one tells of it by its group. */
const topicOfRequests: Readonly<Record<string, string>> = {
  'order-relay': orders.topic,
  'order-relay.customers': customers.topic,
};

/** What a request names. */
export type RefreshTarget = Pick<Refresh, 'topic' | 'key' | 'entityId'>;

/**
 * What is to be asked for so that a flow looks at a parked record again; null where nobody can: it has no key that can
 * be read, or never became a record of its topic. A parked request of the ERP says only in its value what it was for.
 */
export function refreshTargetOf({
  group,
  topic,
  partition,
  key,
  documentId,
}: Pick<Parked, 'group' | 'topic' | 'partition' | 'key' | 'documentId'>): RefreshTarget | null {
  if (key === null || partition < 0) return null;
  // The export tells of it again when it sees the order again.
  if (topic === fulfilments.topic && isOrderDocument(documentId))
    return { topic: orders.topic, key, entityId: null };
  if (topic !== refresh.topic) return { topic, key, entityId: null };
  const asked = topicOfRequests[readerIn(group)];
  if (asked === undefined) return null;
  // The key of a request for an order, or a customer, of which only its id is known: instance/entity_id.
  const entityId = splitKey(key, 3) === null ? Number(key.slice(key.lastIndexOf('/') + 1)) : null;
  return { topic: asked, key, entityId };
}
