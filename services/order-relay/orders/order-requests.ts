import type { RequestedTopic } from '../requests/request-flow.ts';
import { OrderReader } from './order-reader.ts';
import type { OrderReaderOptions } from './order-reader.ts';
import { targetOf } from './order-request.ts';
import { RequestsById } from './requests-by-id.ts';

/** Orders known by id alone are read one by one. */
const idsPerBatch = 8;

/** The batch group of requests that name no store. */
const byEntityId = 'by entity_id';

/** How requests for orders are served: those of one store together. */
export function orderRequests(options: OrderReaderOptions): RequestedTopic {
  const reader = new OrderReader(options);
  const byId = new RequestsById(options);
  return {
    batchGroupOf: (request) => {
      const target = targetOf(request, options.instance);
      return target?.kind === 'order' ? `store ${target.store}` : target && byEntityId;
    },
    batchSize: (batchGroup) => (batchGroup === byEntityId ? idsPerBatch : reader.batchSize),
    serve: (requests) => {
      const first = targetOf(requests[0]!.value, options.instance);
      return first?.kind === 'order' ? reader.serve(first.store, requests) : byId.serve(requests);
    },
  };
}
