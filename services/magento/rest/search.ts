import type { QueryPair } from './rest.ts';

/** `in` takes a comma list, so a value with a comma needs a filter of its own: see `anyOf`. */
export interface Filter {
  field: string;
  value: string;
  /** An unknown one is silently `eq` in Magento (FACTS section 3), hence the closed list. */
  condition?: 'eq' | 'gt' | 'gteq' | 'lt' | 'lteq' | 'in' | 'nin' | 'notnull';
}

export interface Search {
  /** Filters of one group are joined by OR, groups by AND. */
  groups?: Filter[][];
  sort?: { field: string; direction: 'ASC' | 'DESC' }[];
  pageSize: number;
  page?: number;
  /** Magento's projection, such as `items[sku],total_count`. */
  fields?: string;
}

/** The query of a search. A page size is always sent: without one the shop's default may cut the list. */
export function searchQuery(search: Search): QueryPair[] {
  if (!(search.pageSize >= 1))
    throw new RangeError('pageSize must be at least 1: 0 means all, -1 means one item');
  const pairs: QueryPair[] = [];
  (search.groups ?? []).forEach((filters, group) => {
    filters.forEach((filter, index) => {
      const at = `searchCriteria[filter_groups][${group}][filters][${index}]`;
      pairs.push([`${at}[field]`, filter.field], [`${at}[value]`, filter.value]);
      pairs.push([`${at}[condition_type]`, filter.condition ?? 'eq']);
    });
  });
  (search.sort ?? []).forEach(({ field, direction }, index) => {
    pairs.push([`searchCriteria[sortOrders][${index}][field]`, field]);
    pairs.push([`searchCriteria[sortOrders][${index}][direction]`, direction]);
  });
  pairs.push(['searchCriteria[pageSize]', String(search.pageSize)]);
  pairs.push(['searchCriteria[currentPage]', String(search.page ?? 1)]);
  if (search.fields !== undefined) pairs.push(['fields', search.fields]);
  return pairs;
}

/** One group that means "the field is one of these", commas in the values or not. */
export function anyOf(field: string, values: readonly string[]): Filter[] {
  const listed = values.filter((value) => !value.includes(','));
  const single = values.filter((value) => value.includes(','));
  const filters: Filter[] = single.map((value) => ({ field, value }));
  if (listed.length > 0) filters.unshift({ field, value: listed.join(','), condition: 'in' });
  return filters;
}

const maxValuesPerRequest = 100;
/** 7 kB of URL were let through by a stock nginx, 9 kB were not (FACTS section 10). */
const maxValuesBytes = 4_000;
const bytesPerFilter = 300;

/** Splits values so that a request that lists them stays under the web server's limit on URLs. */
export function inChunks(values: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let sizeBytes = Number.POSITIVE_INFINITY;
  for (const value of new Set(values)) {
    const valueBytes = encodeURIComponent(value).length + 3 + (value.includes(',') ? bytesPerFilter : 0);
    if (sizeBytes + valueBytes > maxValuesBytes || chunks.at(-1)!.length >= maxValuesPerRequest) {
      chunks.push([]);
      sizeBytes = 0;
    }
    chunks.at(-1)!.push(value);
    sizeBytes += valueBytes;
  }
  return chunks;
}
