import type { Price, Prices } from '../../schemas/types.ts';
import type { Magento } from '../magento/magento.ts';
import type { CostPrice, RowsWritten, SpecialPrice, TierPrice } from '../magento/price-rows.ts';
import type { Config } from '../platform/config/schema.ts';
import { compareDecimals } from '../platform/decimal.ts';
import { basePriceOf, checkedAmount } from './base-price.ts';

/** One kind of price: what the ERP's lists make of it, and where the shop keeps it. */
export interface PriceKind<Row extends { sku: string; price: string }> {
  name: string;
  /** Rows that there are to be of one SKU. @throws Held */
  wanted(prices: Prices, now: number): Row[];
  read(skus: readonly string[]): Promise<Row[]>;
  write(rows: readonly Row[]): Promise<RowsWritten>;
  /** Without it, what is there and is not wanted stays. */
  remove?: (rows: readonly Row[]) => Promise<RowsWritten>;
  /** Of the rows that are there: whether they are Cartage's to change. */
  owns(row: Row): boolean;
  /** What tells the rows of a SKU apart; rows of one key replace each other. */
  key(row: Row): string;
  /** Whether a row that is there is as wanted, but for the price. */
  isSame?: (wanted: Row, found: Row) => boolean;
}

export interface PriceShop {
  /** Ids of the websites that price lists are for, by code. */
  websites: ReadonlyMap<string, number>;
  /** Time zone in which its days begin. */
  timezone: string;
}

type Catalog = Config['catalog'];
type AnyKind = PriceKind<{ sku: string; price: string }>;

/** The kinds that the configuration names, base prices first: others are measured by them. */
export function priceKinds(prices: Magento['prices'], catalog: Catalog, shop: PriceShop): AnyKind[] {
  const listsOf = (kind: string) =>
    Object.entries(catalog.priceLists).flatMap(([code, list]) => (list.kind === kind ? [code] : []));
  const [specials, costs] = [listsOf('special'), listsOf('cost')];
  const kinds = [
    base(prices, catalog),
    ...(specials.length === 0 ? [] : [special(prices, catalog, specials, shop)]),
    ...(costs.length === 0 ? [] : [cost(prices, catalog, costs)]),
    ...(listsOf('tier').length === 0 ? [] : [tiers(prices, catalog, shop)]),
  ];
  return kinds as unknown as AnyKind[];
}

function base(prices: Magento['prices'], catalog: Catalog): PriceKind<CostPrice> {
  return {
    name: 'base price',
    wanted(all, now) {
      const price = basePriceOf(all, catalog, now);
      return price === null ? [] : [{ sku: all.sku, storeId: 0, price }];
    },
    read: (skus) => prices.readBase(skus),
    async write(rows) {
      const { refused, unmatched } = await prices.writeBase(rows);
      return { refused: new Map(refused.map(({ row, message }) => [row.sku, message])), unmatched };
    },
    // Where prices are per website those of store views come along; what is written is the global one.
    owns: ({ storeId }) => storeId === 0,
    key: () => '',
  };
}

/**
 * Magento knows whole days, by the clock of the store, the last one included; so a price is written that holds now, or
 * else the one that begins next at a midnight. One that begins in the middle of a day is written when that has come,
 * which the stream's calendar tells.
 */
function special(
  prices: Magento['prices'],
  catalog: Catalog,
  lists: readonly string[],
  { timezone }: PriceShop,
): PriceKind<SpecialPrice> {
  return {
    name: 'special price',
    wanted({ sku, prices: all }, now) {
      const rows = all.filter(
        (price) => lists.includes(price.list) && isForOne(price) && (price.to ?? Infinity) > now,
      );
      const from = (price: Price) => price.from ?? -Infinity;
      const holding = rows.filter((price) => from(price) <= now).toSorted((a, b) => from(b) - from(a))[0];
      const next = rows
        .filter((price) => from(price) > now && isMidnight(from(price), timezone))
        .toSorted((a, b) => from(a) - from(b))[0];
      const price = holding ?? next;
      if (price === undefined) return [];
      const dayOf = (at: number | null) =>
        at === null ? null : `${localTime(at, timezone).slice(0, 10)} 00:00:00`;
      const amount = checkedAmount(sku, price, catalog);
      const to = price.to === null ? null : price.to - 1;
      return [{ sku, storeId: 0, price: amount, from: dayOf(price.from), to: dayOf(to) }];
    },
    ...prices.special,
    owns: ({ storeId }) => storeId === 0,
    key: () => '',
    // Magento gives one without a first day the present one whenever the product is saved (FACTS section 7).
    isSame: (wanted, found) =>
      (wanted.from === null || dayIn(wanted.from) === dayIn(found.from)) &&
      dayIn(wanted.to) === dayIn(found.to),
  };
}

function cost(prices: Magento['prices'], catalog: Catalog, lists: readonly string[]): PriceKind<CostPrice> {
  return {
    name: 'cost',
    wanted: ({ sku, prices: all }, now) =>
      validIn(all, lists, now)
        .filter(isForOne)
        .slice(0, 1)
        .map((price) => ({ sku, storeId: 0, price: checkedAmount(sku, price, catalog) })),
    ...prices.cost,
    owns: ({ storeId }) => storeId === 0,
    key: () => '',
  };
}

/** Prices by customer group and website, from a quantity on. Those of groups that no list is for are left alone. */
function tiers(prices: Magento['prices'], catalog: Catalog, { websites }: PriceShop): PriceKind<TierPrice> {
  const lists = Object.entries(catalog.priceLists).flatMap(([code, list]) => {
    if (list.kind !== 'tier') return [];
    const websiteId = list.website === undefined ? 0 : websites.get(list.website)!;
    return [{ code, group: list.group, websiteId }];
  });
  const place = (group: string, id: number) => `${group.toLowerCase()}/${id}`;
  const own = new Set(lists.map((list) => place(list.group, list.websiteId)));
  return {
    name: 'tier prices',
    wanted: ({ sku, prices: all }, now) =>
      lists.flatMap(({ code, group, websiteId: id }) => {
        const rows = validIn(all, [code], now).map((price) => ({
          sku,
          price: checkedAmount(sku, price, catalog),
          type: 'fixed',
          websiteId: id,
          group,
          quantity: isForOne(price) ? '1' : price.minQuantity,
        }));
        // Of the list of base prices the one for a single piece is the base price.
        const tierRows =
          code === catalog.basePriceList ? rows.filter(({ quantity }) => quantity !== '1') : rows;
        return [...new Map(tierRows.toReversed().map((row) => [Number(row.quantity), row])).values()];
      }),
    ...prices.tier,
    owns: (row) => own.has(place(row.group, row.websiteId)),
    key: ({ group, websiteId: id, quantity }) => `${place(group, id)}/${Number(quantity)}`,
    isSame: (left, right) => left.type === right.type,
  };
}

/** Of a list, those that hold, the one that began last first. */
function validIn(prices: readonly Price[], lists: readonly string[], now: number): Price[] {
  return prices
    .filter(
      (price) =>
        lists.includes(price.list) && (price.from ?? -Infinity) <= now && now < (price.to ?? Infinity),
    )
    .toSorted((left, right) => (right.from ?? 0) - (left.from ?? 0));
}

const isForOne = ({ minQuantity }: Price) => compareDecimals(minQuantity, '1') <= 0;

const dayIn = (time: string | null) => time?.slice(0, 10) ?? null;

/** `YYYY-MM-DD HH:MM:SS` in the zone. */
function localTime(at: number, timeZone: string): string {
  return new Date(at).toLocaleString('sv-SE', { timeZone });
}

const isMidnight = (at: number, timeZone: string) => localTime(at, timeZone).endsWith(' 00:00:00');
