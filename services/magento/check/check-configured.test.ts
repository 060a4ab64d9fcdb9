/** Which checks of a shop a configuration calls for. Double: the shop, in which nothing is as it is expected. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { catalogSection } from '../../platform/config/sections/catalog.ts';
import { customersSection } from '../../platform/config/sections/customers.ts';
import { fulfilmentsSection } from '../../platform/config/sections/fulfilments.ts';
import { magentoSection } from '../../platform/config/sections/magento.ts';
import { ordersSection } from '../../platform/config/sections/orders.ts';
import { stockSection } from '../../platform/config/sections/stock.ts';
import { AnsweringShop } from '../testing/answering-shop.ts';
import { anyCredentials } from '../testing/canned-shop.ts';
import { checkConfiguredShop } from './check-configured.ts';

const flow = (mode: string) => mode as 'on';
const all = {
  orders: flow('on'),
  customers: flow('on'),
  stock: flow('on'),
  catalog: flow('on'),
  shipments: flow('on'),
};

let shop: AnsweringShop;
beforeEach(async () => {
  shop = new AnsweringShop();
  shop.nowMs = Date.now();
  await shop.listen();
  shop.answers.set('GET orders', {
    items: [
      {
        entity_id: 1,
        status: 'odd',
        payment: { method: 'cash' },
        extension_attributes: { applied_taxes: [{ code: 'US-1' }] },
      },
    ],
    total_count: 1,
  });
});
afterEach(() => shop.close());

function configured(flows: object = {}, orders: object = {}, magento: object = {}) {
  const base = { since: '2026-01-01T00:00:00Z', payments: {}, shipping: {} };
  return {
    flows: { ...all, ...flows },
    magento: magentoSection.parse({
      url: shop.url,
      credentials: anyCredentials,
      storeCodes: { 9: 'old' },
      ...magento,
    }),
    orders: ordersSection.parse({ ...base, stores: { de: {} }, ...orders }),
    customers: customersSection.parse({ websites: { base: {}, bass: {} }, groups: {} }),
    stock: stockSection.parse({ sources: { W1: 'north' } }),
    catalog: catalogSection.parse({
      websites: ['us'],
      basePriceList: 'B',
      baseCurrency: 'EUR',
      attributes: { a: 'colour' },
      taxClasses: { A: 22 },
    }),
    fulfilments: fulfilmentsSection.parse({
      since: '2026-01-01T00:00:00Z',
      carriers: { D: { code: 'dpd', title: 'DPD' } },
    }),
  } as Parameters<typeof checkConfiguredShop>[0];
}

const now = Date.parse('2026-06-30T12:00:00Z');
async function codesOf(config: ReturnType<typeof configured>): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [name, findings] of checkConfiguredShop(config, now, undefined))
    found[name] = (await findings)
      .filter(({ level }) => level !== 'ok')
      .map(({ code }) => code.slice('magento.'.length));
  return found;
}

const always = ['store_unknown', 'store_id_unknown', 'source', 'website_unknown', 'payment_unmapped'];

describe('the shop of a configuration', () => {
  it('is checked for all that the flows use', async () => {
    const { Magento: codes } = await codesOf(configured({}, { taxes: {}, statuses: {} }));
    expect(codes).toEqual([
      ...always,
      'tax_unmapped',
      'status_unmapped',
      'attribute_set_unknown',
      'carrier_unseen',
      'customer_code',
      'credentials_age',
    ]);
  });

  it('is not checked for what only flows need that are off, nor for codes that are not mapped', async () => {
    const off = configured({ customers: 'off', catalog: 'off', shipments: 'off' });
    const { Magento: codes } = await codesOf(off);
    expect(codes).toEqual(['scope_excess', ...always, 'credentials_age']);
    // Nobody is told the orders' numbers, so there is nothing to comment on them for.
    expect(shop.calls.filter((call) => call === 'GET customers/search')).toEqual([]);
    shop.calls.length = 0;
    await codesOf(configured({}, { writeBack: 'comment' }));
    expect(shop.calls.filter((call) => call === 'GET customers/0')).toEqual([]);
  });

  it('is called as the client calls it, and asked for what would take the place of its credentials', async () => {
    const next = { ...anyCredentials, accessToken: 'next', issuedOn: '2026-06-01' };
    shop.credentials = [next];
    shop.seenAs = 'http://shop.example.com/';
    const config = configured({ shipments: 'off' }, {}, { signingUrl: shop.seenAs, nextCredentials: next });
    const found = await codesOf(config);
    expect(Object.keys(found)).toEqual(['Magento', 'Magento, next credentials']);
    expect(found.Magento).toEqual(['signature_invalid', 'credentials_age']);
    expect(found['Magento, next credentials']).toEqual(['scope_excess']);
  });
});
