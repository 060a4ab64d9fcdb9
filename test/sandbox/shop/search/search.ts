import type { Json } from '../rest/json.ts';
import { compare, matches } from './condition.ts';
import type { Column } from './condition.ts';
import { echoCriteria } from './criteria.ts';
import type { SearchCriteria } from './criteria.ts';

/** How a resource exposes its rows to searches. */
export interface Searchable<Row> {
  /** The value of a column; undefined when the resource has no such column. */
  column(row: Row, field: string): Column | undefined;
  /** Is the field known at all? Asked even when there are no rows. */
  knows(field: string): boolean;
  /** Error for an unknown field in a filter or sort order. */
  unknownField(field: string): Error;
  /** Columns where one row has several values (categories of a product): one match suffices. */
  columns?(row: Row, field: string): Column[] | undefined;
}

export interface SearchResult<Row> {
  rows: Row[];
  totalCount: number;
}

/** Filters in a group are OR, groups are AND; a page past the end is empty (FACTS section 3). */
export function search<Row>(
  rows: Row[],
  criteria: SearchCriteria,
  resource: Searchable<Row>,
): SearchResult<Row> {
  const fields = [
    ...criteria.filter_groups.flatMap((group) => group.filters),
    ...(criteria.sort_orders ?? []),
  ];
  for (const { field } of fields) if (!resource.knows(field)) throw resource.unknownField(field);
  const found = rows.filter((row) =>
    criteria.filter_groups.every(
      ({ filters }) =>
        filters.length === 0 ||
        filters.some((filter) => {
          const values = resource.columns?.(row, filter.field) ?? [
            resource.column(row, filter.field) ?? null,
          ];
          return values.some((value) => matches(value, filter));
        }),
    ),
  );
  return { rows: page(sorted(found, criteria, resource), criteria), totalCount: found.length };
}

/** The list answer: `items`, the criteria repeated, and the count before paging. */
export function listAnswer<Row>(
  result: SearchResult<Row>,
  criteria: SearchCriteria,
  render: (row: Row) => Json,
): Json {
  return {
    items: result.rows.map(render),
    search_criteria: echoCriteria(criteria),
    total_count: result.totalCount,
  };
}

function sorted<Row>(rows: Row[], criteria: SearchCriteria, resource: Searchable<Row>): Row[] {
  const orders = criteria.sort_orders ?? [];
  if (orders.length === 0) return rows;
  return rows.toSorted((left, right) => {
    for (const { field, direction } of orders) {
      const order = compareColumns(
        resource.column(left, field) ?? null,
        resource.column(right, field) ?? null,
      );
      if (order !== 0) return direction === 'ASC' ? order : -order;
    }
    return 0;
  });
}

/** NULL sorts first, as in MariaDB. */
function compareColumns(left: Column, right: Column): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return compare(left, right);
}

/** A negative page size is one row; 0 and none are all; page 0 is page 1. */
function page<Row>(rows: Row[], criteria: SearchCriteria): Row[] {
  const size = criteria.page_size ?? 0;
  if (size < 0) return rows.slice(0, 1);
  if (size === 0) return rows;
  const first = (Math.max(1, criteria.current_page ?? 1) - 1) * size;
  return rows.slice(first, first + size);
}
