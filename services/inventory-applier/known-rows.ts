import { foldSku } from '../magento/sku.ts';
import type { SourceItem, SourceItems } from '../magento/source-items.ts';
import { BoundedMap } from '../platform/bounded-map.ts';
import { compareDecimals } from '../platform/decimal.ts';

const rememberedRows = 200_000;

/**
 * Which sources have a row for a SKU. One of which a source has nothing, and never had anything, needs none: a row is an
 * assignment, and Magento refuses a bundle that ships together one of whose parts is assigned to another source, empty or
 * not (FACTS section 6). Only presence is remembered.
 */
export class KnownRows {
  readonly #known = new BoundedMap<string, true>(rememberedRows);
  readonly #sourceItems: Pick<SourceItems, 'read'>;

  constructor(sourceItems: Pick<SourceItems, 'read'>) {
    this.#sourceItems = sourceItems;
  }

  note(items: Iterable<Pick<SourceItem, 'sourceCode' | 'sku'>>): void {
    for (const item of items) this.#known.set(nameOf(item), true);
  }

  /** Those of the items that hold nothing and would be a new row. */
  async needless(items: readonly SourceItem[]): Promise<Set<SourceItem>> {
    const empty = items.filter(isEmpty);
    const asked = empty.filter((item) => !this.#known.has(nameOf(item)));
    for (const [sourceCode, ofSource] of Map.groupBy(asked, (item) => item.sourceCode))
      this.note(await this.#sourceItems.read({ skus: ofSource.map(({ sku }) => sku), sourceCode }));
    return new Set(empty.filter((item) => !this.#known.has(nameOf(item))));
  }
}

function isEmpty({ quantity, status }: SourceItem): boolean {
  return status === 0 && compareDecimals(quantity, '0') === 0;
}

function nameOf({ sourceCode, sku }: Pick<SourceItem, 'sourceCode' | 'sku'>): string {
  return `${sourceCode} ${foldSku(sku)}`;
}
