import { z } from 'zod';
import { Rejected } from '../../platform/errors.ts';
import { integer, listOf, whyUnreadable } from '../shapes.ts';
import { LimitExceeded } from './answers.ts';
import type { Rest } from './rest.ts';
import { anyOf, inChunks, searchQuery } from './search.ts';
import type { Search } from './search.ts';

/** A row that is not of the shape expected. What is wrong with it is told without its values. */
export interface UnreadableRow {
  id: string;
  why: string;
}

/** Rows, each parsed by itself: an odd one stands apart, and the others are there all the same. */
export interface Rows<Item> {
  items: Item[];
  unreadable: UnreadableRow[];
}

export interface List<Item> extends Rows<Item> {
  totalCount: number;
}

export interface ListCall<Item extends z.ZodType> {
  path: readonly string[];
  search: Search;
  item: Item;
  /** The member that names a row. Without it a row is none, and the answer as a whole of an unexpected shape. */
  id: string;
  scope?: string;
}

/** The shape of rows that are parsed one by one (`readRows`). */
export const unreadRows = (id: string) => shapesOf(id).rows;

/** By the member that names a row. To make a shape takes ten times as long as to read an answer by it. */
const shapes = new Map<string, ReturnType<typeof shapesNamedBy>>();

function shapesOf(id: string): ReturnType<typeof shapesNamedBy> {
  const known = shapes.get(id) ?? shapesNamedBy(id);
  shapes.set(id, known);
  return known;
}

function shapesNamedBy(id: string) {
  const rows = listOf(z.looseObject({ [id]: z.string() }));
  return { rows, page: z.object({ items: rows, total_count: integer }) };
}

export function readRows<Item extends z.ZodType>(
  rows: readonly Record<string, unknown>[],
  item: Item,
  id: string,
): Rows<z.infer<Item>> {
  const read: Rows<z.infer<Item>> = { items: [], unreadable: [] };
  for (const row of rows) {
    const parsed = item.safeParse(row);
    if (parsed.success) read.items.push(parsed.data);
    else read.unreadable.push({ id: String(row[id]), why: whyUnreadable(parsed.error) });
  }
  return read;
}

/**
 * Rows of which none may be missing.
 * @throws Rejected naming one that cannot be read: the shop is well, and of a batch the one that asked for it is found.
 */
export function allReadable<Item>({ items, unreadable }: Rows<Item>, what: string): Item[] {
  const [row] = unreadable;
  if (row === undefined) return items;
  throw rowUnreadable(row, what);
}

export function rowUnreadable({ id, why }: UnreadableRow, what: string): Rejected {
  return new Rejected({
    code: 'magento.row_unreadable',
    what: `Magento shows ${what} ${id} in a way that cannot be read`,
    why,
    fix: 'Look at it in the shop, and at extensions that change its REST answers; when mended, `cartage parked release KEY`',
  });
}

/** One page. */
export async function searchPage<Item extends z.ZodType>(
  rest: Rest,
  { path, search, item, id, scope }: ListCall<Item>,
): Promise<List<z.infer<Item>>> {
  const answer = await rest.call({
    method: 'GET',
    path,
    query: searchQuery(search),
    shape: shapesOf(id).page,
    route: `GET ${path.join('/')}`,
    ...(scope === undefined ? {} : { scope }),
  });
  return { ...readRows(answer.items, item, id), totalCount: answer.total_count };
}

/**
 * Every page, by the shop's own total. The search must be sorted by something unique, and `fields` must name
 * `total_count`. A shop that limits the page size is asked again with what it allows.
 */
export async function searchAll<Item extends z.ZodType>(
  rest: Rest,
  call: ListCall<Item>,
): Promise<Rows<z.infer<Item>>> {
  let { pageSize } = call.search;
  const all: Rows<z.infer<Item>> = { items: [], unreadable: [] };
  for (let page = 1; ; page += 1) {
    try {
      const found = await searchPage(rest, { ...call, search: { ...call.search, pageSize, page } });
      all.items.push(...found.items);
      all.unreadable.push(...found.unreadable);
      const isEmpty = found.items.length + found.unreadable.length === 0;
      if (isEmpty || page * pageSize >= found.totalCount) return all;
    } catch (error) {
      if (!(error instanceof LimitExceeded) || page > 1 || error.maxItems >= pageSize) throw error;
      pageSize = error.maxItems;
      page = 0;
    }
  }
}

/** Rows whose `field` is one of so many values, in as few searches as a URL has room for; what is not there is left out. */
export async function searchValues<Item extends z.ZodType>(
  rest: Rest,
  { search, ...call }: ListCall<Item>,
  field: string,
  values: readonly string[],
): Promise<Rows<z.infer<Item>>> {
  const all: Rows<z.infer<Item>> = { items: [], unreadable: [] };
  for (const chunk of inChunks(values)) {
    const groups = [anyOf(field, chunk), ...(search.groups ?? [])];
    const { items, unreadable } = await searchAll(rest, { ...call, search: { ...search, groups } });
    all.items.push(...items);
    all.unreadable.push(...unreadable);
  }
  return all;
}
