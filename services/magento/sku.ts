import { Held } from '../platform/errors.ts';

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

/**
 * Two SKUs of the ERP, and one product for the shop: whichever was applied last would win.
 * @param of what is held, such as "Stock" or "The price".
 */
export function heldForTwin(of: string, sku: string, twin: string): Held {
  return new Held({
    code: 'sku.twin',
    what: `${of} of ${sku}: the ERP has ${twin} as well, and the shop takes both for one product`,
    why: 'Magento compares SKUs without letter case and accents',
    fix: 'Rename one of the two in the ERP, or leave it out of its streams; both are released by that',
  });
}

/** The ERP no longer has this spelling of the SKU, and has the other one: nothing is to be taken from the shop. */
export function livesOn({ deleted, twin }: { deleted: boolean; twin: string | null }): boolean {
  return deleted && twin !== null;
}

export function livesOnAs(twin: string): { status: 'unchanged'; cause: string } {
  return { status: 'unchanged', cause: `the ERP has it as ${twin} now` };
}

/** One key for all spellings that the database takes for the same SKU. */
export function foldSku(sku: string): string {
  if (isPlain.test(sku)) return sku.toLowerCase();
  return sku.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Most of them, and asked of each record. */
const isPlain = /^[\x20-\x7e]*$/;
