import { z } from 'zod';
import { Rejected } from '../platform/errors.ts';
import { jsonNumber, plainDecimal } from './rest/json.ts';
import { allReadable, searchValues } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import type { Filter } from './rest/search.ts';
import { decimal, integer, listOf, text } from './shapes.ts';
import { foldSku } from './sku.ts';

/** One SKU at one source. `quantity` is decimal text with at most four places; `status` 1 is "in stock". */
export interface SourceItem {
  sku: string;
  sourceCode: string;
  quantity: string;
  status: 0 | 1;
}

/** As the shop has it: the stored spelling, and a status that Magento never checked (1.7 was accepted). */
export interface StoredSourceItem {
  sku: string;
  sourceCode: string;
  quantity: string;
  status: number;
}

export interface SourceItems {
  /** All sources, or one. Rows exist also for SKUs without a product; SKUs without a row are left out. */
  read(asked: { skus: readonly string[]; sourceCode?: string }): Promise<StoredSourceItem[]>;
  /**
   * All or nothing: one bad row and none is saved, and no answer says which row it was (FACTS section 6).
   * The caller makes sure that the SKUs exist: an unknown one is accepted and leaves an orphan row.
   * @throws Rejected before sending what Magento would take and change: a quantity that is negative, too large or too
   *   fine, and a SKU twice, where the first or the last row would win by the letter case.
   */
  write(rows: readonly SourceItem[]): Promise<void>;
  /** Ends the assignment of the SKUs to these sources; one that is gone already is no error. */
  remove(rows: readonly Pick<SourceItem, 'sku' | 'sourceCode'>[]): Promise<void>;
}

const storedRow = z.object({ sku: text, source_code: text, quantity: decimal, status: integer });
const quantityPattern = /^\d{1,8}(\.\d{1,4})?$/;

export function createSourceItems(rest: Rest): SourceItems {
  return {
    async read({ skus, sourceCode }) {
      const ofSource: Filter[][] =
        sourceCode === undefined ? [] : [[{ field: 'source_code', value: sourceCode }]];
      const search = {
        groups: ofSource,
        sort: [
          { field: 'sku', direction: 'ASC' as const },
          { field: 'source_code', direction: 'ASC' as const },
        ],
        pageSize: 200,
      };
      const call = { path: ['inventory', 'source-items'], search, item: storedRow, id: 'sku' };
      const found = await searchValues(rest, call, 'sku', skus);
      return allReadable(found, 'the stock of SKU').map(({ source_code, ...row }) => ({
        ...row,
        sourceCode: source_code,
      }));
    },

    async write(rows) {
      refuseDuplicates(rows);
      const sourceItems = rows.map(({ sku, sourceCode, quantity, status }) => ({
        sku,
        source_code: sourceCode,
        quantity: jsonNumber(checkedQuantity(sku, quantity)),
        status,
      }));
      await rest.call({
        method: 'POST',
        path: ['inventory', 'source-items'],
        body: { sourceItems },
        shape: listOf(z.unknown()),
        route: 'POST inventory/source-items',
      });
    },

    async remove(rows) {
      await rest.call({
        method: 'POST',
        path: ['inventory', 'source-items-delete'],
        body: { sourceItems: rows.map(({ sku, sourceCode }) => ({ sku, source_code: sourceCode })) },
        shape: listOf(z.unknown()),
        route: 'POST inventory/source-items-delete',
      });
    },
  };
}

function checkedQuantity(sku: string, quantity: string): string {
  const plain = plainDecimal(quantity);
  if (quantityPattern.test(plain)) return plain;
  throw new Rejected({
    code: 'magento.quantity_out_of_range',
    what: `The quantity ${quantity} of SKU "${sku}" cannot be stored`,
    why: 'Magento keeps 0 to 99999999.9999 in four places, and would store something else without a word',
    fix: 'Correct the quantity in the ERP, then `cartage parked release KEY`',
  });
}

function refuseDuplicates(rows: readonly SourceItem[]): void {
  const seen = new Set<string>();
  for (const { sku, sourceCode } of rows) {
    const key = JSON.stringify([sourceCode, foldSku(sku)]);
    if (seen.has(key)) {
      throw new Rejected({
        code: 'magento.duplicate_row',
        what: `SKU "${sku}" stands twice for source "${sourceCode}", letter case aside`,
        fix: 'Merge or rename one of the two SKUs in the ERP',
      });
    }
    seen.add(key);
  }
}
