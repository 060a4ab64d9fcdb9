import type { Call, Route } from '../rest/call.ts';
import type { Json } from '../rest/json.ts';
import { badRequest } from '../rest/errors.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';

/** Those of a new shop. Not recorded: by the published description of the API. */
const classes = [
  { class_id: 2, class_name: 'Taxable Goods', class_type: 'PRODUCT' },
  { class_id: 3, class_name: 'Retail Customer', class_type: 'CUSTOMER' },
];
type TaxClass = (typeof classes)[number];

export const taxClassRoutes: Route[] = [
  { method: 'GET', path: '/V1/taxClasses/search', resource: 'Magento_Tax::manage_tax', handle: list },
];

function list({ query }: Call): Json {
  const criteria = parseCriteria(query);
  const found = search(classes, criteria, {
    knows: (field) => field in classes[0]!,
    unknownField: (field) => badRequest('Invalid field: %1', [field]),
    column: (one, field) => one[field as keyof TaxClass],
  });
  return listAnswer(found, criteria, (one) => ({ ...one }));
}
