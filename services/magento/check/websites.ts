import { fail, ok } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { asThePriceSays } from '../../platform/config/sections/price-lists.ts';
import type { Store } from '../store.ts';

/** What the catalog flow writes to. */
export interface ExpectedOfWebsites {
  websiteCodes: readonly string[];
  /** Currency of the prices that are written for all of them. */
  baseCurrency: string;
  /** Those with a price list of their own, by code; `*`: any may have one. */
  ownPrices?: readonly string[];
}

/** Whether the websites are there, and count in the currency of the prices: the shop takes a price as a bare number. */
export async function checkWebsites(
  store: Pick<Store, 'websites' | 'configs'>,
  { websiteCodes, baseCurrency, ownPrices = [] }: ExpectedOfWebsites,
): Promise<Finding[]> {
  const websites = await store.websites();
  const known = websites.map(({ code }) => code).join(', ');
  const missing = websiteCodes.filter((code) => !websites.some((website) => website.code === code));
  const served = websiteCodes.filter(
    (code) => !ownPrices.includes(code) && !ownPrices.includes(asThePriceSays),
  );
  const ids = new Set(websites.filter(({ code }) => served.includes(code)).map(({ id }) => id));
  const others = (await store.configs()).filter(
    (view) => ids.has(view.website_id) && view.base_currency_code !== baseCurrency,
  );
  const findings = [
    ...missing.map((code) =>
      fail(
        'magento.website_unknown',
        `The configuration names the website "${code}"; the shop has ${known}`,
        'Every product to be created would be held',
        'Correct catalog.websites',
      ),
    ),
    ...others.map((view) =>
      fail(
        'magento.base_currency',
        `The store view "${view.code}" counts in ${view.base_currency_code}, the prices are in ${baseCurrency}`,
        'Magento takes a price as a bare number, and would sell at it in its own currency',
        'Correct catalog.baseCurrency and the price list, give the website a list of its own in catalog.priceLists, or take it out of catalog.websites',
      ),
    ),
  ];
  return findings.length > 0
    ? findings
    : [ok('magento.websites', `${websiteCodes.join(', ')} count in ${baseCurrency}`)];
}
