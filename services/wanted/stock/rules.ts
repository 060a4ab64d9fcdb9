import type { Stock } from '../../../schemas/types.ts';
import type { Config } from '../../platform/config/schema.ts';
import { decimalOf, sum, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';

type StockConfig = Config['stock'];

/** What is to be shown of one stock, besides what the ERP has of it. */
export interface StockRule {
  /** Kept back. */
  buffer: Decimal;
  /** Whether it stays in stock when nothing is left. */
  backorders: boolean;
  /** Nothing is sold of it, because what is known of it is too old. */
  isClosed: boolean;
}

/**
 * The rule that comes closest, member by member: what the stream says of the row, then the table of SKUs, that of
 * warehouses, and what holds for all.
 * @param isOld what the ERP has told is too old to be sold by.
 */
export function ruleOf(stock: Stock, config: StockConfig, isOld: boolean): StockRule {
  const tables = [of(config.skus, stock.sku), of(config.warehouses, stock.source)];
  const first = <Value>(own: Value | null, said: (Value | undefined)[], all: Value): Value =>
    own ?? said.find((value) => value !== undefined) ?? all;
  const buffer = first(
    stock.buffer,
    tables.map((table) => table?.safetyBuffer?.toString()),
    String(config.safetyBuffer),
  );
  const whenOld = isOld ? whenOldOf(stock.source, config) : 'freeze';
  return {
    buffer: sum([decimalOf(buffer), typeof whenOld === 'object' ? decimalOf(String(whenOld.buffer)) : zero]),
    backorders: first(
      stock.backorders,
      tables.map((table) => table?.backorders),
      config.backorders,
    ),
    isClosed: whenOld === 'zero',
  };
}

/** What becomes of the numbers of a warehouse while the ERP tells nothing. */
export function whenOldOf(
  source: string,
  { warehouses, feed }: Pick<StockConfig, 'warehouses' | 'feed'>,
): StockConfig['feed']['whenOld'] {
  return of(warehouses, source)?.whenOld ?? feed.whenOld;
}

/** Whether a source gets a row for what it has nothing of. */
export function hasEmptyRows(source: string, { warehouses, emptyRows }: StockConfig): boolean {
  return of(warehouses, source)?.emptyRows ?? emptyRows;
}

/** A code of the ERP may be the name of what every object has. */
function of<Rule>(table: Readonly<Record<string, Rule>>, code: string): Rule | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}
