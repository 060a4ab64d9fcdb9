import type { Filter, Search } from './rest/search.ts';
import { checkedTime } from './rest/time.ts';

/** How much a page may hold. */
export interface PageLimits {
  pageSize: number;
  /** Rows up to this entity_id alone. */
  upToEntityId?: number;
  /** Rows that are passed over. */
  withoutEntityIds?: readonly number[];
}

/** A window of `updated_at`, both ends included, UTC as in `time.ts`. */
export interface SweepPage extends PageLimits {
  updatedFrom: string;
  updatedTo: string;
  /** Where the last page ended: rows of exactly `updatedFrom` up to this entity_id are left out. */
  afterEntityId?: number;
}

/**
 * Keyset paging by (updated_at, entity_id). Page numbers would slip while orders change under the reader.
 * Magento has only an AND of ORs, but (u > U) or (u = U and e > E) is the same as (u >= U) and (u > U or e > E).
 */
export function sweepSearch(page: SweepPage, more: Filter[][], fields: string): Search {
  const updatedFrom = checkedTime(page.updatedFrom);
  const groups: Filter[][] = [
    [{ field: 'updated_at', condition: 'gteq', value: updatedFrom }],
    [{ field: 'updated_at', condition: 'lteq', value: checkedTime(page.updatedTo) }],
    ...more,
    ...limitsOf(page),
  ];
  if (page.afterEntityId !== undefined) {
    groups.push([
      { field: 'updated_at', condition: 'gt', value: updatedFrom },
      { field: 'entity_id', condition: 'gt', value: String(page.afterEntityId) },
    ]);
  }
  const sort = [
    { field: 'updated_at', direction: 'ASC' as const },
    { field: 'entity_id', direction: 'ASC' as const },
  ];
  return { groups, sort, pageSize: page.pageSize, fields };
}

/** Paging by entity_id: every row once, whatever its times say. */
export function idSearch(page: PageLimits & { afterEntityId: number }, more: Filter[][]): Search {
  const after: Filter = { field: 'entity_id', condition: 'gt', value: String(page.afterEntityId) };
  const sort = [{ field: 'entity_id', direction: 'ASC' as const }];
  return { groups: [[after], ...more, ...limitsOf(page)], sort, pageSize: page.pageSize };
}

function limitsOf({ upToEntityId, withoutEntityIds = [] }: PageLimits): Filter[][] {
  const groups: Filter[][] = [];
  if (upToEntityId !== undefined)
    groups.push([{ field: 'entity_id', condition: 'lteq', value: String(upToEntityId) }]);
  if (withoutEntityIds.length > 0)
    groups.push([{ field: 'entity_id', condition: 'nin', value: withoutEntityIds.join(',') }]);
  return groups;
}
