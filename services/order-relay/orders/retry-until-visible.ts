import type { Clock } from '../../platform/clock.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { OrderRequest } from './request.ts';

/** Webhooks are sent before the order's transaction is committed; most were there within 1.2 s (FACTS section 3). */
const waitsMs = [250, 750, 1_500];
/** A request older than this speaks of what must long be visible. */
const youngMs = 10_000;

/**
 * Looks for the orders of some requests; for the missing ones of young requests a few times more. The wait is made here and
 * not by the flow's policy, because the shop is well: nothing must open the circuit breaker.
 */
export async function retryUntilVisible<Found>(
  requests: readonly OrderRequest[],
  clock: Clock,
  look: (requests: readonly OrderRequest[]) => Promise<Map<OrderRequest, Found>>,
): Promise<Map<OrderRequest, Found>> {
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

/**
 * A request about nothing asks for nothing: anyone may send one (a webhook about an order that was rolled back, a key
 * mistyped), and many of them must not look like a fault of the flow. An order that becomes visible later is swept.
 */
export function notFound(key: string): Handled {
  return { status: 'unchanged', cause: `the shop has no order ${key}` };
}
