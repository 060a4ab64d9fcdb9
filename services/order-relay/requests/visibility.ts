import { Unavailable } from '../../platform/errors.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { PublishedStates, State } from './published.ts';
import { fromSweep, seenAt } from './request.ts';
import type { RelayRequest } from './request.ts';

/**
 * A webhook is sent before the transaction is committed; most orders were there within 1.2 s (FACTS section 3). Many never
 * come: a payment that fails rolls its order back, and whoever tries stolen cards makes thousands of those.
 */
const claimedMs = 10_000;
/** What is there, or was in a list, is only behind: a read replica. As long as a sweep looks back by default. */
const shownMs = 600_000;

/**
 * Whether what a request is about may still become visible, in the state asked for. The wait is the flow's, in place: the
 * partition's offset waits as well, so that a process that ends loses nothing.
 */
export function mayBecomeVisible({ value }: RelayRequest, isThere: boolean, now: number): boolean {
  return now - value.requestedAt < (isThere || fromSweep(value) ? shownMs : claimedMs);
}

export function notYetVisible(key: string, what: string): Unavailable {
  return new Unavailable(
    { code: 'request.not_visible_yet', what: `${what}: ${key}`, fix: 'It is looked for again by itself' },
    { notYet: true },
  );
}

/** A value of the shop, as it was read for a request. */
export interface ReadValue<Value> {
  value: Value;
  /** By the shop's clock. */
  readAt: number;
  request: RelayRequest;
}

/**
 * The shop shows an older state than was asked for, or than was published: that one is not visible yet. In the end an
 * older one than asked for is the truth (what a webhook told of was rolled back); an older one than published never is.
 */
export function olderState<Value extends State>(
  { value, readAt, request }: ReadValue<Value>,
  published: PublishedStates<Value>,
  now: number,
): Handled | Error | null {
  const seen = seenAt(request.value);
  const isBehind = published.isBehind(value, readAt);
  // A time that the shop has not reached is no time of its own: a webhook that tells it by the clock on the wall.
  const isOlder = seen !== null && seen <= readAt && value.updatedAt < seen;
  if (!isBehind && !isOlder) return null;
  if (mayBecomeVisible(request, true, now))
    return notYetVisible(request.key, 'The shop shows an older state than is known');
  return isBehind ? { status: 'unchanged', cause: 'the shop shows an older state than was published' } : null;
}
