import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import type { PricesWritten } from '../../magento/price-refusals.ts';
import type { Prices } from '../../magento/prices.ts';
import { foldSku } from '../../magento/sku.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Attempt } from '../../platform/flow/outcome/outcome.ts';
import type { Difference } from '../../wanted/prices/price-difference.ts';

/**
 * Removes first, then writes, a request each: what is to be written may not stand beside what is to go. Dying between
 * the two does no harm: the next reading finds what is missing.
 * @returns Refusals by SKU as the shop folds it.
 * @throws Rejected when the shop refuses without naming a row: it is the fault of one of several, and the batch is split
 */
export async function sendDifferences(
  differences: ReadonlyMap<PriceKind, Difference>,
  attempt: Pick<Attempt, 'assertCurrent'>,
  prices: Pick<Prices, 'write' | 'remove'>,
): Promise<Map<string, Rejected>> {
  const refused = new Map<string, Rejected>();
  const send = async (kind: PriceKind, rows: PriceRow[], request: () => Promise<PricesWritten>) => {
    if (rows.length === 0) return;
    attempt.assertCurrent();
    const answer = await request();
    if (answer.unmatched.length > 0)
      throw priceRefused(
        kind,
        [...new Set(rows.map(({ sku }) => sku))].join(', '),
        answer.unmatched.join('; '),
      );
    for (const { row, message } of answer.refused)
      refused.set(foldSku(row.sku), priceRefused(kind, row.sku, message));
  };
  for (const [kind, { remove, write }] of differences) {
    if (kind !== 'base') await send(kind, remove, () => prices.remove(kind, remove));
    await send(kind, write, () => prices.write(kind, write));
  }
  return refused;
}

function priceRefused(kind: PriceKind, skus: string, message: string): Rejected {
  return new Rejected({
    code: 'price.refused',
    what: `Magento refused the ${kind} price of ${skus}`,
    why: message,
    fix: 'Correct the price in the ERP',
  });
}
