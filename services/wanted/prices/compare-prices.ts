import type { Magento } from '../../magento/magento.ts';
import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import { foldSku } from '../../magento/sku.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { dayOf } from './days.ts';
import { differenceOf, ownerOf } from './price-difference.ts';
import type { Difference } from './price-difference.ts';
import type { PricePlaces } from './price-places.ts';
import { listsOf } from './wanted-prices.ts';
import type { WantedPrices } from './wanted-prices.ts';

export interface ComparedPrices {
  sku: string;
  wanted: WantedPrices;
  /** Filled in, by kind. */
  differences: Map<PriceKind, Difference>;
  /** Likewise, where it is asked for: what the shop has. */
  stored?: Map<PriceKind, readonly PriceRow[]>;
}

/** What of the prices of these SKUs is to be written. One reading for each kind of price that the lists speak of. */
export async function comparePrices(
  members: readonly ComparedPrices[],
  {
    magento,
    catalog,
    clock,
  }: { magento: Pick<Magento, 'prices'>; catalog: Config['catalog']; clock: Pick<Clock, 'now'> },
  places: PricePlaces,
): Promise<void> {
  if (members.length === 0) return;
  const skus = members.map(({ sku }) => sku);
  for (const kind of new Set(listsOf(catalog).map(([, list]) => list.kind))) {
    const stored = Map.groupBy(await magento.prices.read(kind, skus), ({ sku }) => foldSku(sku));
    const owns = await ownerOf(kind, catalog, places);
    const today =
      kind === 'special' ? dayOf(clock.now(), await places.timeZoneOf(await places.of(null, catalog))) : '';
    for (const member of members) {
      const rows = stored.get(foldSku(member.sku)) ?? [];
      member.differences.set(kind, differenceOf(member.wanted.get(kind) ?? [], rows, owns, today));
      member.stored?.set(kind, rows);
    }
  }
}
