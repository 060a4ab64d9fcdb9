import { asText } from '../rest/json.ts';
import type { Call, Route } from '../rest/call.ts';
import { internalError, notFound, required } from '../rest/errors.ts';
import { convert } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';
import type { Searchable } from '../search/search.ts';
import { hex } from '../shop.ts';
import type { SourceRow } from '../state/catalog-rows.ts';
import { validationFailed } from '../inventory/validation.ts';
import type { ValidationError } from '../inventory/validation.ts';

const RESOURCE = 'Magento_InventoryApi::source';
const EDIT = 'Magento_InventoryApi::source_edit';
const SOURCE: InputType = {
  members: {
    source_code: 'string',
    name: 'string',
    enabled: 'bool',
    description: 'string',
    latitude: 'float',
    longitude: 'float',
    country_id: 'string',
    region_id: 'int',
    region: 'string',
    city: 'string',
    street: 'string',
    postcode: 'string',
    contact_name: 'string',
    email: 'string',
    phone: 'string',
    fax: 'string',
    use_default_carrier_config: 'bool',
    carrier_links: 'mixed',
    extension_attributes: 'mixed',
  },
};

/** Sources (warehouses). POST of an existing code overwrites, PUT of an unknown one creates (FACTS section 6). */
export const sourceRoutes: Route[] = [
  { method: 'GET', path: '/V1/inventory/sources', resource: RESOURCE, handle: list },
  { method: 'GET', path: '/V1/inventory/sources/:code', resource: RESOURCE, handle: getOne },
  { method: 'POST', path: '/V1/inventory/sources', resource: EDIT, handle: (call) => save(call, null) },
  {
    method: 'PUT',
    path: '/V1/inventory/sources/:code',
    resource: EDIT,
    handle: (call) => save(call, call.params['code'] ?? ''),
  },
];

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const searchable: Searchable<SourceRow> = {
    knows: (field) =>
      ['source_code', 'name', 'enabled', 'country_id', 'postcode', 'city', 'region_id'].includes(field),
    unknownField: () => internalError(hex(shop, 13)),
    column(row, field) {
      const value = row[field];
      return typeof value === 'boolean' ? Number(value) : ((value ?? null) as string | number | null);
    },
  };
  const rows = shop.db.sources
    .all()
    .toSorted((left, right) => (left.source_code < right.source_code ? -1 : 1));
  return listAnswer(search(rows, criteria, searchable), criteria, renderSource);
}

function getOne({ shop, params }: Call): Json {
  const code = params['code'] ?? '';
  const source = shop.db.sources.get(code);
  if (source === undefined) throw notFound('Source with code "%value" does not exist.', { value: code });
  return renderSource(source);
}

function renderSource(source: SourceRow): JsonObject {
  const isDefault = source.source_code === 'default';
  return {
    ...source,
    use_default_carrier_config: source['use_default_carrier_config'] ?? true,
    carrier_links: [],
    extension_attributes: { is_pickup_location_active: false, frontend_name: isDefault ? '' : source.name },
  };
}

function save(call: Call, code: string | null): Json {
  const given = call.body['source'];
  if (given === undefined || given === null) throw required('source');
  const values = convert(given, SOURCE, 'source') as JsonObject;
  if (code !== null) values['source_code'] = code;
  const errors = errorsOf(values);
  if (errors.length > 0) throw validationFailed(errors, false);
  const known = call.shop.db.sources.get(asText(values['source_code']));
  const { extension_attributes: _ignored, carrier_links: _links, ...plain } = values;
  const source = { enabled: true, ...known, ...plain } as unknown as SourceRow;
  call.shop.db.sources.save(source);
  call.note('source', source.source_code, { enabled: source.enabled });
  return [];
}

function errorsOf(values: JsonObject): ValidationError[] {
  const isEmpty = (name: string): boolean => typeof values[name] !== 'string' || values[name].trim() === '';
  const errors: ValidationError[] = ['source_code', 'name', 'postcode', 'country_id']
    .filter(isEmpty)
    .map((field) => ['"%field" can not be empty.', { field }]);
  if (/\s/.test(asText(values['source_code']))) {
    errors.unshift(['"%field" can not contain whitespaces.', { field: 'source_code' }]);
  }
  return errors;
}
