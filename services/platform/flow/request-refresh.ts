import { refresh } from '../../../schemas/topics.ts';
import type { Bus } from '../kafka/types.ts';
import type { Clock } from '../clock.ts';
import { traceparentOf } from '../telemetry/tracing.ts';

/** Asks for keys of a topic to be read at their source again. Resolves when the broker has the requests. */
export type RequestRefresh = (topic: string, keys: readonly string[], reason: string) => Promise<void>;

export function refreshRequester(bus: Bus, requestedBy: string, clock: Clock): RequestRefresh {
  return async (topic, keys, reason) => {
    const traceparent = traceparentOf();
    const value = {
      topic,
      reason,
      requestedBy,
      requestedAt: clock.now(),
      seen: null,
      entityId: null,
      always: true,
    };
    await Promise.all(keys.map((key) => bus.publish(refresh, { traceparent, value: { ...value, key } })));
  };
}
