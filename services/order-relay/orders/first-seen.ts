import type { Order, Refresh } from '../../../schemas/types.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import type { Reason } from '../requests/request.ts';

/** An order is published for the first time, as far as this process knows. */
export type OnFirstSeen = (order: Pick<Order, 'createdAt'>, request: Pick<Refresh, 'reason'>) => void;

/** Ways by which an order may come to be known; any other is somebody's asking for it. */
const paths: readonly string[] = ['webhook', 'sweep', 'nightly'] satisfies Reason[];

/** For so long at least it is remembered what was published: an older one may only have changed. */
const newMs = 3_600_000;

/** Counts which way saw each new order first: one that a sweep had to find was told of by no webhook. */
export function countFirstSeen(
  { ordersFirstSeen }: Pick<Metrics, 'ordersFirstSeen'>,
  clock: Pick<Clock, 'now'>,
): OnFirstSeen {
  for (const path of paths) ordersFirstSeen.inc({ path }, 0);
  return ({ createdAt }, { reason }) => {
    if (clock.now() - createdAt >= newMs) return;
    ordersFirstSeen.inc({ path: paths.includes(reason) ? reason : 'request' });
  };
}
