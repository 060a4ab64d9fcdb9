import type { Stock } from '../../../schemas/types.ts';
import type { Config } from '../../platform/config/schema.ts';
import { decimalOf, minus, toPlaces, zero } from '../../platform/decimal.ts';
import { Held, Rejected } from '../../platform/errors.ts';
import { heldForTwin } from '../../magento/sku.ts';
import type { SourceItem } from '../../magento/source-items.ts';
import { ruleOf } from './rules.ts';

/** Magento stores at most this; what is more becomes 99999999.9999 without a word (FACTS section 6). */
const largestQuantity = decimalOf('99999999.9999');

/**
 * The number and status to write for an ERP quantity at a source.
 *
 * It is the ERP's physical stock minus what other channels hold (the ERP's query says so) minus the safety buffer.
 * Magento's own open orders are not subtracted: their reservations already are (FACTS section 14). Never below zero, and
 * always with its status, which is a fact of its own: what may be ordered although nothing is left is zero and in stock.
 * @param isOld what the ERP has told is too old to be sold by, and another rule holds.
 * @throws Held when the warehouse has no Magento source, or the SKU has a twin; Rejected when Magento would store another
 *   number.
 */
export function sourceItemOf(stock: Stock, config: Config['stock'], isOld = false): SourceItem {
  if (stock.twin !== null) throw heldForTwin('Stock', stock.sku, stock.twin);
  const sourceCode = config.sources[stock.source];
  if (sourceCode === undefined)
    throw new Held({
      code: 'stock.source_unmapped',
      what: `Stock of ${stock.sku}: the ERP warehouse ${stock.source} has no Magento source`,
      fix: `Add ${JSON.stringify(stock.source)}: <source code> under stock.sources in the configuration; it is released by that. Or, if the shop is not to know the warehouse, name it under stock.ignore, then \`cartage parked release --cause stock.source_unmapped\``,
      waitsFor: `configuration/stock/sources/${stock.source}`,
    });
  const { buffer, backorders, isClosed } = ruleOf(stock, config, isOld);
  const isForSale = stock.sellable && !stock.deleted && !isClosed;
  const available = minus(decimalOf(stock.quantity), buffer);
  const quantity = stock.deleted || isClosed || available < 0n ? zero : available;
  if (quantity > largestQuantity)
    throw new Rejected({
      code: 'stock.quantity_too_large',
      what: `Stock of ${stock.sku} at ${stock.source} is ${stock.quantity}, more than Magento can store`,
      fix: 'Correct the quantity in the ERP',
    });
  return {
    sku: stock.sku,
    sourceCode,
    quantity: toPlaces(quantity, 4),
    status: isForSale && (quantity > 0n || backorders) ? 1 : 0,
  };
}
