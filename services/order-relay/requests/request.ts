import type { Refresh } from '../../../schemas/types.ts';
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

export interface RequestInput {
  asked: Asked;
  /** webhook, sweep, … */
  reason: string;
  /** `updated_at` of the state that was seen, where it is known. */
  seen: string | null;
  requestedAt: number;
}

export function requestOf({ asked, ...input }: RequestInput): Refresh {
  return { ...asked, ...input, requestedBy: 'order-relay', always: false };
}
