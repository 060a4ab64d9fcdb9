import { products } from '../../../schemas/topics.ts';
import type { Prices } from '../../../schemas/types.ts';
import type { Magento } from '../../magento/magento.ts';
import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import type { KnownProduct } from '../../magento/products.ts';
import { foldSku, heldForTwin } from '../../magento/sku.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Held } from '../../platform/errors.ts';
import type { Attempt, Handled } from '../../platform/flow/outcome/outcome.ts';
import type { RequestRefresh } from '../../platform/flow/request-refresh.ts';
import type { BatchResult } from '../../platform/flow/states/state-flow.ts';
import type { Received } from '../../platform/kafka/types.ts';
import { hasOwnPrice } from '../bundle.ts';
import { hasPrice } from '../../wanted/prices/has-price.ts';
import { comparePrices } from '../../wanted/prices/compare-prices.ts';
import type { Difference } from '../../wanted/prices/price-difference.ts';
import type { NewProducts } from '../new-products.ts';
import type { PricePlaces } from '../../wanted/prices/price-places.ts';
import { said } from '../../wanted/prices/said.ts';
import { sendDifferences } from './send-differences.ts';
import { wantedPrices } from '../../wanted/prices/wanted-prices.ts';
import type { WantedPrices } from '../../wanted/prices/wanted-prices.ts';

export interface PriceOptions {
  magento: Pick<Magento, 'products' | 'prices'>;
  catalog: Config['catalog'];
  requestRefresh: RequestRefresh;
  clock: Pick<Clock, 'now'>;
}

/** A record whose product the shop has. */
interface Member {
  record: Received<Prices>;
  sku: string;
  wanted: WantedPrices;
  differences: Map<PriceKind, Difference>;
}

/** Reads the prices of the SKUs, compares, writes what differs. A disabled product is asked for again: it may be due now. */
export async function writePrices(
  records: Received<Prices>[],
  attempt: Attempt,
  options: PriceOptions,
  { places, newProducts }: { places: PricePlaces; newProducts: NewProducts },
): Promise<BatchResult<Prices>> {
  const results: BatchResult<Prices> = new Map();
  const asked = await askedFor(records, options, places, results);
  const known = await options.magento.products.existing(asked.map(({ sku }) => sku));
  const ownPriced = await bundlesWithPrice(known, options);
  const members = asked.filter((member) => isPresent(member, { known, ownPriced, results, newProducts }));
  await comparePrices(members, options, places);
  const refused =
    attempt.mode === 'dry'
      ? new Map()
      : await sendDifferences(differencesOf(members), attempt, options.magento.prices);
  for (const { record, sku, differences, wanted } of members)
    results.set(
      record,
      refused.get(foldSku(sku)) ?? handled(sku, differences, wanted, attempt, options.catalog),
    );
  if (attempt.mode === 'on') {
    const priced = members.filter(
      ({ sku, wanted }) => !refused.has(foldSku(sku)) && wanted.get('base')!.length > 0,
    );
    const disabled = priced.map(({ sku }) => sku).filter((sku) => known.get(sku)?.status === 2);
    await options.requestRefresh(products.topic, disabled, 'priced');
  }
  return results;
}

async function askedFor(
  records: Received<Prices>[],
  { catalog, clock }: PriceOptions,
  places: PricePlaces,
  results: BatchResult<Prices>,
): Promise<Member[]> {
  const members: Member[] = [];
  for (const record of records) {
    const { sku, deleted, twin } = record.value!;
    try {
      if (twin !== null) {
        if (!deleted) throw heldForTwin('The price', sku, twin);
        // It lives on under another spelling, and so do its prices.
        results.set(record, { status: 'unchanged', cause: `${twin} has them now` });
        continue;
      }
      const wanted = await wantedPrices(record.value!, catalog, places, clock.now());
      members.push({ record, sku, wanted, differences: new Map() });
    } catch (error) {
      if (!(error instanceof Held)) throw error;
      results.set(record, error);
    }
  }
  return members;
}

interface Present {
  known: ReadonlyMap<string, KnownProduct>;
  ownPriced: ReadonlySet<string>;
  results: BatchResult<Prices>;
  newProducts: NewProducts;
}

/** Of a bundle whose price is that of its parts Magento takes the SKU for an unknown one (Catalog/Model/Product/Price/BasePriceStorage). */
async function bundlesWithPrice(
  known: ReadonlyMap<string, KnownProduct>,
  { magento }: PriceOptions,
): Promise<Set<string>> {
  const bundles = [...known].filter(([, { type_id }]) => type_id === 'bundle').map(([sku]) => sku);
  if (bundles.length === 0) return new Set();
  const found = await magento.products.members(bundles);
  return new Set(bundles.filter((sku) => found.has(sku) && hasOwnPrice(found.get(sku)!)));
}

function isPresent(
  { record, sku, wanted }: Member,
  { known, ownPriced, results, newProducts }: Present,
): boolean {
  const product = known.get(sku);
  const isWanted = [...wanted.values()].some((rows) => rows.length > 0);
  if (product === undefined)
    results.set(
      record,
      isWanted
        ? unknown(sku, wanted, newProducts)
        : { status: 'unchanged', cause: 'no price, and no such product' },
    );
  // Magento takes their SKU for an unknown one (FACTS section 7).
  else if (!hasPrice(product.type_id, ownPriced.has(sku)))
    results.set(record, {
      status: 'unchanged',
      targetId: sku,
      cause: `a ${product.type_id} product has no price of its own`,
    });
  else return true;
  return false;
}

function differencesOf(members: readonly Member[]): Map<PriceKind, Difference> {
  const all = new Map<PriceKind, Difference>();
  for (const { differences } of members)
    for (const [kind, { remove, write }] of differences) {
      const before = all.get(kind) ?? { remove: [], write: [] };
      all.set(kind, { remove: [...before.remove, ...remove], write: [...before.write, ...write] });
    }
  return all;
}

function handled(
  sku: string,
  differences: ReadonlyMap<PriceKind, Difference>,
  wanted: WantedPrices,
  { mode }: Attempt,
  { basePriceList }: Config['catalog'],
): Handled {
  const words = said(differences);
  if (words !== '')
    return mode === 'dry'
      ? { status: 'dry', cause: `would set of ${sku}: ${words}` }
      : { status: 'applied', targetId: sku, cause: words };
  const isWanted = [...wanted.values()].some((rows: PriceRow[]) => rows.length > 0);
  return {
    status: 'unchanged',
    targetId: sku,
    ...(isWanted ? {} : { cause: `no price in the list ${basePriceList} holds now` }),
  };
}

/** A product that is made after it has this price at once. */
function unknown(sku: string, wanted: WantedPrices, newProducts: NewProducts): Error {
  const everywhere = wanted.get('base')!.find(({ scope }) => scope === 0);
  const notYet = everywhere === undefined ? null : newProducts.priceCame(sku, everywhere.price);
  return notYet ?? skuUnknown(sku);
}

function skuUnknown(sku: string): Held {
  return new Held({
    code: 'price.sku_unknown',
    what: `Price of ${sku}: the shop has no such product`,
    fix: 'Create the product in the shop, or let Cartage create it; its price is released by that, within minutes',
    waitsFor: `product/${sku}`,
  });
}
