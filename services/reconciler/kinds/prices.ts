import { prices as pricesContract } from '../../../schemas/topics.ts';
import type { Prices } from '../../../schemas/types.ts';
import type { Magento } from '../../magento/magento.ts';
import { placeOf } from '../../magento/price-kinds.ts';
import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import {
  compareDecimals,
  contractDecimal,
  decimalOf,
  magnitude,
  minus,
  toMinor,
} from '../../platform/decimal.ts';
import { Held } from '../../platform/errors.ts';
import type { Newest } from '../../platform/newest-states.ts';
import { comparePrices } from '../../wanted/prices/compare-prices.ts';
import type { ComparedPrices } from '../../wanted/prices/compare-prices.ts';
import { hasPrice } from '../../wanted/prices/has-price.ts';
import { PricePlaces } from '../../wanted/prices/price-places.ts';
import { wantedPrices } from '../../wanted/prices/wanted-prices.ts';
import type { Comparer, Money, Unlike } from '../compare/comparer.ts';

/** About 40 MB. */
const keysMax = 40_000;
const keysPerQuestion = 100;

export interface PricesOptions {
  magento: Pick<Magento, 'prices' | 'products' | 'store' | 'attributes'>;
  catalog: Config['catalog'];
  clock: Pick<Clock, 'now'>;
}

/** The shop's prices of each SKU, compared with those that the applier would write now. */
export function pricesComparer(options: PricesOptions): Comparer<Prices, Prices> {
  const { magento, clock } = options;
  const places = new PricePlaces(magento, clock);
  return {
    kind: 'prices',
    side: 'shop',
    contract: pricesContract,
    reader: 'catalog-applier',
    keysMax,
    keysPerQuestion,
    itemOf: (prices) => (prices.twin === null ? prices : null),
    changedAt: ({ occurredAt }) => occurredAt,
    compare: async (entries) => {
      const known = await magento.products.existing(entries.map(({ item }) => item.sku));
      const members = new Map<
        Newest<Prices>,
        ComparedPrices & { stored: Map<PriceKind, readonly PriceRow[]> }
      >();
      for (const entry of entries) {
        const { sku } = entry.item;
        // Of a bundle the parts may make the price.
        const kind = known.get(sku)?.type_id;
        if (kind === undefined || !hasPrice(kind, false)) continue;
        const wanted = await wantedOf(entry.item, options, places);
        if (wanted !== null) members.set(entry, { sku, wanted, differences: new Map(), stored: new Map() });
      }
      await comparePrices([...members.values()], options, places);
      return new Map([...members].map(([entry, member]) => [entry, unlikeOf(member, options.catalog)]));
    },
  };
}

/** Null for what is held. */
async function wantedOf(prices: Prices, { catalog, clock }: PricesOptions, places: PricePlaces) {
  try {
    return await wantedPrices(prices, catalog, places, clock.now());
  } catch (error) {
    if (error instanceof Held) return null;
    throw error;
  }
}

function unlikeOf(
  { differences, stored }: ComparedPrices & { stored: Map<PriceKind, readonly PriceRow[]> },
  { baseCurrency }: Config['catalog'],
): Unlike[] {
  const unlike = new Map<string, Unlike>();
  for (const [kind, { remove, write }] of differences) {
    const there = new Map((stored.get(kind) ?? []).map((row) => [placeOf(row), row]));
    for (const row of remove)
      unlike.set(fieldOf(kind, row), { field: fieldOf(kind, row), wanted: null, found: shown(row) });
    for (const row of write) {
      const now = there.get(placeOf(row));
      const money = row.isPercent ? null : apart(row, now, baseCurrency);
      const field = fieldOf(kind, row);
      unlike.set(field, { field, wanted: shown(row), found: now === undefined ? null : shown(now), money });
    }
  }
  return [...unlike.values()];
}

const fieldOf = (kind: PriceKind, { scope, group, quantity }: PriceRow) =>
  [
    kind,
    ...(scope === 0 ? [] : [scope]),
    ...(kind === 'tier' ? [group ?? 'all', Number(quantity)] : []),
  ].join('.');

function shown({ price, isPercent, from, to }: PriceRow): string {
  const days = `${from === null ? '' : ` from ${from}`}${to === null ? '' : ` to ${to}`}`;
  return `${contractDecimal(price)}${isPercent ? ' %' : ''}${days}`;
}

/** Of one piece. */
function apart(wanted: PriceRow, now: PriceRow | undefined, currency: string): Money | null {
  if (now !== undefined && compareDecimals(wanted.price, now.price) === 0) return null;
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  const difference = magnitude(minus(decimalOf(wanted.price), decimalOf(now?.price ?? '0')));
  return { minor: toMinor(difference, digits), digits, currency };
}
