import { z } from 'zod';
import { Unavailable } from '../platform/errors.ts';
import { readRows, unreadRows } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { integer, optionalFlag, optionalText, text } from './shapes.ts';
import { storeViewsByCode } from './store-codes.ts';
import type { StoreCodes } from './store-codes.ts';

const storeView = z.object({
  id: integer,
  code: text,
  name: optionalText,
  website_id: integer,
  store_group_id: integer,
  is_active: optionalFlag,
});
export type StoreView = z.infer<typeof storeView>;

const storeConfig = z.object({
  id: integer,
  code: text,
  website_id: integer,
  locale: optionalText,
  base_currency_code: text,
  default_display_currency_code: optionalText,
  timezone: text,
  weight_unit: optionalText,
  base_url: optionalText,
  secure_base_url: optionalText,
});
export type StoreConfig = z.infer<typeof storeConfig>;

const website = z.object({ id: integer, code: text, name: optionalText });
export type Website = z.infer<typeof website>;

export interface Store {
  /**
   * By the codes that keys of their orders are made of, without those of which that is not known. Sorted by id, the admin
   * view (0) included: Magento's own order changes from call to call (FACTS section 2).
   */
  views(): Promise<StoreView[]>;
  /** Of which nobody can know whose orders they have: see store-codes.ts. */
  openViews(): Promise<StoreView[]>;
  /** Time zone and currencies per store view, without the admin view. */
  configs(): Promise<StoreConfig[]>;
  websites(): Promise<Website[]>;
  /** The website's code of each store view, by the id of the view. */
  websitesOfViews(): Promise<{ id: number; code: string }[]>;
  /** `Magento/2.4 (Community)`, no patch level; null when the shop does not tell. */
  version(): Promise<string | null>;
}

/** Two views under one code would be one key for two orders. */
function refuseTwins(known: readonly { view: StoreView; code: string }[]): void {
  const twins = [...Map.groupBy(known, ({ code }) => code)].find(([, same]) => same.length > 1);
  if (twins === undefined) return;
  const [code, same] = twins;
  throw new Unavailable({
    code: 'magento.store_codes',
    what: `The store views ${same.map(({ view }) => view.id).join(' and ')} would both be "${code}"`,
    fix: 'Give one of them another code in magento.storeCodes, one that no order of another view was published under',
  });
}

export interface StoreOptions {
  /** magento.storeCodes */
  storeCodes?: StoreCodes | undefined;
  /** As they were first known. */
  keptStoreCodes?: (() => StoreCodes) | undefined;
}

export function createStore(
  rest: Rest,
  { storeCodes = {}, keptStoreCodes = () => ({}) }: StoreOptions = {},
): Store {
  const list = async <Item extends z.ZodType<{ id: number }>>(member: string, item: Item) => {
    const path = ['store', member];
    const shape = unreadRows('id');
    const found = await rest.call({ method: 'GET', path, shape, route: `GET store/${member}` });
    // One that cannot be read is as good as deleted: what belongs to it is held, and says so.
    return readRows(found, item, 'id').items.toSorted((a, b) => a.id - b.id);
  };
  const byCode = async () =>
    storeViewsByCode(await list('storeViews', storeView), storeCodes, keptStoreCodes());
  return {
    async views() {
      const { known } = await byCode();
      refuseTwins(known);
      return known.map(({ view, code }) => ({ ...view, code }));
    },
    openViews: async () => (await byCode()).open,
    configs: () => list('storeConfigs', storeConfig),
    websites: () => list('websites', website),
    async websitesOfViews() {
      const codes = new Map((await list('websites', website)).map(({ id, code }) => [id, code]));
      const views = await list('storeViews', storeView);
      return views.flatMap(({ id, website_id }) => {
        const code = codes.get(website_id);
        return code === undefined ? [] : [{ id, code }];
      });
    },
    async version() {
      const { status, body } = await rest.raw('GET', '/magento_version');
      return status === 200 && /^Magento\/[\w.]+/.test(body) ? body.trim() : null;
    },
  };
}
