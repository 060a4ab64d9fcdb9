import type { Call, Route } from '../rest/call.ts';
import { badRequest, internalError, notFound, required } from '../rest/errors.ts';
import { convert, pathInt } from '../rest/input.ts';
import { asText } from '../rest/json.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';
import { hex } from '../shop.ts';
import type { Shop } from '../shop.ts';
import type { CustomerGroupRow } from '../state/customer-rows.ts';

const RESOURCE = 'Magento_Customer::group';
const RETAIL = 3;

/** Those of a new shop. */
const GROUPS = ['NOT LOGGED IN', 'General', 'Wholesale', 'Retailer'];

/** Customer groups (FACTS section 9). */
export const customerGroupRoutes: Route[] = [
  { method: 'GET', path: '/V1/customerGroups/search', resource: RESOURCE, handle: list },
  { method: 'GET', path: '/V1/customerGroups/:id', resource: RESOURCE, handle: getOne },
  { method: 'POST', path: '/V1/customerGroups', resource: RESOURCE, handle: post },
  { method: 'PUT', path: '/V1/customerGroups/:id', resource: RESOURCE, handle: put },
];

export function seedGroups(shop: Shop): void {
  for (const [id, code] of GROUPS.entries()) shop.db.customerGroups.save({ id, code, tax_class_id: RETAIL });
}

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const columns = { id: 'id', customer_group_id: 'id', code: 'code', tax_class_id: 'tax_class_id' } as const;
  const found = search(shop.db.customerGroups.all(), criteria, {
    knows: (field) => Object.hasOwn(columns, field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (row, field) => row[columns[field as keyof typeof columns]],
  });
  return listAnswer(found, criteria, render);
}

function getOne({ shop, params }: Call): Json {
  return render(groupOf(shop, pathInt(params['id'] ?? '')));
}

function post({ shop, body, ...call }: Call): Json {
  const code = codeIn(body);
  if (shop.db.customerGroups.all().some((group) => group.code === code))
    throw badRequest('Customer Group already exists.');
  const id = Math.max(...shop.db.customerGroups.all().map((group) => group.id)) + 1;
  const group = shop.db.customerGroups.save({ id, code, tax_class_id: RETAIL });
  call.note('customer_group', String(group.id), { code });
  return render(group);
}

/** A renamed group touches none of its customers. */
function put({ shop, params, body, ...call }: Call): Json {
  const group = groupOf(shop, pathInt(params['id'] ?? ''));
  group.code = codeIn(body);
  shop.db.customerGroups.save(group);
  call.note('customer_group', String(group.id), { code: group.code });
  return render(group);
}

function groupOf(shop: Shop, id: number): CustomerGroupRow {
  const group = shop.db.customerGroups.get(id);
  if (group !== undefined) return group;
  throw notFound('No such entity with %fieldName = %fieldValue', { fieldName: 'id', fieldValue: id });
}

function codeIn(body: JsonObject): string {
  const given = body['group'];
  if (given === undefined || given === null) throw required('group');
  const members = { id: 'int', code: 'string', tax_class_id: 'int', tax_class_name: 'string' } as const;
  return asText(
    (convert(given, { members: { ...members, extension_attributes: 'mixed' } }, 'group') as JsonObject)[
      'code'
    ],
  );
}

function render({ id, code, tax_class_id }: CustomerGroupRow): JsonObject {
  return { id, code, tax_class_id, tax_class_name: 'Retail Customer' };
}
