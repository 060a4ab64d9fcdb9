import type { Price, Prices } from '../../../schemas/types.ts';
import { placeOf } from '../../magento/price-kinds.ts';
import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import type { Config } from '../../platform/config/schema.ts';
import { asThePriceSays } from '../../platform/config/sections/price-lists.ts';
import { compareDecimals } from '../../platform/decimal.ts';
import { Held } from '../../platform/errors.ts';
import { beginsDay, dayOf } from './days.ts';
import type { PricePlace, PricePlaces } from './price-places.ts';

type Catalog = Config['catalog'];
type List = Catalog['priceLists'][string];

/** The rows that the shop shall have of a SKU, by kind. */
export type WantedPrices = ReadonlyMap<PriceKind, PriceRow[]>;

/**
 * What the prices of a SKU are for the shop now: of each place the row that holds, of several the one that began last.
 * @throws Held when a currency is not that of its place, an amount is not above zero, or the shop lacks the place
 */
export async function wantedPrices(
  prices: Prices,
  catalog: Catalog,
  places: PricePlaces,
  now: number,
): Promise<WantedPrices> {
  const wanted = new Map<PriceKind, PriceRow[]>();
  const rowsOf = prices.prices.toSorted((left, right) => (right.from ?? 0) - (left.from ?? 0));
  for (const [name, list] of listsOf(catalog)) {
    const rows = new Map((wanted.get(list.kind) ?? []).map((row) => [placeOf(row), row]));
    for (const price of candidates(rowsOf, name, list, catalog, now)) {
      const place = await places.of(codeOf(list.website, price.website), catalog);
      assertWritable(prices.sku, price, place, list);
      for (const row of await rowsAt(prices.sku, price, { list, place, places, now }))
        if (!rows.has(placeOf(row))) rows.set(placeOf(row), row);
    }
    wanted.set(list.kind, [...rows.values()]);
  }
  return wanted;
}

export function listsOf({ basePriceList, priceLists }: Catalog): [string, List][] {
  return [[basePriceList, { kind: 'base' }], ...Object.entries(priceLists)];
}

/** Those of the list that hold now, the newest first; then special prices that are to come, the next first. */
function candidates(rows: Price[], name: string, list: List, catalog: Catalog, now: number): Price[] {
  const own = rows.filter(
    (price) =>
      price.list === name &&
      quantityFits(price, list, name === catalog.basePriceList) &&
      !hasEnded(price, now),
  );
  const current = own.filter(({ from }) => (from ?? 0) <= now);
  const coming = list.kind === 'special' ? own.filter(({ from }) => (from ?? 0) > now).toReversed() : [];
  return [...current, ...coming];
}

const hasEnded = ({ to }: Price, now: number) => to !== null && to <= now;

/** A list that is the base price as well gives its higher quantities alone for tier prices. */
function quantityFits({ minQuantity }: Price, { kind }: List, isBase: boolean): boolean {
  const isForOne = compareDecimals(minQuantity, '1') <= 0;
  return kind === 'tier' ? !(isBase && isForOne) : isForOne;
}

export function codeOf(configured: string | undefined, said: string | null): string | null {
  return configured === asThePriceSays ? said : (configured ?? null);
}

interface Where {
  list: List;
  place: PricePlace;
  places: PricePlaces;
  now: number;
}

async function rowsAt(sku: string, price: Price, { list, place, places, now }: Where): Promise<PriceRow[]> {
  const row = {
    sku,
    price: price.amount,
    from: null,
    to: null,
    group: null,
    quantity: '1',
    isPercent: false,
  };
  if (list.kind === 'tier') {
    const quantity = compareDecimals(price.minQuantity, '1') < 0 ? '1' : price.minQuantity;
    return [{ ...row, scope: place.websiteId, group: codeOf(list.group, price.group), quantity }];
  }
  const days =
    list.kind === 'special' ? daysOf(price, await places.timeZoneOf(place), now) : { from: null, to: null };
  return days === null ? [] : place.viewIds.map((scope) => ({ ...row, ...days, scope }));
}

/** Magento knows days alone: what begins within one is written when it begins. Null: not yet. */
function daysOf({ from, to }: Price, timeZone: string, now: number): Pick<PriceRow, 'from' | 'to'> | null {
  if (from !== null && from > now && !beginsDay(from, timeZone)) return null;
  return {
    from: from === null ? null : dayOf(from, timeZone),
    to: to === null ? null : dayOf(to - 1, timeZone),
  };
}

function assertWritable(sku: string, { currency, amount }: Price, place: PricePlace, { kind }: List): void {
  if (currency !== place.currency)
    throw new Held({
      code: 'price.currency',
      what: `A ${kind} price of ${sku} is in ${currency}, the shop counts there in ${place.currency}`,
      fix: 'Keep the price list in that currency, or name another list in catalog.basePriceList or catalog.priceLists; its prices are released by that',
      waitsFor: 'configuration/catalog/basePriceList',
    });
  if (compareDecimals(amount, '0') < (kind === 'cost' ? 0 : 1))
    throw new Held({
      code: 'price.not_above_zero',
      what: `A ${kind} price of ${sku} is ${amount}`,
      fix: 'Set a price in the ERP; until then the product stays as it is',
    });
}
