import type { Magento } from '../../magento/magento.ts';
import type { StoreConfig } from '../../magento/store.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Held } from '../../platform/errors.ts';
import { unfenced } from '../../platform/fence.ts';

/** Where the prices of a website are kept. */
export interface PricePlace {
  /** Of tier prices; 0: all websites. */
  websiteId: number;
  /** Of all others: each store view has its own; 0: all. */
  viewIds: readonly number[];
  currency: string;
}

const maxAgeMs = 600_000;

/** Website codes to the places of their prices. The shop is asked when it is first needed, and then now and then. */
export class PricePlaces {
  readonly #isByWebsite: () => Promise<boolean>;
  readonly #views: () => Promise<StoreConfig[]>;
  readonly #websites: () => Promise<{ id: number; code: string }[]>;

  constructor({ store, attributes }: Pick<Magento, 'store' | 'attributes'>, clock: Pick<Clock, 'now'>) {
    this.#isByWebsite = kept(async () => (await attributes.scopeOf('price')) !== 'global', clock);
    this.#views = kept(() => store.configs(), clock);
    this.#websites = kept(() => store.websites(), clock);
  }

  /**
   * @param website its code; null: all of them, in the configured currency
   * @throws Held when the shop does not have it, or does not keep prices by website
   */
  async of(website: string | null, { baseCurrency }: Config['catalog']): Promise<PricePlace> {
    if (website === null) return { websiteId: 0, viewIds: [0], currency: baseCurrency };
    const websites = await this.#websites();
    const id = websites.find(({ code }) => code === website)?.id;
    const views = (await this.#views()).filter((view) => view.website_id === id);
    const [first] = views;
    if (id === undefined || first === undefined) throw websiteUnknown(website, websites);
    if (!(await this.#isByWebsite())) throw scopeGlobal(website);
    return { websiteId: id, viewIds: views.map((view) => view.id), currency: first.base_currency_code };
  }

  /** In which a special price begins and ends; of all websites that of the first store view. */
  async timeZoneOf({ viewIds }: PricePlace): Promise<string> {
    const views = await this.#views();
    return (views.find(({ id }) => viewIds.includes(id)) ?? views[0])?.timezone ?? 'UTC';
  }
}

/** What is learnt serves all, and must not end with the lease of whoever asked first. A question that fails is asked again. */
function kept<Value>(ask: () => Promise<Value>, clock: Pick<Clock, 'now'>): () => Promise<Value> {
  let last: { at: number; value: Promise<Value> } | null = null;
  return () => {
    const now = clock.now();
    if (last !== null && now - last.at < maxAgeMs) return last.value;
    const asked = { at: now, value: unfenced(ask) };
    asked.value.catch(() => {
      if (last === asked) last = null;
    });
    last = asked;
    return asked.value;
  };
}

const waitsFor = 'configuration/catalog/priceLists';

function websiteUnknown(website: string, known: readonly { code: string }[]): Held {
  return new Held({
    code: 'price.website_unknown',
    what: `A price is for the website ${website}, which the shop does not have, or not with a store view`,
    fix: `Correct it in catalog.priceLists or in the query of the prices; the shop has: ${known.map(({ code }) => code).join(', ')}`,
    waitsFor,
  });
}

function scopeGlobal(website: string): Held {
  return new Held({
    code: 'price.scope_global',
    what: `A price is for the website ${website}, and the shop has one price for all websites`,
    fix: 'Set Stores > Configuration > Catalog > Price > Catalog Price Scope to Website, or take the website out of catalog.priceLists and of the query',
    waitsFor,
  });
}
