import type { Clock } from '../../platform/clock.ts';
import type { RelayRequest } from './request.ts';

/** Webhooks are sent before the transaction is committed; most orders were there within 1.2 s (FACTS section 3). */
const waitsMs = [250, 750, 1_500];
/** A request older than this speaks of what must long be visible. */
const youngMs = 10_000;

/**
 * Looks for what some requests are about; for the missing ones of young requests a few times more. The wait is made here
 * and not by the flow's policy, because the shop is well: nothing must open the circuit breaker.
 */
export async function retryUntilVisible<Found>(
  requests: readonly RelayRequest[],
  clock: Clock,
  look: (requests: readonly RelayRequest[]) => Promise<Map<RelayRequest, Found>>,
): Promise<Map<RelayRequest, Found>> {
  const found = await look(requests);
  for (const waitMs of waitsMs) {
    const missing = requests.filter(
      (request) => !found.has(request) && clock.now() - request.value.requestedAt < youngMs,
    );
    if (missing.length === 0) break;
    await clock.wait(waitMs);
    for (const [request, order] of await look(missing)) found.set(request, order);
  }
  return found;
}
