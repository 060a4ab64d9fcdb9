/** Stand-ins of ERPs over HTTP, and the loop of the ingester. The broker is in memory. */
import { jsonRpcErp, odataErp } from './http-erp.ts';
import { describeSource } from './source-suite.ts';

describeSource('lists of an ERP over OData', [], odataErp);
describeSource('lists of an ERP over JSON-RPC', [], jsonRpcErp);
