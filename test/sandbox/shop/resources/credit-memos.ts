import type { Call, Route } from '../rest/call.ts';
import { internalError } from '../rest/errors.ts';
import type { Json } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';
import { hex } from '../shop.ts';

const FIELDS = ['entity_id', 'increment_id', 'order_id', 'store_id', 'state', 'created_at', 'updated_at'];

/** The list of credit memos. The stand-in cannot make any yet, so the list is always empty. */
export const creditMemoRoutes: Route[] = [
  { method: 'GET', path: '/V1/creditmemos', resource: 'Magento_Sales::sales_creditmemo', handle: list },
];

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const found = search<never>([], criteria, {
    knows: (field) => FIELDS.includes(field),
    unknownField: () => internalError(hex(shop, 13)),
    column: () => null,
  });
  return listAnswer(found, criteria, () => null);
}
