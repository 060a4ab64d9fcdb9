import { products } from '../../schemas/topics.ts';
import type { Prices } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import type { BasePrice } from '../magento/prices.ts';
import type { KnownProduct } from '../magento/products.ts';
import { foldSku, heldForTwin } from '../magento/sku.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config/schema.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { Held, Rejected } from '../platform/errors.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../platform/flow/request-refresh.ts';
import type { BatchResult } from '../platform/flow/states/state-flow.ts';
import type { Received } from '../platform/kafka/types.ts';
import { hasPrice } from './product-mapping.ts';
import { basePriceOf } from './base-price.ts';

export interface PriceOptions {
  magento: Pick<Magento, 'products' | 'prices'>;
  catalog: Config['catalog'];
  requestRefresh: RequestRefresh;
  clock: Pick<Clock, 'now'>;
}

interface Wanted {
  record: Received<Prices>;
  row: BasePrice;
}

/** Writes base prices: reads, compares, writes what differs. A disabled product is asked for again: it may be due now. */
export async function writePrices(
  records: Received<Prices>[],
  attempt: Attempt,
  options: PriceOptions,
): Promise<BatchResult<Prices>> {
  const results: BatchResult<Prices> = new Map();
  const wanted = wantedPrices(records, options, results);
  const known = await options.magento.products.existing(wanted.map(({ row }) => row.sku));
  const present = wanted.filter(({ record, row }) => {
    const product = known.get(row.sku);
    if (product === undefined) results.set(record, skuUnknown(row.sku));
    else if (!hasPrice(product.type_id))
      results.set(record, {
        status: 'unchanged',
        cause: `a ${product.type_id} product has no price of its own`,
      });
    return product !== undefined && hasPrice(product.type_id);
  });
  if (present.length === 0) return results;
  const stored = await options.magento.prices.readBase(present.map(({ row }) => row.sku));
  // Where prices are per website those of store views come along; what is written is the global one.
  const current = new Map(
    stored.filter(({ storeId }) => storeId === 0).map(({ sku, price }) => [foldSku(sku), price]),
  );
  const differing = present.filter(({ row }) => {
    const price = current.get(foldSku(row.sku));
    return price === undefined || compareDecimals(price, row.price) !== 0;
  });
  const refused = await write(differing, attempt, options);
  for (const member of present)
    results.set(member.record, refused.get(member.row.sku) ?? handled(member, differing, attempt));
  if (attempt.mode === 'on') await askForDisabled(present, known, refused, options);
  return results;
}

function wantedPrices(
  records: Received<Prices>[],
  options: PriceOptions,
  results: BatchResult<Prices>,
): Wanted[] {
  return records.flatMap((record) => {
    const { sku, deleted, twin } = record.value!;
    try {
      if (twin !== null && !deleted) throw heldForTwin('The price', sku, twin);
      const price = deleted ? null : basePriceOf(record.value!, options.catalog, options.clock.now());
      if (price !== null) return [{ record, row: { sku, storeId: 0, price } }];
      results.set(record, {
        status: 'unchanged',
        cause: `no price in the list ${options.catalog.basePriceList} holds now`,
      });
    } catch (error) {
      results.set(record, error as Error);
    }
    return [];
  });
}

/** Refusals by SKU. An answer that names no row is the fault of one of several: the batch is split then. */
async function write(
  differing: Wanted[],
  attempt: Attempt,
  options: PriceOptions,
): Promise<Map<string, Rejected>> {
  if (differing.length === 0 || attempt.mode === 'dry') return new Map();
  attempt.assertCurrent();
  const { refused, unmatched } = await options.magento.prices.writeBase(differing.map(({ row }) => row));
  if (unmatched.length > 0)
    throw priceRefused(differing.map(({ row }) => row.sku).join(', '), unmatched.join('; '));
  return new Map(refused.map(({ row, message }) => [row.sku, priceRefused(row.sku, message)]));
}

function handled({ row }: Wanted, differing: Wanted[], attempt: Attempt): Handled {
  if (!differing.some((member) => member.row === row)) return { status: 'unchanged', targetId: row.sku };
  if (attempt.mode === 'dry')
    return { status: 'dry', cause: `would set the base price of ${row.sku} to ${row.price}` };
  return { status: 'applied', targetId: row.sku, cause: `base price ${row.price}` };
}

async function askForDisabled(
  present: Wanted[],
  known: Map<string, KnownProduct>,
  refused: Map<string, Rejected>,
  options: PriceOptions,
): Promise<void> {
  const disabled = present
    .map(({ row }) => row.sku)
    .filter((sku) => known.get(sku)?.status === 2 && !refused.has(sku));
  await options.requestRefresh(products.topic, disabled, 'priced');
}

function skuUnknown(sku: string): Held {
  return new Held({
    code: 'price.sku_unknown',
    what: `Price of ${sku}: the shop has no such product`,
    fix: 'Create the product in the shop, or let Cartage create it; its price is released by that, within minutes',
    waitsFor: `product/${sku}`,
  });
}

function priceRefused(sku: string, message: string): Rejected {
  return new Rejected({
    code: 'price.refused',
    what: `Magento refused the price of ${sku}`,
    why: message,
    fix: 'Correct the price in the ERP',
  });
}
