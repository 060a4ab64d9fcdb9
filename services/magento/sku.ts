/**
 * Which of the rows found belongs to which SKU asked for. The database compares without letter case and accents,
 * so the spelling may differ; of several products with one SKU the lowest id counts, as it does for Magento
 * (FACTS section 7): rows must come sorted by id.
 */
export function matchSkus<Row extends { sku: string }>(
  asked: readonly string[],
  rows: readonly Row[],
): Map<string, Row> {
  const exact = new Map<string, Row>();
  const folded = new Map<string, Row>();
  for (const row of rows) {
    if (!exact.has(row.sku)) exact.set(row.sku, row);
    const key = foldSku(row.sku);
    if (!folded.has(key)) folded.set(key, row);
  }
  const found = new Map<string, Row>();
  for (const sku of asked) {
    const row = exact.get(sku) ?? folded.get(foldSku(sku));
    if (row) found.set(sku, row);
  }
  return found;
}

/** One key for all spellings that the database takes for the same SKU. */
export function foldSku(sku: string): string {
  return sku.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
