import { stockKey } from '../../schemas/keys.ts';
import { stock } from '../../schemas/topics.ts';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Piece } from '../magento/pieces.ts';
import { foldSku } from '../magento/sku.ts';
import { decimalOf, sum, times, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import type { OrderedItem } from './lines.ts';

/**
 * How many of each product leave with the shipment, by the SKU that its stock is kept under: what the lines of the order
 * are made of, where they are bundles, variants, or have another SKU by their options.
 */
export function goodsOf(
  items: readonly Pick<OrderedItem, 'orderItemId' | 'quantity'>[],
  pieces: ReadonlyMap<number, readonly Piece[]>,
): Map<string, Decimal> {
  const goods = new Map<string, Decimal>();
  for (const { orderItemId, quantity } of items)
    for (const { sku, perUnit, isVirtual } of pieces.get(orderItemId) ?? [])
      if (!isVirtual) goods.set(sku, sum([goods.get(sku) ?? zero, times(perUnit, decimalOf(quantity))]));
  return goods;
}

/** The same at each of the sources: Magento gives back to, and takes from, sources that no document names. */
export async function askForStockEverywhere(
  sources: readonly string[],
  { lines }: Pick<Fulfilment, 'lines'>,
  goods: readonly string[],
  requestRefresh: RequestRefresh,
  reason: string,
): Promise<void> {
  for (const source of sources) await askForStock({ source, lines }, goods, requestRefresh, reason);
}

/**
 * Has the ERP's number of the goods written again: of the document's lines, as the ERP spells them, and of what else the
 * shop takes from the source for them. Acknowledged before the offset is finished: this request must not be lost.
 */
export async function askForStock(
  { source, lines }: Pick<Fulfilment, 'source' | 'lines'>,
  goods: Iterable<string>,
  requestRefresh: RequestRefresh,
  reason: string,
  inMs?: number,
): Promise<void> {
  if (source === null) return;
  const skus = new Map(lines.map(({ sku }) => [foldSku(sku), sku]));
  for (const sku of goods) if (!skus.has(foldSku(sku))) skus.set(foldSku(sku), sku);
  const keys = [...skus.values()].map((sku) => stockKey({ source, sku }));
  await requestRefresh(stock.topic, keys, reason, inMs);
}
