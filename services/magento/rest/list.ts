import type { z } from 'zod';
import { LimitExceeded } from './answers.ts';
import type { Rest } from './rest.ts';
import { searchQuery } from './search.ts';
import type { Search } from './search.ts';
import { pageOf } from '../shapes.ts';

export interface List<Item> {
  items: Item[];
  totalCount: number;
}

export interface ListCall<Item extends z.ZodType> {
  path: readonly string[];
  search: Search;
  item: Item;
  scope?: string;
}

/** One page. */
export async function searchPage<Item extends z.ZodType>(
  rest: Rest,
  { path, search, item, scope }: ListCall<Item>,
): Promise<List<z.infer<Item>>> {
  const answer = await rest.call({
    method: 'GET',
    path,
    query: searchQuery(search),
    shape: pageOf(item),
    route: `GET ${path.join('/')}`,
    ...(scope === undefined ? {} : { scope }),
  });
  return { items: answer.items, totalCount: answer.total_count };
}

/**
 * Every page, by the shop's own total. The search must be sorted by something unique, and `fields` must name
 * `total_count`. A shop that limits the page size is asked again with what it allows.
 */
export async function searchAll<Item extends z.ZodType>(
  rest: Rest,
  call: ListCall<Item>,
): Promise<z.infer<Item>[]> {
  let { pageSize } = call.search;
  const items: z.infer<Item>[] = [];
  for (let page = 1; ; page += 1) {
    try {
      const found = await searchPage(rest, { ...call, search: { ...call.search, pageSize, page } });
      items.push(...found.items);
      if (found.items.length === 0 || page * pageSize >= found.totalCount) return items;
    } catch (error) {
      if (!(error instanceof LimitExceeded) || page > 1 || error.maxItems >= pageSize) throw error;
      pageSize = error.maxItems;
      page = 0;
    }
  }
}
