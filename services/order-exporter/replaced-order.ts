import { orderKey } from '../../schemas/keys.ts';
import type { Order } from '../../schemas/types.ts';
import type { ErpOrders } from '../erp/orders/erp-orders.ts';
import type { Clock } from '../platform/clock.ts';
import { Held, Rejected, Unavailable } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';

/** From the publishing of the order on: the shop cancels the other one within the same second, nearly always. */
const waitMs = 60_000;
const lookAgainMs = 1_000;

/**
 * An order that was edited in the shop comes again as another one, under a key of its own; the shop makes that first, then
 * cancels the one that it replaces. The ERP hears of them in the other order, or it would hold the goods twice. What is
 * asked is the ERP itself, so it does not matter which process told it, nor when that died. An order that the ERP does not
 * have is not waited for: most such were never due.
 * @throws Unavailable, not yet, at first; Held after a minute, or when others wait for it
 */
export async function assertReplacedEnded(
  order: Order,
  { erp, clock }: { erp: Asked; clock: Pick<Clock, 'now'> },
  { publishedAt, pressing }: Pick<Attempt, 'pressing'> & { publishedAt: number },
): Promise<void> {
  const { parentIncrementId } = order;
  // Of a record from before the contract had it.
  if (!parentIncrementId) return;
  const key = orderKey({ ...order, incrementId: parentIncrementId });
  const living = await livingAs(key, erp);
  if (living === null) return;
  const fault = {
    code: 'order.replaced_alive',
    what: `The order replaces ${key}, which is not canceled in the ERP (${living})`,
    fix: `Usually its cancellation is on its way. If it lasts, see what stops it (\`cartage explain order ${parentIncrementId}\`), or cancel it in the ERP by hand; this order is released by that`,
    waitsFor: `replaced/${key}`,
  };
  if (pressing || clock.now() >= publishedAt + waitMs) throw new Held(fault);
  throw new Unavailable(fault, { notYet: true, retryAfterMs: lookAgainMs });
}

/** Which of these orders no other has to wait for any more. */
export async function endedOf(keys: readonly string[], erp: Asked): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  for (const key of keys) if ((await livingAs(key, erp)) === null) ended.add(key);
  return ended;
}

type Asked = Pick<ErpOrders, 'lookup'>;

/** What the ERP calls an order that is alive there. */
async function livingAs(key: string, erp: Asked): Promise<string | null> {
  try {
    const found = await erp.lookup(key);
    return found?.isCanceled === false ? (found.reference ?? found.id) : null;
  } catch (error) {
    // Found several times, say: not for the order that waits to be parked for.
    if (error instanceof Rejected) return error.fault.code;
    throw error;
  }
}
