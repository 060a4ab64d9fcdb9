import type { Json, JsonObject } from '../rest/json.ts';
import { isObject } from '../rest/json.ts';
import { badRequest, required } from '../rest/errors.ts';
import { convert, snakeCase } from '../rest/input.ts';

export interface Filter {
  field: string;
  value: string | null;
  condition_type: string;
}

export interface SortOrder {
  field: string;
  direction: 'ASC' | 'DESC';
}

/** `searchCriteria` as Magento understood it; members that were not sent are undefined and not echoed. */
export interface SearchCriteria {
  filter_groups: { filters: Filter[] }[];
  sort_orders: SortOrder[] | undefined;
  page_size: number | undefined;
  current_page: number | undefined;
}

/** @throws RestError 400 when the parameter is missing or one of its members has the wrong type */
export function parseCriteria(query: JsonObject): SearchCriteria {
  const given = query['searchCriteria'] ?? query['search_criteria'];
  if (given === undefined) throw required('searchCriteria');
  const members = isObject(given) ? given : {};
  const raw = new Map(
    Object.entries(members).map(([name, value]) => [snakeCase(name), { name, value: value ?? null }]),
  );
  const number = (name: string): number | undefined => {
    const member = raw.get(name);
    return member === undefined ? undefined : (convert(member.value, 'int', member.name) as number);
  };
  const sortOrders = raw.get('sort_orders');
  return {
    filter_groups: elements(raw.get('filter_groups')?.value).map((group) => ({
      filters: elements(normalised(group)['filters']).map(parseFilter),
    })),
    sort_orders: sortOrders === undefined ? undefined : elements(sortOrders.value).map(parseSortOrder),
    page_size: number('page_size'),
    current_page: number('current_page'),
  };
}

/** The criteria as the answer repeats them. */
export function echoCriteria(criteria: SearchCriteria): Json {
  return {
    filter_groups: criteria.filter_groups.map((group) => ({
      filters: group.filters.map(({ field, value, condition_type }) => ({ field, value, condition_type })),
    })),
    sort_orders: criteria.sort_orders?.map(({ field, direction }) => ({ field, direction })),
    page_size: criteria.page_size,
    current_page: criteria.current_page,
  };
}

/** One filter in one group, as Magento builds it itself for lists that belong to a parent. */
export function criteriaFor(field: string, value: string): SearchCriteria {
  const filters = [{ field, value, condition_type: 'eq' }];
  return {
    filter_groups: [{ filters }],
    sort_orders: undefined,
    page_size: undefined,
    current_page: undefined,
  };
}

function parseFilter(given: Json): Filter {
  const members = normalised(given);
  const value = members['value'];
  return {
    field: text(members['field']),
    value:
      value === undefined || value === null
        ? null
        : Array.isArray(value)
          ? value.map(String).join(',')
          : text(value),
    condition_type: members['condition_type'] === undefined ? 'eq' : text(members['condition_type']),
  };
}

function parseSortOrder(given: Json): SortOrder {
  const members = normalised(given);
  const direction = text(members['direction'] ?? 'DESC').toUpperCase();
  if (direction !== 'ASC' && direction !== 'DESC') {
    throw badRequest(
      'The sort order has to be specified as %1 for ascending order or %2 for descending order.',
      ['ASC', 'DESC'],
    );
  }
  return { field: text(members['field']), direction };
}

function normalised(given: Json): JsonObject {
  if (!isObject(given)) return {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [snakeCase(name), value]));
}

function elements(given: Json | undefined): Json[] {
  if (Array.isArray(given)) return given;
  return isObject(given) ? Object.values(given).map((value) => value ?? null) : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
