import { z } from 'zod';
import { searchPage } from './rest/list.ts';
import type { List } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { integer, time } from './shapes.ts';
import { sweepSearch } from './sweep.ts';
import type { SweepPage } from './sweep.ts';

/** The documents of an order that have lists of their own, by their paths. */
export const documentKinds = ['shipments', 'invoices', 'creditmemos'] as const;
export type DocumentKind = (typeof documentKinds)[number];

const document = z.object({ entity_id: integer, order_id: integer, updated_at: time });
export type MagentoDocument = z.infer<typeof document>;

export interface Documents {
  /** One page of a sweep, oldest change first. A track added later does not move `updated_at` (FACTS section 3). */
  page(kind: DocumentKind, page: SweepPage): Promise<List<MagentoDocument>>;
}

const fields = 'items[entity_id,order_id,updated_at],total_count';

export function createDocuments(rest: Rest): Documents {
  return {
    page: (kind, page) =>
      searchPage(rest, {
        path: [kind],
        search: sweepSearch(page, [], fields),
        item: document,
        id: 'entity_id',
      }),
  };
}
