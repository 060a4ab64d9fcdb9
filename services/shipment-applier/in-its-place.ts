import type { Clock } from '../platform/clock.ts';
import { Held, Unavailable } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { orderUnknown } from './find-order.ts';
import { invoiceOf } from './order-state.ts';
import type { Issued } from './stock-wait.ts';

/** From the publishing on: what a document waits for is seldom further behind it. */
const waitMs = 60_000;
/** The order, or an invoice that a person makes in the shop, is looked for so often. */
const lookAgainMs = 5_000;

/**
 * A document that has come before its order, or before the invoice that it needs, waits in its place at first; of an invoice
 * while later documents of its order go before it: it may be the very next of them. An order is none of its documents, which
 * keep theirs. When the time is up, or others wait for it, it is held as it would have been at once.
 * @throws what is to be thrown for the error
 */
export function inItsPlace(
  error: unknown,
  { document, publishedAt }: Issued,
  { mode, pressing }: Attempt,
  clock: Pick<Clock, 'now'>,
): never {
  const leftMs = publishedAt + waitMs - clock.now();
  if (!(error instanceof Held) || mode === 'dry' || pressing || leftMs <= 0) throw error;
  const { code, waitsFor } = error.fault;
  if (code !== orderUnknown && waitsFor !== invoiceOf(document)) throw error;
  throw new Unavailable(error.fault, {
    notYet: true,
    letsPass: code !== orderUnknown,
    retryAfterMs: Math.min(lookAgainMs, leftMs),
  });
}
