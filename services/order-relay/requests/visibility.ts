import { Unavailable } from '../../platform/errors.ts';
import { fromSweep } from './request.ts';
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
