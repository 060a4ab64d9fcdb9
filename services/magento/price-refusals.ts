import type { PriceRow } from './price-kinds.ts';
import { plainDecimal } from './rest/json.ts';
import { redacted } from './rest/known-messages.ts';
import { readMessage } from './rest/messages.ts';
import type { MagentoMessage } from './rest/messages.ts';
import { foldSku } from './sku.ts';

export interface PriceRefusal {
  /** The row as it was sent. */
  row: PriceRow;
  message: string;
}

export interface PricesWritten {
  /** Rows that Magento refused; the others of the request are saved. */
  refused: PriceRefusal[];
  /** What it said without naming a row: which ones were refused is not known, so read the prices back. */
  unmatched: string[];
}

/** The answer names its row in words, or only a SKU, or only a price, or nothing: it has no row numbers. */
export function refusalsIn(rows: readonly PriceRow[], errors: readonly unknown[]): PricesWritten {
  const written: PricesWritten = { refused: [], unmatched: [] };
  for (const error of errors) {
    const said = readMessage(error);
    const hits = said === null ? [] : rowsNamedBy(said, rows);
    const message = said === null ? 'an error without a message' : redacted(withoutRow(said));
    if (hits.length === 0) written.unmatched.push(message);
    for (const row of hits) written.refused.push({ row, message });
  }
  return written;
}

/** Which row it was is told apart from what was wrong with it. */
function withoutRow(said: MagentoMessage): MagentoMessage {
  return { ...said, template: said.template.replace(/ Row ID: SKU = .*$/s, '') };
}

function rowsNamedBy(said: MagentoMessage, rows: readonly PriceRow[]): readonly PriceRow[] {
  const named = /Row ID: SKU = (.*?), (?:Store|Website) ID: (\d+)/.exec(said.text);
  if (named !== null)
    return rows.filter(({ sku, scope }) => foldSku(sku) === foldSku(named[1]!) && String(scope) === named[2]);
  const { '1': first = '', '2': second = '' } = said.parameters;
  if (!said.template.startsWith('Invalid attribute')) return [];
  if (first === 'SKU') return rows.filter(({ sku }) => foldSku(sku) === foldSku(second));
  // Several rows of that price: it is the price that is refused, so all of them are.
  return first === 'Price' || first === 'Cost' ? rows.filter(({ price }) => isSame(price, second)) : [];
}

function isSame(price: string, named: string): boolean {
  try {
    return plainDecimal(price) === plainDecimal(named);
  } catch {
    return false;
  }
}
