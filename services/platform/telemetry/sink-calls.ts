import type { Metrics } from './metrics.ts';

/** `refused`: the call itself is at fault (4xx, a constraint). `failed`: the other side is. */
export type CallOutcome = 'ok' | 'refused' | 'failed';

export interface SinkCall {
  /** A name with few values: `GET orders/:id`, `erp.orders.lookup`. */
  route: string;
  /** HTTP status or SQLSTATE; `0` when no whole answer came. */
  code: string;
  outcome: CallOutcome;
  durationMs: number;
}

/** Counts the calls to one other side. Its failures stand at 0 before the first: the first burst must be seen. */
export function sinkCalls(
  metrics: Pick<Metrics, 'sinkRequests' | 'sinkFailures' | 'sinkDuration'>,
  sink: 'magento' | 'erp',
): (call: SinkCall) => void {
  metrics.sinkFailures.inc({ sink }, 0);
  return ({ route, code, outcome, durationMs }) => {
    metrics.sinkRequests.inc({ sink, code });
    metrics.sinkDuration.observe({ sink, route, outcome }, durationMs / 1000);
    if (outcome === 'failed') metrics.sinkFailures.inc({ sink });
  };
}

/** Of an HTTP answer; status 0 when none came. */
export function outcomeOfStatus(status: number): CallOutcome {
  if (status === 0 || status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}
