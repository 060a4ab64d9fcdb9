import type { Magento } from '../magento/magento.ts';
import type { SourceItem } from '../magento/source-items.ts';
import { foldSku } from '../magento/sku.ts';
import { compareDecimals, toPlaces } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';

/** What a source holds: decimal text, by folded SKU. */
export type Held = ReadonlyMap<string, string>;

export async function heldAt(
  sourceItems: Pick<Magento['sourceItems'], 'read'>,
  sourceCode: string,
  skus: Iterable<string>,
): Promise<Held> {
  const stored = await sourceItems.read({ skus: [...skus], sourceCode });
  return new Map(stored.map((item) => [foldSku(item.sku), item.quantity]));
}

/**
 * What the source must be raised to, so that Magento lets the shipment go: it refuses one from a source that holds too
 * little, and the ERP's own lower number may already be there (FACTS section 4). Nothing becomes salable by
 * it: the order's reservation still covers these units. The refresh afterwards writes the ERP's number again.
 * @param goods How many of each product leave.
 */
export function lackingAt(sourceCode: string, held: Held, goods: ReadonlyMap<string, Decimal>): SourceItem[] {
  return [...goods].flatMap(([sku, need]) => {
    const quantity = toPlaces(need, 4);
    if (compareDecimals(held.get(foldSku(sku)) ?? '0', quantity) >= 0) return [];
    return [{ sku, sourceCode, quantity, status: 1 as const }];
  });
}
