import type { SourceItem, StoredSourceItem } from '../../magento/source-items.ts';
import { compareDecimals } from '../../platform/decimal.ts';

/** Whether a source shows what is wanted. One without a row has nothing to sell, as one with a zero. */
export function isSameStock(
  { quantity, status }: Pick<SourceItem, 'quantity' | 'status'>,
  stored: Pick<StoredSourceItem, 'quantity' | 'status'> | undefined,
): boolean {
  if (stored === undefined) return status === 0 && compareDecimals(quantity, '0') === 0;
  return stored.status === status && compareDecimals(stored.quantity, quantity) === 0;
}
