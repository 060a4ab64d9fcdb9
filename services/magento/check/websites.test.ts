import { describe, expect, it } from '@jest/globals';
import { checkWebsites } from './websites.ts';
import type { StoreConfig } from '../store.ts';

const websites = ['base', 'us'].map((code, index) => ({ id: index + 1, code, name: code }));
const view = (code: string, website_id: number, base_currency_code: string) =>
  ({ code, website_id, base_currency_code }) as StoreConfig;
const store = {
  websites: () => Promise.resolve(websites),
  configs: () => Promise.resolve([view('de', 1, 'EUR'), view('en', 1, 'EUR'), view('us', 2, 'USD')]),
};
const check = async (websiteCodes: string[], baseCurrency: string) =>
  (await checkWebsites(store, { websiteCodes, baseCurrency })).map(({ level, code, what }) =>
    level === 'ok' ? 'ok' : `${code} ${/"(.*?)"/.exec(what)?.[1]}`,
  );

describe('the websites of the catalog', () => {
  it('are well when they are there and count in the currency of the prices', async () => {
    expect(await check(['base'], 'EUR')).toEqual(['ok']);
    expect(await check(['us'], 'USD')).toEqual(['ok']);
  });

  it('are named when they are not there, or count in another currency', async () => {
    expect(await check(['bse', 'us'], 'EUR')).toEqual([
      'magento.website_unknown bse',
      'magento.base_currency us',
    ]);
    expect(await check(['base'], 'USD')).toEqual(['magento.base_currency de', 'magento.base_currency en']);
  });
});
