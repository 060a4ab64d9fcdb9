import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Magento } from '../magento.ts';

/** What the price lists of the configuration are for. */
export interface ExpectedOfPrices {
  /** Websites with prices of their own, by their codes. */
  websites: readonly string[];
  /** Customer groups with tier prices, by their codes. */
  groups: readonly string[];
  /** Some price lists leave it to each price for which website it is. */
  anyWebsite: boolean;
}

/** Whether the shop keeps prices as the lists say them: once, or by website. */
export async function checkPriceScope(
  { attributes, store }: Pick<Magento, 'attributes' | 'store'>,
  { websites, anyWebsite }: ExpectedOfPrices,
): Promise<Finding[]> {
  const scope = (await attributes.scopeOf('price')) ?? 'unknown';
  const areByWebsite = websites.length > 0 || anyWebsite;
  const findings = await checkWebsitesOfPrices({ store }, websites);
  if (areByWebsite === (scope !== 'global'))
    return [ok('magento.price_scope', `the shop has price scope "${scope}"`), ...findings];
  return [areByWebsite ? scopeTooWide() : scopeTooNarrow(scope), ...findings];
}

function scopeTooWide(): Finding {
  return fail(
    'magento.price_scope',
    'catalog.priceLists has prices for single websites, the shop has one price for all of them',
    'Each such price would be held',
    'Set Stores > Configuration > Catalog > Price > Catalog Price Scope to Website, or take the websites out',
  );
}

function scopeTooNarrow(scope: string): Finding {
  return warn(
    'magento.price_scope',
    `The shop has price scope "${scope}", the price lists are for all websites`,
    'A website with a price of its own does not follow the global one',
    'Set catalog/price/scope to global, give the website a list in catalog.priceLists, or maintain its prices by hand',
  );
}

async function checkWebsitesOfPrices(
  { store }: Pick<Magento, 'store'>,
  websites: readonly string[],
): Promise<Finding[]> {
  const known = (await store.websites()).map(({ code }) => code);
  return websites
    .filter((website) => !known.includes(website))
    .map((website) =>
      fail(
        'magento.price_website',
        `catalog.priceLists names the website "${website}"; the shop has ${known.join(', ')}`,
        'Its prices would be held',
        'Correct catalog.priceLists',
      ),
    );
}

/** Magento refuses a tier price of a group that it does not have. */
export async function checkPriceGroups(
  { customers }: Pick<Magento, 'customers'>,
  { groups }: ExpectedOfPrices,
): Promise<Finding[]> {
  if (groups.length === 0) return [];
  const known = (await customers.groups()).map(({ code }) => code);
  const codes = new Set(known.map((code) => code.toLowerCase()));
  return groups
    .filter((group) => !codes.has(group.toLowerCase()))
    .map((group) =>
      fail(
        'magento.price_group',
        `catalog.priceLists names the customer group "${group}"; the shop has ${known.join(', ')}`,
        'Its tier prices would be refused',
        'Correct catalog.priceLists, or make the group under Customers > Customer Groups',
      ),
    );
}
