import { afterEach, describe, expect, it } from '@jest/globals';
import { checkMagento } from '../../services/magento/check/check.ts';
import { rights } from '../../services/magento/check/rights.ts';
import type { ExpectedOfShop } from '../../services/magento/check/check.ts';
import type { MagentoOptions } from '../../services/magento/magento.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop, ShopOptions } from '../sandbox/shop/index.ts';
import { placeOrder } from './shop.ts';
import { forward } from './rewriting-proxy.ts';

let release: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of release.toReversed()) await close();
  release = [];
});

/** With an integration as the guide asks for it. */
async function started(options?: ShopOptions): Promise<RunningShop> {
  const shop = await startShop({ resources: rights.map(({ resource }) => resource), ...options });
  release.push(() => shop.close());
  return shop;
}

async function check(
  shop: RunningShop,
  expected: ExpectedOfShop = {},
  options: Partial<MagentoOptions> = {},
) {
  const access = {
    baseUrl: `${shop.url}/`,
    credentials: () => shop.credentials,
    connections: 2,
    deadlineMs: 5_000,
  };
  const findings = await checkMagento({ ...access, ...options }, expected);
  return findings.filter(({ level }) => level !== 'ok');
}

describe('a shop as it should be', () => {
  it('has nothing to find, and nothing is written', async () => {
    const shop = await started();
    const before = JSON.stringify([shop.shop.db.products.all(), shop.shop.db.sourceItems.all()]);
    const expected = {
      storeCodes: ['default', 'b2b_en'],
      sourceCodes: ['default', 'wh_east'],
      prices: { websites: [], groups: ['wholesale'], anyWebsite: false },
    };
    expect(await check(shop, expected)).toEqual([]);
    expect(JSON.stringify([shop.shop.db.products.all(), shop.shop.db.sourceItems.all()])).toBe(before);
    expect([shop.shop.db.orders.all(), shop.shop.db.shipments.all()].map((rows) => [...rows].length)).toEqual(
      [0, 0],
    );
  });
});

describe('what is wrong is named, with its fix', () => {
  it('codes of the configuration that the shop does not have, a source that is off or sells nowhere', async () => {
    const shop = await started();
    for (const [source_code, enabled] of [
      ['off', false],
      ['nowhere', true],
    ] as const) {
      shop.shop.db.sources.save({ source_code, name: source_code, enabled, country_id: 'US', postcode: '1' });
    }
    const found = await check(shop, {
      storeCodes: ['default', 'de'],
      sourceCodes: ['wh_north', 'off', 'nowhere'],
    });
    expect(found.map(({ level, code, what }) => [level, code, what.slice(0, 50)])).toEqual([
      ['fail', 'magento.store_unknown', expect.stringContaining('"de"')],
      ['fail', 'magento.source', expect.stringContaining('"wh_north"')],
      ['warn', 'magento.source', 'The source "off" is disabled'],
      ['warn', 'magento.source', 'The source "nowhere" belongs to no stock'],
    ]);
  });

  it('codes of payment and shipping that the orders of the shop do not have', async () => {
    const shop = await started();
    const orders = { paymentMethods: ['checkmoo', 'paypal_express'], shippingMethods: ['flatrate_flatrate'] };
    expect((await check(shop, { orders })).map(({ code }) => code)).toEqual([
      'magento.order_codes',
      'magento.payment_unknown',
    ]);
    await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }]);
    const found = await check(shop, { orders });
    expect(found.map(({ level, code, fix }) => [level, code, fix])).toEqual([
      ['warn', 'magento.payment_unmapped', 'Add "checkmo" under orders.payments'],
      ['fail', 'magento.payment_unknown', 'Write "checkmo" in place of "checkmoo"'],
    ]);
  });

  it('tax rates and statuses that are mapped, where orders have others', async () => {
    const shop = await started();
    await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }]);
    const codes = { paymentMethods: ['checkmo'], shippingMethods: ['flatrate_flatrate'] };
    const rates = ['US-IL-8.25'];
    const found = await check(shop, { orders: { ...codes, statuses: ['pendin'], taxRates: [] } });
    expect(found.map(({ level, code, fix }) => [level, code, fix])).toEqual([
      ['warn', 'magento.tax_unmapped', `Add "${rates[0]}" under orders.taxes`],
      ['warn', 'magento.status_unmapped', 'Add "pending" under orders.statuses'],
      ['fail', 'magento.status_unknown', 'Write "pending" in place of "pendin"'],
    ]);
    expect(await check(shop, { orders: { ...codes, statuses: ['pending'], taxRates: rates } })).toEqual([]);
  });

  it('tax classes, attributes and an attribute set that the shop does not have', async () => {
    const attributeCodes = ['erp_material', 'erp_materiel', 'color'];
    const catalog = {
      attributeSet: 'Default',
      taxClasses: ['None', '2', '22'],
      attributeCodes,
      createOptions: false,
    };
    const shop = await started({ resources: rights.map(({ resource }) => resource) });
    const found = await check(shop, { catalog });
    expect(found.map(({ level, code, what }) => [level, code, what])).toEqual([
      [
        'fail',
        'magento.tax_class_unknown',
        expect.stringContaining('class 22; the shop has None (0), Taxable Goods (2)'),
      ],
      ['warn', 'magento.attribute_not_in_set', expect.stringContaining('"erp_material"')],
      ['fail', 'magento.attribute_unknown', expect.stringContaining('"erp_materiel"')],
      ['fail', 'magento.attribute_unknown', expect.stringContaining('"color"')],
    ]);
    expect(await check(shop, { catalog: { ...catalog, taxClasses: ['2'], attributeCodes: [] } })).toEqual([]);
    const [noSet] = await check(shop, { catalog: { ...catalog, attributeSet: '99' } });
    expect(noSet).toMatchObject({ level: 'fail', code: 'magento.attribute_set_unknown' });
  });

  it('carriers that are neither Magento’s own nor in use, and store views whose ids are gone', async () => {
    const shop = await started();
    await placeOrder(shop, [{ sku: 'SKU-001', qty: 1 }]);
    const found = await check(shop, { carriers: ['ups', 'flatrate', 'upz'], storeIds: ['1', '77'] });
    expect(found.map(({ level, code, what }) => [level, code, what])).toEqual([
      ['fail', 'magento.store_id_unknown', expect.stringContaining('77')],
      ['warn', 'magento.carrier_unseen', expect.stringContaining('"upz"')],
    ]);
  });

  it('a resource that the integration was not given', async () => {
    const narrow = {
      consumerKey: 'n'.repeat(32),
      consumerSecret: 'n-secret',
      accessToken: 'm'.repeat(32),
      accessTokenSecret: 'm-secret',
    };
    const resources = ['Magento_Backend::store', 'Magento_Sales::actions_view', 'Magento_Catalog::products'];
    const shop = await started({ integrations: [{ ...narrow, consumerId: 2, resources, status: 'active' }] });
    const found = await check(shop, {}, { credentials: () => narrow });
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['magento.scope_missing']));
    expect(found.map(({ fix }) => fix).join('\n')).toContain('Magento_InventoryApi::source');
    expect(found.every(({ what }) => !what.includes('GET products"'))).toBe(true);
  });

  it('resources that the integration was given and does not need, each by its name', async () => {
    const surplus = ['Magento_Customer::manage', 'Magento_Sales::cancel'];
    const shop = await started({ resources: [...rights.map(({ resource }) => resource), ...surplus] });
    const found = await check(shop, { unused: ['cancellations'] });
    expect(found.map(({ level, code }) => [level, code])).toEqual([['warn', 'magento.scope_excess']]);
    for (const resource of surplus) expect(found[0]!.what).toContain(`(${resource})`);
    expect(found[0]!.what).not.toContain('Magento_Cms');
    expect([...shop.shop.db.orders.all()]).toEqual([]);
  });

  it('the right to read customers while their flow is off, and not while it is on', async () => {
    const shop = await started({ resources: rights.map(({ resource }) => resource) });
    expect(await check(shop)).toEqual([]);
    const found = await check(shop, { unused: ['customers'] });
    expect(found.map(({ code }) => code)).toEqual(['magento.scope_excess']);
    expect(found[0]!.what).toContain('(Magento_Customer::customer)');
  });

  it('codes of customers that the shop does not have, and those of the shop that are not mapped', async () => {
    const shop = await started();
    const customers = { websiteCodes: ['base', 'bass'], groupCodes: ['General', 'Wholesale', 'Retailer'] };
    const found = await check(shop, { customers });
    expect(found.map(({ level, code, what }) => [level, code, /"(.*?)"/.exec(what)![1]])).toEqual([
      ['fail', 'magento.customer_code', 'bass'],
      ['warn', 'magento.customer_code_unmapped', 'b2b'],
    ]);
  });

  it('wrong credentials, and a deactivated integration', async () => {
    const shop = await started();
    const wrong = { ...shop.credentials, consumerSecret: 'wrong' };
    expect((await check(shop, {}, { credentials: () => wrong })).map(({ code }) => code)).toEqual([
      'magento.signature_invalid',
    ]);
    shop.shop.integrations[0]!.status = 'inactive';
    const [deactivated] = await check(shop);
    expect(deactivated).toMatchObject({
      code: 'magento.scope_missing',
      fix: expect.stringContaining('active'),
    });
  });

  it('the URL to sign, where a proxy changes the port', async () => {
    const shop = await started();
    const proxy = await forward(shop.url, { host: '127.0.0.1' });
    release.push(() => proxy.close());
    const [found] = await check(shop, {}, { baseUrl: `${proxy.url}/` });
    expect(found).toMatchObject({
      code: 'magento.signing_url',
      fix: 'Set magento.signingUrl: http://127.0.0.1/',
    });
    expect(await check(shop, {}, { baseUrl: `${proxy.url}/`, signingUrl: 'http://127.0.0.1/' })).toEqual([]);
  });

  it('a clock that is off', async () => {
    const shop = await started({ clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() } });
    const found = await check(shop, {}, { now: () => Date.now() - 120_000 });
    expect(found).toMatchObject([
      { level: 'warn', code: 'magento.clock', what: expect.stringMatching(/1[12]\d s ahead of ours/) },
    ]);
  });

  it('an address without https, and one where nobody answers', async () => {
    const shop = await started();
    expect(await check(shop, {}, { baseUrl: 'http://shop.example.com/' })).toMatchObject([
      { level: 'fail', code: 'magento.https' },
    ]);
    await shop.close();
    release = [];
    expect(await check(shop)).toMatchObject([{ level: 'fail', code: 'http.not_connected' }]);
  });

  it('a way that spoils odd SKUs', async () => {
    const shop = await started();
    const proxy = await forward(shop.url, {
      host: new URL(shop.url).host,
      path: (path) => path.replaceAll('%2F', '/'),
    });
    release.push(() => proxy.close());
    const found = await check(shop, {}, { baseUrl: `${proxy.url}/`, signingUrl: `${shop.url}/` });
    expect(found.map(({ level, code }) => [level, code])).toEqual([['warn', 'magento.odd_sku_path']]);
  });
});
