import { stock as stockContract } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import type { Magento } from '../../magento/magento.ts';
import { foldSku, livesOn } from '../../magento/sku.ts';
import type { SourceItem, StoredSourceItem } from '../../magento/source-items.ts';
import type { Config } from '../../platform/config/schema.ts';
import { currencyDigits } from '../../platform/currency.ts';
import {
  compareDecimals,
  contractDecimal,
  decimalOf,
  magnitude,
  minus,
  times,
  toMinor,
} from '../../platform/decimal.ts';
import type { Newest } from '../../platform/newest-states.ts';
import { isSameStock } from '../../wanted/stock/same-stock.ts';
import { sourceItemOf } from '../../wanted/stock/source-item.ts';
import type { Comparer, Money, Unlike } from '../compare/comparer.ts';

interface WantedStock extends SourceItem {
  changedAt: number | null;
}

/** About 25 MB. */
const keysMax = 100_000;
/** The URL that names them stays short enough for any web server (FACTS section 10). */
const keysPerQuestion = 100;

/**
 * What lies at the shop's sources, compared with what the newest record of each key has written there. At risk is what is
 * apart, at the price that the shop asks for one.
 */
export function stockComparer(
  magento: Pick<Magento, 'sourceItems' | 'products'>,
  config: Config['stock'],
  currency: string,
): Comparer<Stock, WantedStock> {
  return {
    kind: 'stock',
    side: 'shop',
    contract: stockContract,
    reader: 'inventory-applier',
    keysMax,
    keysPerQuestion,
    itemOf: (value) => {
      if (config.ignore.includes(value.source) || livesOn(value)) return null;
      return { ...sourceItemOf(value, config), changedAt: value.occurredAt };
    },
    apartBy: ({ sourceCode }) => sourceCode,
    changedAt: ({ changedAt }) => changedAt,
    compare: async (entries) => {
      const skus = entries.map(({ item }) => item.sku);
      const rows = await magento.sourceItems.read({ skus, sourceCode: entries[0]!.item.sourceCode });
      const stored = new Map(rows.map((row) => [foldSku(row.sku), row]));
      const found = new Map(entries.map((entry) => [entry, unlikeOf(entry, stored)]));
      const unlike = entries.filter((entry) => found.get(entry)!.length > 0);
      if (unlike.length === 0) return found;
      const products = await magento.products.many(unlike.map(({ item }) => item.sku));
      for (const entry of unlike) {
        const product = products.get(entry.item.sku);
        // Stock of a product that the shop does not have is held.
        if (product === undefined && !hasRow(entry, stored)) found.delete(entry);
        else
          found.set(
            entry,
            found.get(entry)!.map((one) => withMoney(one, product?.price ?? null, currency)),
          );
      }
      return found;
    },
  };
}

type Rows = ReadonlyMap<string, StoredSourceItem>;

const hasRow = ({ item }: Newest<WantedStock>, stored: Rows) => stored.has(foldSku(item.sku));

function unlikeOf({ item }: Newest<WantedStock>, stored: Rows): Unlike[] {
  const row = stored.get(foldSku(item.sku));
  if (isSameStock(item, row)) return [];
  const unlike: Unlike[] = [];
  if (row === undefined || compareDecimals(row.quantity, item.quantity) !== 0)
    unlike.push({
      field: 'quantity',
      wanted: item.quantity,
      found: row === undefined ? null : contractDecimal(row.quantity),
    });
  if (row !== undefined && row.status !== item.status)
    unlike.push({ field: 'status', wanted: String(item.status), found: String(row.status) });
  return unlike;
}

/** Of a quantity; a status has no number. */
function withMoney(one: Unlike, price: string | null, currency: string): Unlike {
  if (one.field !== 'quantity' || price === null) return one;
  const pieces = magnitude(minus(decimalOf(one.wanted), decimalOf(one.found)));
  const digits = currencyDigits(currency);
  const money: Money = { minor: toMinor(times(pieces, decimalOf(price)), digits), digits, currency };
  return { ...one, money };
}
