import { refresh } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import type { BatchResult, StateFlow } from '../../platform/flow/states/state-flow.ts';
import type { Received } from '../../platform/kafka/types.ts';
import type { Mode } from '../../platform/groups.ts';
import { isForced, targetOf } from './request.ts';
import type { OrderRequest, Target } from './request.ts';
import { RequestsById } from './requests-by-id.ts';
import { OrderReader } from './order-reader.ts';
import type { OrderReaderOptions } from './order-reader.ts';

/** The client reads 30 whole orders per page (FACTS section 11): more would make two calls out of one. */
const ordersPerRequest = 30;
/** Orders known by id alone are read one by one. */
const idsPerBatch = 8;

/** The batch group of requests that name no store. */
const byEntityId = 'by entity_id';

/**
 * How long after its fence has fallen a publish may still land: the broker's time for one request, and a margin. What
 * lay unsent in the sender's machine was thrown away by then.
 */
const landsWithinMs = 15_000;

/**
 * Serves the requests: reads each order and publishes it whole, in dry as well: what the topic says of a shop's orders
 * changes nothing in shop and ERP, and the exporter's judgement (which codes, what would be held) needs orders to judge. A publish is the effect here: after an unknown outcome,
 * and after taking over from a process that did not leave cleanly, the order is looked at once more when an earlier
 * publish can no longer land, and published again if the topic shows another state.
 */
export function refreshRequestFlow(
  options: OrderReaderOptions & { mode: Mode; connections: number },
): StateFlow<Refresh> {
  const { instance } = options;
  const reader = new OrderReader(options);
  const byId = new RequestsById(options);
  const target = ({ value }: Received<Refresh>): Target | null => value && targetOf(value, instance);
  const batchGroupOf = (record: Received<Refresh>): string => {
    const found = target(record);
    return found?.kind === 'order' ? `store ${found.store}` : byEntityId;
  };
  return {
    name: 'orders',
    contracts: [refresh],
    mode: options.mode,
    concurrency: options.connections,
    settleMs: landsWithinMs,
    accepts: (record) => target(record) !== null,
    // A forced request must not give way to one that is content with what is published.
    identityOf: ({ key, value }) => `${key}|${value && isForced(value) ? 'forced' : (value?.seen ?? '')}`,
    lockOf: ({ key }) => key,
    batchGroupOf,
    batchSize: (batchGroup) => (batchGroup === byEntityId ? idsPerBatch : ordersPerRequest),
    probe: async () => void (await options.magento.store.views()),
    apply: async (records): Promise<BatchResult<Refresh>> => {
      const requests = records as OrderRequest[];
      const first = target(requests[0]!);
      return first?.kind === 'order' ? reader.serve(first.store, requests) : byId.serve(requests);
    },
  };
}
