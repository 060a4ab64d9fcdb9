import { placeOf } from '../../magento/price-kinds.ts';
import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import type { Config } from '../../platform/config/schema.ts';
import { asThePriceSays } from '../../platform/config/sections/price-lists.ts';
import { compareDecimals } from '../../platform/decimal.ts';
import { codeOf, listsOf } from './wanted-prices.ts';
import type { PricePlaces } from './price-places.ts';

export interface Difference {
  /** As the shop has them. First: what stays would hold up or spoil what comes. */
  remove: PriceRow[];
  write: PriceRow[];
}

/** Whether a row of the shop is one that the configured lists speak for: others are somebody else's. */
export type Owns = (row: PriceRow) => boolean;

/** Rows of one kind and one SKU. `today` is the day of the place in which a special price begins or has begun. */
export function differenceOf(
  wanted: readonly PriceRow[],
  stored: readonly PriceRow[],
  owns: Owns,
  today: string,
): Difference {
  const there = new Map(stored.map((row) => [placeOf(row), row]));
  const places = new Set(wanted.map(placeOf));
  const difference: Difference = {
    remove: stored.filter((row) => !places.has(placeOf(row)) && owns(row)),
    write: [],
  };
  for (const row of wanted) {
    const now = there.get(placeOf(row));
    if (now !== undefined && isSame(row, now, today)) continue;
    difference.write.push(row);
    // A day that the new row does not give would stay (FACTS section 7).
    if (now !== undefined && keepsDay(row, now, today)) difference.remove.push(now);
  }
  return difference;
}

function isSame(wanted: PriceRow, stored: PriceRow, today: string): boolean {
  return (
    compareDecimals(wanted.price, stored.price) === 0 &&
    wanted.isPercent === stored.isPercent &&
    wanted.to === stored.to &&
    (wanted.from === stored.from || (hasBegun(wanted, today) && hasBegun(stored, today)))
  );
}

const hasBegun = ({ from }: PriceRow, today: string) => from === null || from <= today;

function keepsDay(wanted: PriceRow, stored: PriceRow, today: string): boolean {
  return (wanted.to === null && stored.to !== null) || (wanted.from === null && !hasBegun(stored, today));
}

/** Of all but base prices: a product whose base price the ERP no longer says keeps it. */
export async function ownerOf(
  kind: PriceKind,
  catalog: Config['catalog'],
  places: PricePlaces,
): Promise<Owns> {
  if (kind === 'base') return () => false;
  const owned: { scopes: readonly number[] | null; group: string | null | undefined }[] = [];
  for (const [, list] of listsOf(catalog)) {
    if (list.kind !== kind) continue;
    const isOpen = list.website === asThePriceSays;
    const place = isOpen ? null : await places.of(codeOf(list.website, null), catalog);
    const scopes = place === null ? null : kind === 'tier' ? [place.websiteId] : place.viewIds;
    owned.push({ scopes, group: list.group === asThePriceSays ? undefined : (list.group ?? null) });
  }
  return (row) =>
    owned.some(
      ({ scopes, group }) =>
        (scopes === null || scopes.includes(row.scope)) &&
        (kind !== 'tier' || group === undefined || group?.toLowerCase() === row.group?.toLowerCase()),
    );
}
