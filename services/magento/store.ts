import { z } from 'zod';
import { Unavailable } from '../platform/errors.ts';
import { readRows, unreadRows } from './rest/list.ts';
import type { Rest } from './rest/rest.ts';
import { integer, optionalFlag, optionalText, text } from './shapes.ts';
import { byKeptCode } from './kept-names.ts';
import type { CodesById } from './kept-names.ts';

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
  /** Of which nobody can know whose orders they have: see kept-names.ts. */
  openViews(): Promise<StoreView[]>;
  /** Time zone and currencies per store view, without the admin view. */
  configs(): Promise<StoreConfig[]>;
  websites(): Promise<Website[]>;
  /**
   * By the codes that keys of their customers are made of.
   * @throws Unavailable where nobody can know whose customers one has: see kept-names.ts
   */
  customerWebsites(): Promise<Website[]>;
  /** That code of the website of each store view, by the id of the view. */
  websitesOfViews(): Promise<{ id: number; code: string }[]>;
  /** `Magento/2.4 (Community)`, no patch level; null when the shop does not tell. */
  version(): Promise<string | null>;
}

const viewsAre = {
  code: 'magento.store_codes',
  what: 'store views',
  field: 'magento.storeCodes',
  owned: 'order of another view',
};
const websitesAre = {
  code: 'magento.website_codes',
  what: 'websites',
  field: 'magento.websiteCodes',
  owned: 'customer of another website',
};

/** Two views under one code would be one key for two orders, two websites one for two customers. */
function refuseTwins(
  known: readonly { one: { id: number }; code: string }[],
  { code: fault, what, field, owned }: { code: string; what: string; field: string; owned: string },
): void {
  const twins = [...Map.groupBy(known, ({ code }) => code)].find(([, same]) => same.length > 1);
  if (twins === undefined) return;
  const [code, same] = twins;
  throw new Unavailable({
    code: fault,
    what: `The ${what} ${same.map(({ one }) => one.id).join(' and ')} would both be "${code}"`,
    fix: `Give one of them another code in ${field}, one that no ${owned} was published under`,
  });
}

/** What nobody can tell apart stops all customers: a wrong guess would book them as somebody else's. */
function refuseOpen(open: readonly Website[]): void {
  if (open.length === 0) return;
  throw new Unavailable({
    code: 'magento.website_open',
    what: `Websites were renamed, and one has the code now that another had: ${open.map(({ id, code }) => `${id} "${code}"`).join(', ')}`,
    fix: 'Say in magento.websiteCodes, by its id, under which code the customers of each are known',
  });
}

export interface StoreOptions {
  /** magento.storeCodes */
  storeCodes?: CodesById | undefined;
  /** magento.websiteCodes */
  websiteCodes?: CodesById | undefined;
  /** As they were first known. */
  keptCodes?: KeptCodesOf | undefined;
}
export type KeptCodesOf = (coded: 'store-view' | 'website') => CodesById;

export function createStore(
  rest: Rest,
  { storeCodes = {}, websiteCodes = {}, keptCodes = () => ({}) }: StoreOptions = {},
): Store {
  const list = async <Item extends z.ZodType<{ id: number }>>(member: string, item: Item) => {
    const path = ['store', member];
    const shape = unreadRows('id');
    const found = await rest.call({ method: 'GET', path, shape, route: `GET store/${member}` });
    // One that cannot be read is as good as deleted: what belongs to it is held, and says so.
    return readRows(found, item, 'id').items.toSorted((a, b) => a.id - b.id);
  };
  const byCode = async () =>
    byKeptCode(await list('storeViews', storeView), storeCodes, keptCodes('store-view'));
  const websites = () => list('websites', website);
  const customerWebsites = async () => {
    const { known, open } = byKeptCode(await websites(), websiteCodes, keptCodes('website'));
    refuseOpen(open);
    refuseTwins(known, websitesAre);
    return known.map(({ one, code }) => ({ ...one, code }));
  };
  return {
    async views() {
      const { known } = await byCode();
      refuseTwins(known, viewsAre);
      return known.map(({ one, code }) => ({ ...one, code }));
    },
    openViews: async () => (await byCode()).open,
    configs: () => list('storeConfigs', storeConfig),
    websites,
    customerWebsites,
    async websitesOfViews() {
      const codes = new Map((await customerWebsites()).map(({ id, code }) => [id, code]));
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
