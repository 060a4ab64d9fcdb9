import type { RequestedTopic } from '../requests/request-flow.ts';
import { CustomerReader } from './customer-reader.ts';
import type { CustomerReaderOptions } from './customer-reader.ts';
import { customerIdIn } from './customer-request.ts';

/** How requests for customers are served: any of them together. */
export function customerRequests(options: CustomerReaderOptions): RequestedTopic {
  const reader = new CustomerReader(options);
  return {
    batchGroupOf: (request) => (customerIdIn(request, options.instance) === null ? null : 'all'),
    batchSize: () => reader.batchSize,
    serve: (requests) => reader.serve(requests),
  };
}
