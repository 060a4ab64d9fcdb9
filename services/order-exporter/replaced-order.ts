import { orderKey } from '../../schemas/keys.ts';
import type { Order } from '../../schemas/types.ts';
import type { ErpOrders } from '../erp/orders/erp-orders.ts';
import type { Clock } from '../platform/clock.ts';
import { Held, Rejected, Unavailable } from '../platform/errors.ts';
import type { Fault } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import type { OrderProgress } from './order-progress.ts';

/** From the publishing of the order on: the shop cancels the other one within the same second, nearly always. */
const waitMs = 60_000;
const lookAgainMs = 1_000;

export interface ReplacedOptions {
  erp: Pick<ErpOrders, 'lookup'>;
  progress: OrderProgress;
  clock: Pick<Clock, 'now'>;
}

/**
 * An order that was edited in the shop comes again as another one, under a key of its own; the shop makes that first, then
 * cancels the one that it replaces. The ERP hears of them in the other order, or it would hold the goods twice. What is
 * asked is the ERP itself, so it does not matter which process told it, nor when that died. Where the ERP does not have the
 * other one, it may be about to get it: what was published of it before must have been handled.
 * @throws Unavailable, not yet, at first; Held after a minute, or when others wait for it
 */
export async function assertReplacedEnded(
  order: Order,
  { erp, progress, clock }: ReplacedOptions,
  { publishedAt, pressing }: Pick<Attempt, 'pressing'> & { publishedAt: number },
): Promise<void> {
  const { parentIncrementId } = order;
  // Of a record from before the contract had it.
  if (!parentIncrementId) return;
  const key = orderKey({ ...order, incrementId: parentIncrementId });
  // Asked before the ERP is: what is handled meanwhile is seen there.
  const isHandled = await progress.isHandled(key, publishedAt);
  const { isAlive, name } = await shownIn(erp, key);
  if (!isAlive && (name !== null || isHandled)) return;
  const fault = waitsFor(key, isAlive ? `is not canceled in the ERP (${name})` : 'is still on its way');
  if (pressing || clock.now() >= publishedAt + waitMs) throw new Held(fault);
  throw new Unavailable(fault, { notYet: true, retryAfterMs: lookAgainMs });
}

/** Which of these orders no other has to wait for any more, as far as the ERP shows. */
export async function endedOf(keys: readonly string[], erp: Asked): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  for (const key of keys) if (!(await shownIn(erp, key)).isAlive) ended.add(key);
  return ended;
}

type Asked = ReplacedOptions['erp'];

/** Whether the ERP shows that an order is alive, and what it calls it; null where it has none. */
async function shownIn(erp: Asked, key: string): Promise<{ isAlive: boolean; name: string | null }> {
  try {
    const found = await erp.lookup(key);
    return { isAlive: found?.isCanceled === false, name: found && (found.reference ?? found.id) };
  } catch (error) {
    // Found several times, say: not for the order that waits to be parked for.
    if (error instanceof Rejected) return { isAlive: true, name: error.fault.code };
    throw error;
  }
}

function waitsFor(key: string, how: string): Fault {
  return {
    code: 'order.replaced_alive',
    what: `The order replaces ${key}, which ${how}`,
    fix: `Usually its cancellation comes by itself. If it lasts, see what stops that order (\`cartage explain order\`), or cancel it in the ERP by hand; this one is released by that`,
    waitsFor: `replaced/${key}`,
  };
}
