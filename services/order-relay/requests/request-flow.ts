import { refresh } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import type { BatchResult, StateFlow } from '../../platform/flow/states/state-flow.ts';
import type { Received } from '../../platform/kafka/types.ts';
import type { Mode } from '../../platform/groups.ts';
import { isForced } from './request.ts';
import type { RelayRequest, RequestResults } from './request.ts';

/** How requests for the keys of one topic are served. */
export interface RequestedTopic {
  /** Which requests may be served by one call; null when the request names nothing of this topic and instance. */
  batchGroupOf: (request: Refresh) => string | null;
  batchSize: (batchGroup: string) => number;
  /** Requests of one batch group. */
  serve: (requests: readonly RelayRequest[]) => Promise<RequestResults>;
}

export interface RequestFlowOptions {
  /** Of the flow. */
  name: string;
  requests: RequestedTopic;
  mode: Mode;
  /** How many calls the shop bears now. */
  callsAtOnce: () => number;
  probe: () => Promise<void>;
}

/**
 * How long after its fence has fallen a publish may still land: the broker's time for one request, and a margin. What
 * lay unsent in the sender's machine was thrown away by then.
 */
const landsWithinMs = 15_000;

/**
 * Serves the requests: reads what each is about and publishes it whole, in dry as well: what a topic says of a shop
 * changes nothing in shop and ERP, and the exporter's judgement (which codes, what would be held) needs orders to judge.
 * A publish is the effect here: after an unknown outcome, and after taking over from a process that did not leave
 * cleanly, the order is looked at once more when an earlier publish can no longer land, and published again if the topic
 * shows another state.
 */
export function refreshRequestFlow({
  name,
  requests,
  mode,
  callsAtOnce,
  probe,
}: RequestFlowOptions): StateFlow<Refresh> {
  const batchGroupOf = ({ value }: Received<Refresh>): string | null => value && requests.batchGroupOf(value);
  return {
    name,
    contracts: [refresh],
    mode,
    concurrency: callsAtOnce,
    settleMs: landsWithinMs,
    accepts: (record) => batchGroupOf(record) !== null,
    // A forced request must not give way to one that is content with what is published.
    identityOf: ({ key, value }) => `${key}|${value && isForced(value) ? 'forced' : (value?.seen ?? '')}`,
    lockOf: ({ key }) => key,
    batchGroupOf: (record) => batchGroupOf(record)!,
    batchSize: (batchGroup) => requests.batchSize(batchGroup),
    probe,
    apply: async (records): Promise<BatchResult<Refresh>> => requests.serve(records as RelayRequest[]),
  };
}
