import type { Call, Route } from '../rest/call.ts';
import { internalError } from '../rest/errors.ts';
import type { Json } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import type { Column } from '../search/condition.ts';
import { listAnswer, search } from '../search/search.ts';
import { hex } from '../shop.ts';
import type { CreditMemoRow } from '../state/sales-rows.ts';

/** The list of credit memos. The stand-in cannot make any yet: what is in it was put there by a test. */
export const creditMemoRoutes: Route[] = [
  { method: 'GET', path: '/V1/creditmemos', resource: 'Magento_Sales::sales_creditmemo', handle: list },
];

const COLUMNS: Record<string, (memo: CreditMemoRow) => Column> = {
  entity_id: (memo) => memo.entity_id,
  increment_id: (memo) => memo.increment_id,
  order_id: (memo) => memo.order_id,
  store_id: (memo) => memo.store_id,
  state: (memo) => memo.state,
  grand_total: (memo) => memo.grand_total,
  created_at: (memo) => memo.created_at,
  updated_at: (memo) => memo.updated_at,
};

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const found = search(shop.db.creditMemos.all(), criteria, {
    knows: (field) => Object.hasOwn(COLUMNS, field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (memo, field) => COLUMNS[field]?.(memo),
  });
  return listAnswer(found, criteria, (memo) => ({ ...memo }));
}
