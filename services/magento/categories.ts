import { z } from 'zod';
import { allReadable, searchAll } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { integer, textOrEmpty } from './shapes.ts';

export interface Category {
  id: number;
  parentId: number;
  name: string;
  /** 1: the root of a store's tree. */
  level: number;
}

export interface Categories {
  /** All of the shop, parents before their children. */
  list(): Promise<Category[]>;
  /** Adds an active one and answers its id. A name that is there already under the same parent is refused. */
  add(parentId: number, name: string): Promise<number>;
}

const row = z.object({ id: integer, parent_id: integer, name: textOrEmpty, level: integer });

export function createCategories(rest: Rest): Categories {
  return {
    async list() {
      const sort = ['level', 'entity_id'].map((field) => ({ field, direction: 'ASC' as const }));
      const search = { sort, pageSize: 500, fields: 'items[id,parent_id,name,level],total_count' };
      const path = ['categories', 'list'];
      const found = await searchAll(rest, { path, search, item: row, id: 'id', scope: 'all' });
      return allReadable(found, 'the category').map(({ parent_id, ...same }) => ({
        ...same,
        parentId: parent_id,
      }));
    },

    async add(parentId, name) {
      const { id } = await rest.call({
        method: 'POST',
        path: ['categories'],
        body: { category: { name, parent_id: parentId, is_active: true } },
        scope: 'all',
        shape: z.object({ id: integer }),
        route: 'POST categories',
      });
      return id;
    },
  };
}
