import type { Refresh } from '../../../schemas/types.ts';
import { epochMsOf, magentoTimePattern } from '../../magento/rest/time.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { Received } from '../../platform/kafka/types.ts';

/**
 * A refresh request says "look at this order", or this customer, whoever it comes from: a webhook, a sweep, a repair, an
 * operator. It lies on `cartage.refresh` under the key of what it is about, so that all requests of an order meet at one
 * process: the one writer of that order.
 */
export type RelayRequest = Received<Refresh> & { value: Refresh };

/** How a request names what it is about. */
export type Asked = Pick<Refresh, 'topic' | 'key' | 'entityId'>;

/** What became of each request of a batch. */
export type RequestResults = Map<RelayRequest, Handled | Error>;

/** To be published though nothing has changed: what a person or a repair asks for. */
export function isForced({ always, seen }: Refresh): boolean {
  return always ?? seen === null;
}

/** `updated_at` of the state that was seen, UTC milliseconds; null where it is not known, or no time of Magento's. */
export function seenAt({ seen }: Refresh): number | null {
  return seen !== null && magentoTimePattern.test(seen) ? epochMsOf(seen) : null;
}

/**
 * Why the relay itself asks. Of a change that a webhook or a sweep brought the time is known; a first load, the nightly
 * sweep and the lists of documents tell what is true now, and not since when.
 */
export type Reason =
  | 'webhook'
  | 'sweep'
  | 'first load'
  | 'document'
  | 'nightly'
  /** It is published, and the nightly sweep has not seen it in the shop. */
  | 'missing'
  | 'went back';

const ofSweeps: readonly string[] = ['sweep', 'first load', 'document', 'nightly'] satisfies Reason[];

/** Its sender has seen it in a list of the shop. */
export function fromSweep({ reason }: Refresh): boolean {
  return ofSweeps.includes(reason);
}

/** What it brings happened when the shop says that it was updated. */
export function bringsNews({ reason }: Refresh): boolean {
  return reason === 'webhook' || reason === 'sweep';
}

export interface RequestInput {
  asked: Asked;
  reason: Reason;
  /** `updated_at` of the state that was seen, where it is known. */
  seen: string | null;
  requestedAt: number;
}

export function requestOf({ asked, ...input }: RequestInput): Refresh {
  return { ...asked, ...input, requestedBy: 'order-relay', always: false, notBefore: null };
}
