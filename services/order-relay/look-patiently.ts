import { Rejected } from '../platform/errors.ts';
import type { Clock } from '../platform/lifecycle/clock.ts';
import type { OrderHint } from './hints.ts';

/** Webhooks are sent before the order's transaction is committed (failure 9); most were there within 1.2 s (FACTS 3). */
const waitsMs = [250, 750, 1_500];
/** A hint older than this speaks of what must long be visible. */
const youngMs = 10_000;

/**
 * Looks for the orders of some hints; for the missing ones of young hints a few times more. The wait is made here and
 * not by the flow's policy, because the shop is well: nothing must open the circuit breaker.
 */
export async function lookPatiently<Found>(
  hints: readonly OrderHint[],
  clock: Clock,
  look: (hints: readonly OrderHint[]) => Promise<Map<OrderHint, Found>>,
): Promise<Map<OrderHint, Found>> {
  const found = await look(hints);
  for (const waitMs of waitsMs) {
    const missing = hints.filter(
      (hint) => !found.has(hint) && clock.now() - hint.value.requestedAt < youngMs,
    );
    if (missing.length === 0) break;
    await clock.wait(waitMs);
    for (const [hint, order] of await look(missing)) found.set(hint, order);
  }
  return found;
}

export function notFound(key: string): Rejected {
  return new Rejected({
    code: 'order.not_found',
    what: `The shop has no order ${key}`,
    fix: 'Nothing, when the order was deleted; else refresh it under its right store and number',
  });
}
